import type { AttemptReport, Clock, PaymentProvider, ProviderAnswer, SessionRequest } from '@holdfast/core'
import type Stripe from 'stripe'
import { toStripeAmount } from './amount.ts'
import { ask, ofLookUp, type Asked } from './asking.ts'
import { attemptsAt } from './attempts.ts'
import { chargesAt } from './charges.ts'
import { once } from './idempotency.ts'
import { methodsAt } from './methods.ts'
import { refundsAt } from './refunds.ts'
import { reportOfIntent, reportOfSession } from './report.ts'
import { chargeParams, refundParams, sessionParams } from './requests.ts'
import { intentWire, refundWire, sessionWire, type SessionWire } from './wire.ts'

/** What {@link stripeProvider} needs. */
export interface StripeProviderOptions {
  /** From {@link createStripe}. A client that retries by itself would hide what was not heard. */
  readonly stripe: Stripe
  /** Used for one thing: to move a page's ending into Stripe's bounds. */
  readonly clock: Pick<Clock, 'now'>
  /** How many pages of a hundred a look-up without Stripe's id goes through before it gives up unsure. Default 100. */
  readonly lookUpPages?: number
}

/**
 * Stripe as a {@link PaymentProvider}: Checkout Sessions for hosted pages, PaymentIntents for saved cards.
 *
 * A hosted attempt is known by its session's id, a saved card's charge by its PaymentIntent's; money is always known
 * by the PaymentIntent, which is what refunds and disputes name. Every object bears our ids in its metadata, so that
 * it can be found when its name was never heard.
 */
export const stripeProvider = ({ stripe, clock, lookUpPages = 100 }: StripeProviderOptions): PaymentProvider => {
  const attempts = attemptsAt(stripe, lookUpPages)
  const refunds = refundsAt(stripe, lookUpPages)
  const charges = chargesAt(stripe, refunds, lookUpPages)

  return {
    openSession: async (request) => {
      const amount = toStripeAmount(request.amount)
      if (!amount.ok) return unfit(amount.error)
      const open = (wanted: SessionRequest) =>
        ask(sessionWire, () =>
          stripe.checkout.sessions.create(
            sessionParams(wanted, amount.value, clock.now()),
            once(request.idempotencyKey),
          ),
        )
      const first = await open(request)
      // A customer that was deleted at Stripe must not keep its owner from paying: the page makes a new one. Nothing
      // was kept under the key, since the parameters did not pass.
      const asked = isCustomerGone(first, request) ? await open(withoutCustomer(request)) : first
      switch (asked.type) {
        case 'got':
          return reported(reportOfSession(asked.body))
        case 'missing':
        case 'declined':
          return { type: 'refused', failure: asked.failure }
        case 'refused':
        case 'unreachable':
        case 'unknown':
          return asked
      }
    },

    chargeSavedCard: async (request) => {
      const amount = toStripeAmount(request.amount)
      if (!amount.ok) return unfit(amount.error)
      const params = chargeParams(request, amount.value)
      const asked = await ask(intentWire, () => stripe.paymentIntents.create(params, once(request.idempotencyKey)))
      switch (asked.type) {
        case 'got':
          return attempts.settleWaiting(asked.body)
        case 'declined':
          // Without a PaymentIntent nothing was tried: there is no report to make, and nothing to look up.
          return asked.intent === undefined
            ? { type: 'refused', failure: asked.failure }
            : reported({ ...reportOfIntent(asked.intent), state: { type: 'declined', failure: asked.failure } })
        case 'missing':
          return { type: 'refused', failure: asked.failure }
        case 'refused':
        case 'unreachable':
        case 'unknown':
          return asked
      }
    },

    closeAttempt: async ({ kind, providerId }) => {
      const asked =
        kind === 'hosted'
          ? await ask(sessionWire, () => stripe.checkout.sessions.expire(providerId, { expand: ['payment_intent'] }))
          : await ask(intentWire, () => stripe.paymentIntents.cancel(providerId, { cancellation_reason: 'abandoned' }))
      if (asked.type === 'refused') return attempts.retrieve(kind, providerId)
      if (asked.type !== 'got') return ofLookUp(asked)
      return reported(
        asked.body.object === 'checkout.session' ? reportOfSession(asked.body) : reportOfIntent(asked.body),
      )
    },

    findAttempt: (query) =>
      query.providerId === undefined ? attempts.search(query) : attempts.retrieve(query.kind, query.providerId),

    findForgottenCharge: (query) => attempts.findForgotten(query),

    refund: async (request) => {
      const amount = toStripeAmount(request.amount)
      if (!amount.ok) return unfit(amount.error)
      const asked = await ask(refundWire, () =>
        stripe.refunds.create(refundParams(request, amount.value), once(request.idempotencyKey)),
      )
      switch (asked.type) {
        case 'got':
          return refunds.read(asked.body)
        case 'refused':
        case 'missing':
        case 'declined':
          return refunds.provenRefusal(request, asked.failure)
        case 'unreachable':
        case 'unknown':
          return asked
      }
    },

    findRefund: (query) => refunds.find(query),
    findCharge: (query) => charges.find(query),
    ...methodsAt(stripe, lookUpPages),
  }
}

const isCustomerGone = (asked: Asked<SessionWire>, { customerId }: SessionRequest): boolean =>
  customerId !== undefined && asked.type === 'missing' && asked.param === 'customer'

const withoutCustomer = ({ customerId: _gone, ...request }: SessionRequest): SessionRequest => request

const reported = (report: AttemptReport): ProviderAnswer<AttemptReport> => ({ type: 'reported', report })

const unfit = (detail: string): Extract<ProviderAnswer<never>, { readonly type: 'refused' }> => ({
  type: 'refused',
  failure: { code: 'provider_rejected', retryable: false, providerCode: 'amount_not_representable', detail },
})
