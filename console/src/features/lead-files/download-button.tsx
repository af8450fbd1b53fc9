import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { readFile } from '../../lib/api.ts'
import { download } from '../../lib/download.ts'
import { notifyProblem } from '../../lib/notify.ts'

/** Downloads what an address of the hub gives as a file. */
export function DownloadButton({ path, fileName, label }: { path: string; fileName: string; label: string }) {
  const get = useMutation({
    mutationFn: () => readFile(path),
    onSuccess: (content) => download(fileName, content),
    onError: notifyProblem,
  })
  return (
    <Button variant="default" size="compact-sm" loading={get.isPending} onClick={() => get.mutate()}>
      {label}
    </Button>
  )
}
