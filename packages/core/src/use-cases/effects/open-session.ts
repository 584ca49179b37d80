import type { Effect } from '../../effect/effect.ts'
import { keyTrustMs } from '../../one-live-attempt/one-live-attempt.ts'
import type { Attempt } from '../../payment/attempt.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import { bug } from '../../kernel/bug.ts'
import type { AttemptReport } from '../../ports/payment-provider.ts'
import type { Dependencies } from '../dependencies.ts'
import type { EffectPerformer } from './effect-result.ts'
import {
  conclude,
  isStuck,
  neverMade,
  nothingToDo,
  queryFor,
  readAttempt,
  requestOf,
  seekAttempt,
  type Sought,
} from './asking.ts'

/** Opens the hosted page of a requested attempt, or finds the one that an earlier try opened. */
export const openSession: EffectPerformer<Extract<Effect, { readonly type: 'open_session' }>> = async (
  deps,
  effect,
  work,
) => {
  const found = await readAttempt(deps, effect, work)
  if (found === undefined || found.attempt.status !== 'requested') return nothingToDo
  const { attempt, kase } = found
  // Whoever closes it has to learn first whether there is a page; two who ask under one key get the same one.
  const answer = await askForPage(deps, kase, attempt, { tries: work.tries, isFirst: work.tries === 1 })
  return conclude(deps, effect, answer, () => neverMade(deps, effect, 'page'))
}

/**
 * Asks for the page under the attempt's key. Where that can tell nothing more (the key is older than the provider keeps
 * it, or answers with an error it remembers) the page is looked for; `absent` means proven to be none.
 * `isFirst`: nobody has asked for it before, so a refusal is the provider's last word.
 */
export const askForPage = async (
  deps: Dependencies,
  kase: PaymentCase,
  attempt: Attempt,
  { tries, isFirst }: { readonly tries: number; readonly isFirst: boolean },
): Promise<Sought<AttemptReport>> => {
  if (attempt.status === 'requested' && attempt.askingEndedAt !== undefined) return seekAttempt(deps, attempt)
  const { paymentProvider, clock } = deps
  const { payment } = kase
  const age = clock.now() - attempt.requestedAt
  if (age > keyTrustMs) {
    const kept = await paymentProvider.findAttempt(queryFor(attempt))
    if (kept.type !== 'absent') return kept
  }
  const { successUrl, cancelUrl, expiresAt, locale, customerId } =
    attempt.page ?? bug(`Hosted attempt '${attempt.id}' has no terms for its page.`)
  const answer = await paymentProvider.openSession({
    ...requestOf(kase, attempt),
    owner: payment.owner,
    saveCard: payment.saveCard,
    successUrl,
    cancelUrl,
    expiresAt,
    ...(locale === undefined ? {} : { locale }),
    ...(customerId === undefined ? {} : { customerId }),
  })
  if (isStuck(answer, { tries, age })) return seekAttempt(deps, attempt)
  if (answer.type !== 'refused' || isFirst) return answer
  // Where the key got lost on the way, a later try is refused for what the first was granted: terms grow too old for a new page.
  const kept = await paymentProvider.findAttempt(queryFor(attempt))
  return kept.type === 'absent' ? answer : kept
}
