import type { InboundWebhook } from 'tenon-sdk'

/** The word for what became of something that a vendor sent. */
export const inboundStatusWord: Record<InboundWebhook['status'], string> = {
  received: 'Waiting',
  processed: 'Processed',
  duplicate: 'Duplicate',
  failed: 'Failed',
  refused: 'Refused',
  unmatched: 'Unmatched',
}

/** What it means, and what a person can do. */
export const inboundStatusInSentence: Record<InboundWebhook['status'], string> = {
  received: 'It is stored and waits for its turn.',
  processed: 'Its events were published. A replay publishes them anew, with ids of their own.',
  duplicate: 'All of its events had come before, so nothing was published again.',
  failed: 'It could not be processed. Once the reason is gone, replay it.',
  refused: 'Its signature was not good. Check the secret, then replay it: it is verified again.',
  unmatched: 'It names no account of this hub. It is taken in by itself once its account is connected.',
}
