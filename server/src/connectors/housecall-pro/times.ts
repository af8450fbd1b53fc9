/** UTC, without a fraction. */
export const timeText = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`
