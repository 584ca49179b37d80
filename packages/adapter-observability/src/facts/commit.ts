import type { Instant, Json, PaymentCase, PaymentId, TimelineEntry } from '@holdfast/core'

/** What one transaction has kept, as far as it is worth watching. */
export interface Commit {
  /** What was added to the stories of payments, in the order in which it was written. */
  readonly entries: readonly TimelineEntry[]
  /** The payments that were stored, each as it was stored last. */
  readonly cases: ReadonlyMap<PaymentId, PaymentCase>
  /** What became of tasks, in the order in which it did. */
  readonly tasks: readonly TaskMove[]
}

/** A task was taken up, or whoever held it is through with it: for good, until later, or for ever. */
export type TaskMove =
  | { readonly type: 'taken'; readonly id: string; readonly lease: number }
  | {
      readonly type: 'finished'
      readonly id: string
      readonly lease: number
      readonly at: Instant
      readonly result?: Json
    }
  | { readonly type: 'postponed' | 'buried'; readonly id: string; readonly lease: number }

/** Hears of a commit. What it throws harms nobody: it is a warning of the process. */
export type CommitListener = (commit: Commit) => void
