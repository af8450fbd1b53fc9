import type { Postgres } from './postgres.ts'

/** One measurement: its figures by round and, where it has one, the ceiling measured beside it in the same round. */
export type Result = {
  name: string
  unit: string
  measured: number[]
  ceiling?: number[]
  /** What it has to reach; absent for what is shown for comparison only. */
  bar?: { ratioAtLeast: number; goal?: number } | { ratioAtMost: number } | { atMost: number }
  note?: string
}

export type RowContext = {
  postgres: Postgres
  rounds: number
  /** Smaller numbers, for trying things out. */
  quick: boolean
  report(result: Result): void
  /** Says why something was left out. */
  notice(text: string): void
}

/** One row of the bench: measures, and reports one or more results. */
export type Row = (context: RowContext) => Promise<void>
