import type { FaultKind } from '@holdfast/stripe-simulator'
import type { HostPolicy } from '../oracle/host-policy.ts'
import { Violation, type RuleName } from '../oracle/violation.ts'
import type { DatabaseMaker } from '../system/database.ts'
import type { NotifierFault } from '../system/notifier.ts'
import type { Sabotage } from '../system/process.ts'
import type { Command } from '../workload/command.ts'

/** A mistake that somebody might make, made on purpose, and the promises it has to break. */
export interface Mutant {
  readonly name: string
  /** What was forgotten. */
  readonly mistake: string
  /** Any of these has to notice; that another one does, too, counts for nothing. */
  readonly noticedBy: readonly RuleName[]
  /** What stops it before any harm is done, as SQLite says it: there is another mutant without that. */
  readonly stoppedBy?: string
  /**
   * Where it shows: a golden flow, and where it takes one, the fault and the call that it strikes: this one of all, or of
   * those to `path`.
   */
  readonly scenario: Scenario
  /** Where alone it can be made: on SQLite, or on Postgres with a stop before every statement. Absent: anywhere. */
  readonly needs?: 'sqlite' | 'statements'
  /** Anew for every run: some keep count. */
  readonly sabotage: () => Sabotage
}

/** True where a mistake can be made on this database. */
export const canBeMade = (
  { needs }: Pick<Mutant, 'needs'>,
  { kind, gating }: Pick<DatabaseMaker, 'kind' | 'gating'>,
): boolean => needs === undefined || (needs === 'sqlite' ? kind === 'sqlite' : gating === 'statement')

/** True where what failed is a promise that a mistake has to break, and not another one that it breaks as well. */
export const isNoticed = ({ noticedBy, stoppedBy = '' }: Mutant, failure: unknown): failure is Violation =>
  failure instanceof Violation && noticedBy.includes(failure.rule) && failure.message.includes(stoppedBy)

/** A golden flow, or a story of its own, and what goes wrong in it. */
export interface Scenario {
  readonly flow: string | readonly Command[]
  readonly webhooks: boolean
  /**
   * With two processes that take turns in doing what is asked: one of them stands still for some seconds as it comes to this
   * call of a store, the first time or this one of all times, and the other goes on.
   */
  readonly pause?: string | readonly [lane: string, time: number]
  /** With a circuit breaker around Stripe. */
  readonly breaker?: true
  /** What the host wants, where that is not what most golden flows are about. */
  readonly policy?: Partial<HostPolicy>
  readonly fault?: readonly [kind: FaultKind, call: number, path?: string]
  /** Calls to the fault's path get lost until it strikes, and no list has yet what was made a moment ago. */
  readonly isAway?: true
  /** Where the process ends for more than a day, the first time that it comes there, or this one of all times. */
  readonly crash?: string | readonly [lane: string, time: number]
  /** What goes wrong with the first message. */
  readonly notifier?: NotifierFault
}
