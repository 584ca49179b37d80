import type { PaymentProvider, ProviderAnswer } from '../ports/payment-provider.ts'
import type { Circuit } from './shared-circuit.ts'

/**
 * The same provider, asked only while its circuit is closed. While it is open every call is answered `unreachable` at once, with
 * `retryAfterMs`, and nobody is asked; once half open, one call goes through.
 *
 * An outage is a call that ended `unreachable` or `unknown`, unless the answer says that the provider is there (`inService`), and one
 * that threw. Declined, refused and absent are answers of a provider that is well. A webhook is no call, and no sign of health. What
 * is `repeated` from an earlier try is no outage of now, and no sign of health either; but a probe has learnt by it that the
 * provider answers, and that is what it was for.
 *
 * A probe whose connection was closed (`closed`) is made once more at once: it may have gone out on one that the outage has left
 * dead, and says nothing then of how the provider is now. Every call may be made again, by its key or because it only looks or
 * closes; but for the removal of a card, of which a second answer would not say that it was the first that removed it.
 */
export const guardedProvider = (provider: PaymentProvider, circuit: Circuit): PaymentProvider => {
  const guarded = <Query, Report>(call: (query: Query) => Promise<ProviderAnswer<Report>>) =>
    guardedAs(call, async (query) => {
      const first = await call(query)
      return isClosed(first) ? ofBoth(first, await call(query)) : first
    })
  const guardedAs =
    <Query, Report>(
      call: (query: Query) => Promise<ProviderAnswer<Report>>,
      probe: (query: Query) => Promise<ProviderAnswer<Report>>,
    ) =>
    async (query: Query): Promise<ProviderAnswer<Report>> => {
      const entered = await circuit.enter()
      if (!entered.ok) return { type: 'unreachable', retryAfterMs: entered.error.retryAfterMs, detail: notAsked }
      const isProbe = entered.value.probe !== undefined
      let outcome: 'answer' | 'outage' | 'neither' = 'outage'
      try {
        const answer = await (isProbe ? probe : call)(query)
        if (isRepeated(answer)) outcome = isProbe ? 'answer' : 'neither'
        else if (!isOutage(answer)) outcome = 'answer'
        return answer
      } finally {
        if (outcome !== 'neither') await circuit.leave(entered.value, outcome)
      }
    }
  const detach: PaymentProvider['detachPaymentMethod'] = (method) => provider.detachPaymentMethod(method)
  // Each by name: a provider that learns something new is noticed by the compiler.
  return {
    openSession: guarded((request) => provider.openSession(request)),
    chargeSavedCard: guarded((request) => provider.chargeSavedCard(request)),
    closeAttempt: guarded((attempt) => provider.closeAttempt(attempt)),
    findAttempt: guarded((query) => provider.findAttempt(query)),
    findForgottenCharge: guarded((query) => provider.findForgottenCharge(query)),
    refund: guarded((request) => provider.refund(request)),
    findRefund: guarded((query) => provider.findRefund(query)),
    findCharge: guarded((query) => provider.findCharge(query)),
    listPaymentMethods: guarded((query) => provider.listPaymentMethods(query)),
    detachPaymentMethod: guardedAs(detach, detach),
  }
}

/** What stands in an answer, and for an operator in the log, where nobody was asked. */
export const notAsked = 'Not asked: the provider did not answer lately, and is left alone for a while.'

const isOutage = (answer: ProviderAnswer<unknown>): boolean =>
  (answer.type === 'unreachable' || answer.type === 'unknown') && answer.inService !== true

const isRepeated = (answer: ProviderAnswer<unknown>): boolean => answer.type === 'unknown' && answer.repeated === true

type Unknown = Extract<ProviderAnswer<never>, { readonly type: 'unknown' }>

const isClosed = (answer: ProviderAnswer<unknown>): answer is Unknown =>
  answer.type === 'unknown' && answer.closed === true

/** What two calls say together of which the first was not heard: that nothing happened, the second says of itself alone. */
const ofBoth = <Report>(first: Unknown, second: ProviderAnswer<Report>): ProviderAnswer<Report> => {
  if (second.type !== 'unreachable') return second
  return second.inService === true ? { ...first, inService: true } : first
}
