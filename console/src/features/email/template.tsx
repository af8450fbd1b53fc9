import { Button, Checkbox, Group, Skeleton, Stack, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { EmailTemplate, RenderedEmail } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { JsonEditor } from '../../components/json-editor.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { parseJsonObject } from '../../lib/json-input.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'
import { MailView } from './mail-view.tsx'
import { emailTemplatesQuery } from './template-query.ts'

const route = getRouteApi('/signed-in/email/template')

/** One template, to be changed, with the mail that it makes beside it. */
export function EmailTemplatePage() {
  const { name: templateName } = route.useSearch()
  const { data, error, refetch } = useQuery(emailTemplatesQuery)
  const template = data?.find(({ name }) => name === templateName)
  if (data && !template)
    return (
      <Empty
        title="There is no such template"
        action={<LinkButton to="/email/templates">See all templates</LinkButton>}
      >
        It may have been deleted.
      </Empty>
    )
  return (
    <Page
      title={<span className="mono">{templateName}</span>}
      name={templateName}
      about={template?.description ?? 'Written in Liquid; what is put out is escaped.'}
      actions={template?.isCustom && <Deletion template={template} />}
    >
      {template ? (
        // Another version of the template is another form.
        <Editor key={template.updatedAt} template={template} />
      ) : (
        <Panel>{error ? <Problem error={error} onRetry={() => void refetch()} /> : <SkeletonRows count={6} />}</Panel>
      )}
    </Page>
  )
}

const draftOf = ({ subject, html, text, usesLayout }: EmailTemplate) => ({
  subject,
  html: html ?? '',
  text: text ?? '',
  usesLayout,
})

function Editor({ template }: { template: EmailTemplate }) {
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(template))
  const [data, setData] = useState('')
  const body = { ...draft, html: draft.html || null, text: draft.text || null }
  const save = useMutation({
    mutationFn: () => request('PUT', paths.emailTemplate(template.name), { body }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.emailTemplates] })
      notifyDone('The template was saved.')
    },
  })
  const faults = fieldFaults(save.error, ['subject', 'html', 'text', 'usesLayout'])
  const parsed = data.trim() ? parseJsonObject(data) : { value: undefined }
  return (
    <div className="beside">
      <Panel title="Template">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
          noValidate
        >
          <fieldset disabled={!mayChange} className="plain-fieldset">
            <Stack>
              {save.error && Object.keys(faults).length === 0 && <Problem error={save.error} />}
              <TextInput
                label="Subject"
                value={draft.subject}
                onChange={({ currentTarget: { value } }) => setDraft({ ...draft, subject: value })}
                error={faults.subject}
              />
              <Textarea
                label="HTML"
                description="Liquid: {{ name }} puts a value in, {% if name %} … {% endif %} asks for one."
                autosize
                minRows={10}
                maxRows={28}
                spellCheck={false}
                classNames={{ input: 'mono' }}
                value={draft.html}
                onChange={({ currentTarget: { value } }) => setDraft({ ...draft, html: value })}
                error={faults.html}
              />
              <Textarea
                label="Plain text"
                description="Empty: made of the HTML."
                autosize
                minRows={3}
                maxRows={16}
                classNames={{ input: 'mono' }}
                value={draft.text}
                onChange={({ currentTarget: { value } }) => setDraft({ ...draft, text: value })}
                error={faults.text}
              />
              <Checkbox
                label="Stands within the layout"
                checked={draft.usesLayout}
                onChange={({ currentTarget: { checked } }) => setDraft({ ...draft, usesLayout: checked })}
              />
              {mayChange && (
                <Group>
                  <Button type="submit" loading={save.isPending}>
                    Save the template
                  </Button>
                </Group>
              )}
            </Stack>
          </fieldset>
        </form>
      </Panel>
      <Panel title="What it makes">
        <Stack>
          <JsonEditor
            label="Data to try it with"
            description="What the template speaks of, by name."
            placeholder='{ "name": "Ada" }'
            minRows={2}
            value={data}
            onChange={setData}
          />
          <Preview template={template.name} draft={body} data={'value' in parsed ? parsed.value : undefined} />
        </Stack>
      </Panel>
    </div>
  )
}

type PreviewProps = { template: string; draft: object; data: unknown }

function Preview({ template, draft, data }: PreviewProps) {
  const [wanted] = useDebouncedValue(JSON.stringify({ template, draft, ...(data !== undefined && { data }) }), 400)
  const preview = useQuery({
    queryKey: [paths.emailTemplates, 'preview', wanted],
    queryFn: ({ signal }) => request<RenderedEmail>('POST', paths.emailPreview, { body: JSON.parse(wanted), signal }),
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (preview.error) return <Problem error={preview.error} />
  if (!preview.data) return <Skeleton height={240} />
  return (
    <>
      <strong>{preview.data.subject}</strong>
      <MailView html={preview.data.html} text={preview.data.text} />
    </>
  )
}

function Deletion({ template: { name, isBuiltIn } }: { template: EmailTemplate }) {
  const mayChange = useMayChange()
  const queries = useQueryClient()
  if (!mayChange) return null
  return (
    <ConfirmButton
      label={isBuiltIn ? 'Take back' : 'Delete'}
      title={isBuiltIn ? 'Take your words back?' : `Delete ${name}?`}
      confirmLabel={isBuiltIn ? 'Use the hub’s again' : 'Delete the template'}
      onConfirm={async () => {
        await request('DELETE', paths.emailTemplate(name))
        await queries.invalidateQueries({ queryKey: [paths.emailTemplates] })
      }}
    >
      {isBuiltIn ? 'The template that comes with the hub counts again.' : 'Flows that name it cannot send any more.'}
    </ConfirmButton>
  )
}
