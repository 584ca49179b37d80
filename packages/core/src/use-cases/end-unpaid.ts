import type { Effect } from '../effect/effect.ts'
import { after, type Instant } from '../kernel/instant.ts'
import type { LiveAttempt } from '../payment/attempt.ts'
import type { CancelReason } from '../payment/payment.ts'
import { liveAttempt, type PaymentCase } from '../payment/payment-case.ts'
import type { Leased } from '../ports/queue.ts'
import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import { moveCase } from '../settlement/case-change.ts'
import { actorName, type Actor } from './actor.ts'
import { closeLiveAttempt } from './close-live-attempt.ts'
import type { Dependencies } from './dependencies.ts'
import type { Performed, PerformEffect } from './perform-effect.ts'
import { storeChange, type ChangeDependencies } from './store-change.ts'
import { untilMoved } from './until-moved.ts'

/** What is still to be heard before a payment ends. Without work: somebody else is asking the provider right now. */
export interface Closing {
  readonly type: 'close'
  readonly closing: LiveAttempt
  readonly work: Leased<Effect> | undefined
}

/** What came of ending a payment as far as that can be done here. */
export type Ending = { readonly type: 'ended'; readonly kase: PaymentCase } | Closing

/**
 * Ends a payment that nobody has paid, where nothing of it is alive at the provider. Otherwise what is alive is marked as closing:
 * from then on nothing is opened beside it, and when the provider says that it is dead the payment ends, whoever hears of it.
 */
export const endUnpaid = async (
  tx: Transaction,
  deps: ChangeDependencies,
  found: Versioned<PaymentCase>,
  { actor, reason, now }: { readonly actor: Actor; readonly reason: CancelReason; readonly now: Instant },
): Promise<Ending> => {
  const origin = {
    type: 'command' as const,
    about: { type: 'payment', id: found.value.payment.id },
    name: 'cancel_payment',
    actor: actorName(actor),
    data: { reason },
  }
  const live = liveAttempt(found.value)
  if (live !== undefined) {
    const work = await closeLiveAttempt(tx, deps, found, live, { reason, now, origin })
    return { type: 'close', closing: live, work }
  }
  const move = moveCase(found.value)
  move.payment({ type: 'cancel', at: now, reason })
  return { type: 'ended', kase: await storeChange(tx, deps, found.version, move.done(), { now, origin }) }
}

/** Asks the provider; or waits for whoever is asking right now, whose answer decides for both: then `undefined`. */
export const untilAsked = async (
  deps: Pick<Dependencies, 'unitOfWork' | 'clock' | 'settings'> & { readonly perform: PerformEffect },
  { closing, work }: Closing,
): Promise<Performed | undefined> => {
  if (work !== undefined) return deps.perform(work)
  await untilMoved(deps, closing, after(deps.clock.now(), deps.settings.patienceMs))
  return undefined
}
