import { LinkButton } from '../../components/link-button.tsx'
import { Page } from '../../components/page.tsx'
import { ExportPanel } from './export-panel.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { ImportPanel } from './import-panel.tsx'

/** Files of leads, in and out. The hub carries them on by itself, whether anybody looks or not. */
export function LeadFiles() {
  return (
    <Page
      title="Import and export"
      about="Take leads from a spreadsheet, or write them to one. Both go on in the hub when this page is closed."
      actions={
        <>
          <LinkButton variant="default" to="/leads">
            All leads
          </LinkButton>
          <ImportDialog />
        </>
      }
    >
      <ImportPanel />
      <ExportPanel />
    </Page>
  )
}
