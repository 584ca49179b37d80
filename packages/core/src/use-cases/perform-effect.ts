import type { Effect } from '../effect/effect.ts'
import { bug } from '../kernel/bug.ts'
import { backoffMs, type BackoffPolicy } from '../kernel/backoff.ts'
import { after, hour, minute, second } from '../kernel/instant.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Leased } from '../ports/queue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { Dependencies } from './dependencies.ts'
import { chargeSavedCard } from './effects/charge-saved-card.ts'
import { closeAttemptAtProvider } from './effects/close-attempt.ts'
import { lookUpAttempt } from './effects/look-up-attempt.ts'
import { lookUpCharge } from './effects/look-up-charge.ts'
import type { EffectResult } from './effects/effect-result.ts'
import { openSession } from './effects/open-session.ts'
import { lookUpRefund, sendRefund } from './effects/send-refund.ts'

/**
 * How performing an effect went. `postponed`: it stays owed, and comes up again by itself; `not_asked`: the provider did not answer
 * lately, and is left alone for a while.
 */
export type Performed =
  | { readonly type: 'done'; readonly kase?: PaymentCase }
  | {
      readonly type: 'postponed'
      readonly because: 'unreachable' | 'unknown' | 'not_asked'
      readonly retryAfterMs: number
    }
  | { readonly type: 'dead' }

/** The use case {@link performEffect}, wired. */
export type PerformEffect = (
  work: Leased<Effect>,
  /** Runs in the transaction that stores the outcome, with the case as it is then. */
  then?: (tx: Transaction, kase: PaymentCase) => Promise<void>,
  /** The case as it was left by the transaction that took the work: it need not be read again. */
  known?: PaymentCase,
) => Promise<Performed>

/**
 * Performs one leased effect: asks the provider (or the notifier), then stores the answer and ends the work in one
 * transaction.
 *
 * A crash at any point leaves the effect in the outbox; whoever takes it next sends the same key. A lease that was lost
 * meanwhile is no harm: the answer is applied all the same, and applying it twice changes nothing.
 */
export const performEffect =
  (deps: Dependencies): PerformEffect =>
  async (work, then, known) => {
    const { unitOfWork, clock, settings, logger } = deps
    const result = await perform(deps, work, known)
    if (result.type === 'done') {
      const kase = await unitOfWork.run(async (tx) => {
        const stored = await result.store(tx)
        // Asked for together, so that a database far away is travelled to once.
        await Promise.all([
          tx.outbox.finish(work.id, work.lease, { at: clock.now() }),
          stored === undefined ? undefined : then?.(tx, stored),
        ])
        return stored
      })
      return { type: 'done', ...(kase === undefined ? {} : { kase }) }
    }
    const { because, detail } = result
    logger.log('warn', 'effect_postponed', { effect: work.id, tries: work.tries, because, detail })
    const retryAfterMs = Math.max(
      result.atLeastMs ?? 0,
      backoffMs(work.tries, work.id, because === 'unknown' ? unheard : away),
    )
    return unitOfWork.run(async (tx): Promise<Performed> => {
      await result.store?.(tx)
      if (isMessage(work.body) && work.tries >= settings.triesBeforeDead) {
        await tx.outbox.bury(work.id, work.lease, detail, clock.now())
        return { type: 'dead' }
      }
      await tx.outbox.postpone(work.id, work.lease, after(clock.now(), retryAfterMs), detail)
      return { type: 'postponed', because, retryAfterMs }
    })
  }

// An unheard answer is asked for again soon, since the same key only repeats it; somebody who is away is left in peace.
const unheard: BackoffPolicy = { firstMs: 2 * second, capMs: 10 * minute }
const away: BackoffPolicy = { firstMs: 5 * second, capMs: hour }

const isMessage = (effect: Effect): boolean => effect.type === 'send_message'

const perform = async (
  deps: Dependencies,
  { body: effect, tries }: Leased<Effect>,
  known: PaymentCase | undefined,
): Promise<EffectResult> => {
  const work = { tries, ...(known === undefined ? {} : { known }) }
  switch (effect.type) {
    case 'open_session':
      return openSession(deps, effect, work)
    case 'charge_saved_card':
      return chargeSavedCard(deps, effect, work)
    case 'close_attempt':
      return closeAttemptAtProvider(deps, effect, work)
    case 'look_up_attempt':
      return lookUpAttempt(deps, effect, work)
    case 'look_up_charge':
      return lookUpCharge(deps, effect, work)
    case 'send_refund':
      return sendRefund(deps, effect, work)
    case 'look_up_refund':
      return lookUpRefund(deps, effect, work)
    case 'send_message':
      return sendMessage(deps, effect)
  }
  return bug(`The outbox holds an effect of no known type: ${JSON.stringify(effect)}`)
}

const sendMessage = async (
  { notifier, clock }: Dependencies,
  { message, paymentId }: Extract<Effect, { readonly type: 'send_message' }>,
): Promise<EffectResult> => {
  try {
    await notifier.send(message)
  } catch (error) {
    return { type: 'again', because: 'unreachable', detail: error instanceof Error ? error.message : String(error) }
  }
  return {
    type: 'done',
    store: async (tx) => {
      await tx.timeline.append([
        {
          paymentId,
          at: clock.now(),
          type: 'answer',
          about: { type: 'message', id: message.id },
          name: 'message_sent',
          data: { template: message.template },
        },
      ])
      return undefined
    },
  }
}
