import { Collapse, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { OperationLogEntry } from 'tenon-sdk'
import { formatDuration, formatNumberOf } from '../lib/format.ts'
import { BodyView } from './code.tsx'
import { TextLink } from './link-button.tsx'
import { Notice } from './notice.tsx'
import { Pairs } from './pairs.tsx'
import { OperationStatusMark } from './status.tsx'
import { Time } from './time.tsx'

type Props = { entries: OperationLogEntry[]; withIntegration?: boolean; openLast?: boolean }

/** What integrations did at vendors, in the order given; each opens to its redacted request and answer. */
export const OperationList = ({ entries, withIntegration = false, openLast = false }: Props) => (
  <div>
    {entries.map((entry, index) => (
      <Entry
        key={entry.id}
        entry={entry}
        withIntegration={withIntegration}
        startsOpen={openLast && index === entries.length - 1}
      />
    ))}
  </div>
)

type EntryProps = { entry: OperationLogEntry; withIntegration: boolean; startsOpen: boolean }

function Entry({ entry, withIntegration, startsOpen }: EntryProps) {
  const [isOpen, setOpen] = useState(startsOpen)
  const { operation, direction, status, at, durationMs, errorMessage, integrationName } = entry
  return (
    <div className="attempt">
      <button type="button" className="attempt-summary" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span>
          <OperationStatusMark status={status} />
        </span>
        <span style={{ minWidth: 0 }}>
          <Text size="sm" component="span" className="mono" fw={600}>
            {operation}
          </Text>
          {direction === 'inbound' && (
            <Text size="xs" c="dimmed" component="span" ml={8}>
              from the vendor
            </Text>
          )}
          {withIntegration && (
            <Text size="xs" c="dimmed" component="span" ml={8}>
              {integrationName ?? 'Deleted integration'}
            </Text>
          )}
          {errorMessage && (
            <Text size="sm" c="dimmed" lineClamp={isOpen ? undefined : 1}>
              {errorMessage}
            </Text>
          )}
        </span>
        <span className="end">
          {formatDuration(durationMs)} · <Time at={at} />
        </span>
      </button>
      <Collapse expanded={isOpen}>{isOpen && <Detail entry={entry} />}</Collapse>
    </div>
  )
}

function Detail({ entry }: { entry: OperationLogEntry }) {
  const { status, errorCode, errorMessage, request, response, eventId, callId, calls, vendorRequestId, id } = entry
  return (
    <Stack px={18} pt={6} pb={18} gap="md">
      {errorMessage && (
        <Notice tone={status === 'unknown' ? 'retrying' : 'dead'} title={errorCode ?? 'Error'}>
          {errorMessage}
          {status === 'unknown' && ' Nobody knows whether the vendor did it; look there before repeating it.'}
        </Notice>
      )}
      <Pairs
        label="About the operation"
        pairs={{
          Caused: eventId ? (
            <>
              by{' '}
              <TextLink to="/events/$eventId" params={{ eventId }} inherit>
                an event
              </TextLink>
            </>
          ) : callId ? (
            <>
              by the call <span className="mono">{callId}</span>
            </>
          ) : (
            'by a person or a program'
          ),
          'Requests sent': formatNumberOf(calls, 'request'),
          ...(vendorRequestId && { 'Vendor’s request id': <span className="mono">{vendorRequestId}</span> }),
          'Entry id': <span className="mono">{id}</span>,
        }}
      />
      {request && <BodyView title="Input (redacted)" body={request} />}
      {response && <BodyView title="Answer (redacted)" body={response} />}
      {!request && !response && (
        <Text size="sm" c="dimmed">
          It had neither input nor answer.
        </Text>
      )}
    </Stack>
  )
}
