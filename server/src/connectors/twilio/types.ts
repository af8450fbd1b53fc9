export type TwilioAccount = { sid: string; friendly_name?: string | null; status?: string }

export type TwilioMessage = { sid: string; status: string; num_segments?: string | null; error_code?: number | null }

export type TwilioError = { code?: number; message?: string; more_info?: string; status?: number }
