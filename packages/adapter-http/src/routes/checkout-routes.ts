import type { PaymentId, StartCheckoutRefusal } from '@holdfast/core'
import { withAlternativesTo } from '../serving/alternatives.ts'
import type { Services } from '../serving/services.ts'
import { openCheckoutAnswer, pendingCheckoutAnswer, showOpenCheckout, showPendingCheckout } from '../wire/checkout.ts'
import { refused, reply, route, seeOther, type Ask } from './route.ts'

/** What leading a payer to a page answers, whichever route they came by. */
export const checkoutAnswers = { 200: openCheckoutAnswer, 202: pendingCheckoutAnswer } as const

/** What leading a payer to a page may refuse with. */
export const checkoutRefusals = [
  'payment_not_found',
  'idempotency_key_reused',
  'payment_already_completed',
  'payment_cancelled',
  'charge_in_flight',
  'reservation_cancelled',
  'intent_expired',
  'slot_taken',
  'order_cancelled',
  'order_expired',
  'payment_declined',
  'provider_unavailable',
] as const satisfies readonly StartCheckoutRefusal['code'][]

/** Leads a payer to the one page of a payment: a browser at once, a program by telling it where that is. */
export const leadToCheckout = async (
  { actor, keyed, words, wantsPage }: Pick<CheckoutAsk, 'actor' | 'keyed' | 'words' | 'wantsPage'>,
  services: Services,
  paymentId: PaymentId,
) => {
  const { holdfast, pages, urlOf } = services
  const outcome = await holdfast.startCheckout({ actor, paymentId, ...keyed })
  if (!outcome.ok) return refused(await withAlternativesTo(services, outcome.error, paymentId))
  const { value: checkout } = outcome
  if (checkout.type === 'open')
    return wantsPage ? seeOther(checkout.checkoutUrl) : reply(200, showOpenCheckout(checkout))
  const page = wantsPage ? pages.pending?.(paymentId) : undefined
  if (page !== undefined) return seeOther(page)
  return reply(202, showPendingCheckout(checkout, words), [
    ['location', urlOf(`/payments/${paymentId}/status`)],
    ['retry-after', '1'],
  ])
}

type CheckoutAsk = Ask<Parameters<Services['holdfast']['startCheckout']>[0]['actor']>

const checkoutRoute = (name: string, path: string, summary: string) =>
  route({
    name,
    method: 'post',
    path,
    tag: 'Payments',
    summary,
    who: 'owner_or_staff',
    id: 'payment',
    leadsOn: true,
    limited: true,
    keyed: true,
    answers: checkoutAnswers,
    refusals: checkoutRefusals,
    handle: (ask, services) => leadToCheckout(ask, services, ask.id),
  })

/** Ways to pay a payment. Both lead to its one open page; a retry is known by that name to those who look for it. */
export const checkoutRoutes = [
  checkoutRoute('start_checkout', '/payments/{id}/checkout', 'Leads to the page on which the payment can be made.'),
  checkoutRoute(
    'retry_payment',
    '/payments/{id}/retry',
    'Leads to that page again, after a failure. The open page if there is one; a saved card is never charged.',
  ),
] as const
