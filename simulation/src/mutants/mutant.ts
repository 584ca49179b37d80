import type { FaultKind } from '@holdfast/stripe-simulator'
import type { RuleName } from '../oracle/violation.ts'
import type { NotifierFault } from '../system/notifier.ts'
import type { Sabotage } from '../system/process.ts'

/** A mistake that somebody might make, made on purpose, and the promises it has to break. */
export interface Mutant {
  readonly name: string
  /** What was forgotten. */
  readonly mistake: string
  /** Any of these has to notice. */
  readonly noticedBy: readonly RuleName[]
  /**
   * Where it shows: a golden flow, and where it takes one, the fault and the call that it strikes: this one of all, or of
   * those to `path`.
   */
  readonly scenario: {
    readonly flow: string
    readonly webhooks: boolean
    /** With a circuit breaker around Stripe. */
    readonly breaker?: true
    readonly fault?: readonly [kind: FaultKind, call: number, path?: string]
    /** Calls to the fault's path get lost until it strikes, and no list has yet what was made a moment ago. */
    readonly isAway?: true
    /** Where the process ends for more than a day, the first time that it comes there. */
    readonly crash?: string
    /** What goes wrong with the first message. */
    readonly notifier?: NotifierFault
  }
  /** Anew for every run: some keep count. */
  readonly sabotage: () => Sabotage
}
