import type { Effect } from '../../effect/effect.ts'
import { bug } from '../../kernel/bug.ts'
import { keyTrustMs } from '../../one-live-attempt/one-live-attempt.ts'
import type { Attempt } from '../../payment/attempt.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import type { SavedCard } from '../../payment/payment.ts'
import type { AttemptReport, ProviderAnswer } from '../../ports/payment-provider.ts'
import type { Dependencies } from '../dependencies.ts'
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
  tooLongAgo,
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
  // Cancelled before anybody asked: nothing is at the provider, and nothing will be.
  if (attempt.closing !== undefined && work.tries === 1) return concluded(deps, effect, { type: 'expired' })

  const { paymentProvider, clock } = deps
  const startedAt = clock.now()
  const age = (): number => clock.now() - attempt.requestedAt
  const seek = async () =>
    conclude(deps, effect, await seekAttempt(deps, attempt), () => neverMade(deps, effect, 'charge'))
  if (attempt.askingEndedAt !== undefined || attempt.closing !== undefined || age() > keyTrustMs) return seek()
  const card = attempt.card ?? bug(`Attempt '${attempt.id}' charges a saved card, but has none.`)
  const made = await findMade(deps, found.kase, attempt, card)
  if (made.type === 'reported') return heard(deps, effect, made.report)
  if (made.type === 'unreachable' || made.type === 'unknown') return unheard(deps, effect, made)
  if (age() > keyTrustMs) return seek()
  // Whoever stood still until now comes after others may have charged, or have given up and found that there is none.
  if (clock.now() - startedAt > deps.settings.leaseMs) return unheard(deps, effect, tooLongAgo)
  const answer = await paymentProvider.chargeSavedCard({
    ...requestOf(found.kase, attempt),
    card,
  })
  return isStuck(answer, { tries: work.tries, age: age() })
    ? seek()
    : conclude(deps, effect, answer, () => neverMade(deps, effect, 'charge'))
}

/**
 * Money that came for the payment, and that none of its other attempts asked for: under a key of this one that got lost on the way, or
 * after a backup that was restored, since a new attempt has a new key. A page takes money under its owner's customer, who need not be the card's.
 */
const findMade = async (
  { paymentProvider, unitOfWork, logger }: Dependencies,
  { payment, attempts }: PaymentCase,
  { id: own }: Attempt,
  card: SavedCard,
): Promise<ProviderAnswer<AttemptReport>> => {
  const known = attempts.flatMap(({ id }) => (id === own ? [] : [id]))
  const ofOwner = await unitOfWork.read((tx) => tx.customers.find(payment.owner))
  let answer: ProviderAnswer<AttemptReport> = { type: 'absent' }
  for (const customerId of new Set([card.customerId, ofOwner ?? card.customerId])) {
    answer = await paymentProvider.findForgottenCharge({ paymentId: payment.id, customerId, known })
    if (answer.type === 'reported')
      logger.log('warn', 'forgotten_charge_found', { payment: payment.id, charge: answer.report.providerId ?? '' })
    if (answer.type !== 'absent') return answer
  }
  return answer
}
