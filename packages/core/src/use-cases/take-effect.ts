import { effectId, type Effect } from '../effect/effect.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Leased } from '../ports/queue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { Dependencies } from './dependencies.ts'

/**
 * Takes an effect that is owed, due or not, for a caller that performs it right after the commit. `undefined` when there is
 * nothing to take: somebody else is performing it, or it is done.
 */
export const takeEffect = (
  tx: Transaction,
  { settings }: Pick<Dependencies, 'settings'>,
  effect: Effect,
  now: Instant,
): Promise<Leased<Effect> | undefined> => tx.outbox.take(effectId(effect), { now, leaseMs: settings.leaseMs })
