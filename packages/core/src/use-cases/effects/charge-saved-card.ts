import type { Effect } from '../../effect/effect.ts'
import { bug } from '../../kernel/bug.ts'
import { keyTrustMs } from '../../one-live-attempt/one-live-attempt.ts'
import type { EffectPerformer } from './effect-result.ts'
import {
  conclude,
  concluded,
  isStuck,
  listLagMs,
  neverMade,
  nothingToDo,
  queryFor,
  readAttempt,
  unheard,
} from './asking.ts'

/** Charges the saved card of a requested attempt, or finds the charge that an earlier try made. */
export const chargeSavedCard: EffectPerformer<Extract<Effect, { readonly type: 'charge_saved_card' }>> = async (
  deps,
  effect,
  { tries },
) => {
  const found = await readAttempt(deps, effect)
  if (found === undefined || found.attempt.status !== 'requested') return nothingToDo
  const { attempt } = found
  const { payment } = found.kase
  // Cancelled before anybody asked: nothing is at the provider, and nothing will be.
  if (attempt.closing !== undefined && tries === 1) return concluded(deps, effect, { type: 'expired' })

  const { paymentProvider, clock } = deps
  const age = clock.now() - attempt.requestedAt
  const onlyLook = attempt.closing !== undefined || age > keyTrustMs
  const card =
    payment.savedCard ?? bug(`Attempt '${attempt.id}' charges a saved card, but payment '${payment.id}' has none.`)
  const asked = onlyLook
    ? await paymentProvider.findAttempt(queryFor(attempt))
    : await paymentProvider.chargeSavedCard({
        attemptId: attempt.id,
        paymentId: payment.id,
        idempotencyKey: attempt.idempotencyKey,
        amount: attempt.amount,
        item: payment.item,
        purpose: payment.purpose,
        metadata: payment.metadata,
        card,
      })
  const answer = isStuck(asked, { tries, age }) ? await paymentProvider.findAttempt(queryFor(attempt)) : asked
  return conclude(deps, effect, answer, () =>
    age <= listLagMs
      ? unheard(deps, effect, { type: 'unknown', answered: false, detail: 'Not found yet; its list may lag.' })
      : neverMade(deps, effect, 'charge'),
  )
}
