import { Button, Group, Modal, NumberInput, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Lead, Pipeline } from 'tenon-sdk'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { minorUnitsIn, nameOfLead, stageOf } from '../../lib/lead-in-words.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'

type Props = { lead: Lead; pipelines: Pipeline[]; label?: string; size?: 'compact-sm' }

const empty = { status: null as string | null, reason: '', notes: '', amount: '' as string | number, currency: '' }

/** Moves a lead to another stage, by the rules of its pipeline: only stages that may follow, with what each asks for. */
export function ChangeStatus({ lead, pipelines, label = 'Change stage', size }: Props) {
  const [opened, { open, close }] = useDisclosure(false)
  const [form, setForm] = useState(empty)
  const queries = useQueryClient()
  const stages = pipelines.find(({ id }) => id === lead.pipelineId)?.stages ?? []
  const now = stageOf(pipelines, lead)
  const following = stages.filter(({ key }) => key !== lead.status && (now?.next?.includes(key) ?? true))
  const chosen = stages.find(({ key }) => key === form.status)
  const currency = form.currency.trim().toUpperCase()
  const asksFor = (what: 'amount' | 'reason') => chosen?.requires.includes(what) ?? false
  const change = useMutation({
    mutationFn: () =>
      request('PUT', paths.ofLead(lead.id, 'status'), {
        body: {
          status: form.status,
          ...(form.reason.trim() && { reason: form.reason.trim() }),
          ...(form.notes.trim() && { notes: form.notes.trim() }),
          ...(form.amount !== '' && { amountMinor: Math.round(Number(form.amount) * unitsOf(currency)) }),
          ...(form.amount !== '' && currency && { currency }),
          version: lead.version,
        },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.leads] })
      await queries.invalidateQueries({ queryKey: [paths.ofLead(lead.id, 'activities')] })
      notifyDone('The stage was changed.')
      close()
    },
    // Somebody else changed the lead meanwhile: with the newest version of it, the next try counts.
    onError: () => queries.invalidateQueries({ queryKey: [paths.leads] }),
  })
  const faults = fieldFaults(change.error, ['status', 'reason', 'notes', 'amountMinor', 'currency'])
  const start = () => {
    change.reset()
    setForm({ ...empty, currency: lead.currency ?? '' })
    open()
  }
  return (
    <>
      <Button onClick={start} {...(size && { size, variant: 'default' })} aria-label={`${label}: ${nameOfLead(lead)}`}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title="Change the stage">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            change.mutate()
          }}
          noValidate
        >
          <Stack>
            {change.error && Object.keys(faults).length === 0 && <Problem error={change.error} />}
            <Select
              label="New stage"
              placeholder="Choose"
              required
              data={following.map(({ key, name }) => ({ value: key, label: name }))}
              value={form.status}
              onChange={(status) => setForm({ ...form, status })}
              error={faults.status}
              description={`From ${now?.name ?? lead.status}.`}
            />
            {asksFor('amount') && (
              <Group grow align="flex-start">
                <NumberInput
                  label="Amount"
                  required
                  min={0}
                  decimalScale={2}
                  value={form.amount}
                  onChange={(amount) => setForm({ ...form, amount })}
                  error={faults.amountMinor}
                />
                <TextInput
                  label="Currency"
                  placeholder="EUR"
                  value={form.currency}
                  onChange={({ currentTarget }) => setForm({ ...form, currency: currentTarget.value })}
                  error={faults.currency}
                />
              </Group>
            )}
            <TextInput
              label="Reason"
              withAsterisk={asksFor('reason')}
              value={form.reason}
              onChange={({ currentTarget }) => setForm({ ...form, reason: currentTarget.value })}
              error={faults.reason}
            />
            <Textarea
              label="Notes"
              description="Kept on the timeline."
              autosize
              minRows={2}
              value={form.notes}
              onChange={({ currentTarget }) => setForm({ ...form, notes: currentTarget.value })}
              error={faults.notes}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={change.isPending} disabled={!form.status}>
                Change the stage
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}

// What is no currency is left to the hub to refuse.
const unitsOf = (currency: string): number => (/^[A-Z]{3}$/.test(currency) ? minorUnitsIn(currency) : 100)
