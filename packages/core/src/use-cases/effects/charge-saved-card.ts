import type { Effect } from '../../effect/effect.ts'
import { bug } from '../../kernel/bug.ts'
import { keyTrustMs } from '../../one-live-attempt/one-live-attempt.ts'
import type { EffectPerformer } from './effect-result.ts'
import {
  conclude,
  concluded,
  heard,
  isStuck,
  neverMade,
  nothingToDo,
  readAttempt,
  requestOf,
  seekAttempt,
  unheard,
} from './asking.ts'

/** Charges the saved card of a requested attempt, or finds the charge that an earlier try or a forgotten attempt made. */
export const chargeSavedCard: EffectPerformer<Extract<Effect, { readonly type: 'charge_saved_card' }>> = async (
  deps,
  effect,
  work,
) => {
  const found = await readAttempt(deps, effect, work)
  if (found === undefined || found.attempt.status !== 'requested') return nothingToDo
  const { attempt } = found
  const { payment } = found.kase
  // Cancelled before anybody asked: nothing is at the provider, and nothing will be.
  if (attempt.closing !== undefined && work.tries === 1) return concluded(deps, effect, { type: 'expired' })

  const { paymentProvider, clock, logger } = deps
  const age = (): number => clock.now() - attempt.requestedAt
  const seek = async () =>
    conclude(deps, effect, await seekAttempt(deps, attempt), () => neverMade(deps, effect, 'charge'))
  if (attempt.askingEndedAt !== undefined || attempt.closing !== undefined || age() > keyTrustMs) return seek()
  const card = attempt.card ?? bug(`Attempt '${attempt.id}' charges a saved card, but has none.`)
  // A backup that was restored knows nothing of what was charged after it, and a new attempt has a new key.
  const forgotten = await paymentProvider.findForgottenCharge({
    paymentId: payment.id,
    customerId: card.customerId,
    known: found.kase.attempts.map(({ id }) => id),
  })
  if (forgotten.type === 'reported') {
    logger.log('warn', 'forgotten_charge_found', { payment: payment.id, charge: forgotten.report.providerId ?? '' })
    return heard(deps, effect, forgotten.report)
  }
  if (forgotten.type === 'unreachable' || forgotten.type === 'unknown') return unheard(deps, effect, forgotten)
  // Whoever stood still until now may come when the provider has forgotten under which key others have charged.
  if (age() > keyTrustMs) return seek()
  const answer = await paymentProvider.chargeSavedCard({
    ...requestOf(found.kase, attempt),
    card,
  })
  return isStuck(answer, { tries: work.tries, age: age() })
    ? seek()
    : conclude(deps, effect, answer, () => neverMade(deps, effect, 'charge'))
}
