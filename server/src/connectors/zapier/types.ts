/** What a hook answers. */
export type ZapierAnswer = { status?: string; id?: string; attempt?: string; request_id?: string }
/** What it answers when it takes nothing. */
export type ZapierError = { status?: string; message?: string }
