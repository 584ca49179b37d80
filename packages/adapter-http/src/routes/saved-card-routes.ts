import type { Actor, PaymentId, PayWithSavedCardRefusal } from '@holdfast/core'
import type { z } from '@hono/zod-openapi'
import type { RefusalWith } from '../problem/refusal.ts'
import { withAlternativesTo } from '../serving/alternatives.ts'
import { findIntent } from '../serving/find-intent.ts'
import type { Services } from '../serving/services.ts'
import {
  chargingSavedCardAnswer,
  paidWithSavedCardAnswer,
  payWithSavedCardBody,
  showChargingSavedCard,
  showPaidWithSavedCard,
} from '../wire/payment-method.ts'
import { releasing } from './intent-routes.ts'
import { refused, reply, route, seeOther, type Ask } from './route.ts'

const tag = 'Payment methods'

const answers = { 200: paidWithSavedCardAnswer, 202: chargingSavedCardAnswer } as const

/** What charging a saved card may refuse with. */
export const savedCardRefusals = [
  'payment_not_found',
  'idempotency_key_reused',
  'saved_card_not_for_this',
  'payment_already_completed',
  'payment_cancelled',
  'charge_in_flight',
  'reservation_cancelled',
  'order_cancelled',
  'order_expired',
  'intent_expired',
  'slot_taken',
  'payment_method_not_found',
  'payment_method_expired',
  'payment_declined',
  'provider_unavailable',
] as const satisfies readonly PayWithSavedCardRefusal['code'][]

const payIntent = route({
  name: 'pay_intent_with_saved_card',
  method: 'post',
  path: '/intents/{id}/pay-with-saved-card',
  tag,
  summary: "Pays an intent with one of the caller's saved cards, at once. One that is declined says why.",
  who: 'owner',
  id: 'intent',
  body: payWithSavedCardBody,
  leadsOn: true,
  limited: true,
  keyed: true,
  answers,
  refusals: ['intent_not_found', ...savedCardRefusals],
  handle: async (ask, services) => {
    const found = await findIntent(services, ask.actor, ask.id)
    if (!found.ok) return refused(found.error)
    const { intent } = found.value
    return releasing(ask, services, intent, await payWithSavedCard(ask, services, intent.paymentId))
  },
})

const payPayment = route({
  name: 'pay_with_saved_card',
  method: 'post',
  path: '/payments/{id}/pay-with-saved-card',
  tag,
  summary: "Pays a payment with one of the caller's saved cards, at once. An open page is closed at Stripe first.",
  who: 'owner',
  id: 'payment',
  body: payWithSavedCardBody,
  leadsOn: true,
  limited: true,
  keyed: true,
  answers,
  refusals: savedCardRefusals,
  handle: (ask, services) => payWithSavedCard(ask, services, ask.id),
})

/** Ways to pay with a card that was saved. */
export const savedCardRoutes = [payIntent, payPayment] as const

const payWithSavedCard = async (
  { actor, body, keyed, words, wantsPage }: Pick<SavedCardAsk, 'actor' | 'body' | 'keyed' | 'words' | 'wantsPage'>,
  services: Services,
  paymentId: PaymentId,
) => {
  const { holdfast, pages, urlOf } = services
  const outcome = await holdfast.payWithSavedCard({
    actor,
    paymentId,
    paymentMethodId: body.payment_method_id,
    ...keyed,
  })
  if (!outcome.ok) return refused(await withAlternativesTo(services, namingField(outcome.error), paymentId))
  const page = wantsPage ? pages.pending?.(paymentId) : undefined
  if (page !== undefined) return seeOther(page)
  const { value: charged } = outcome
  return charged.type === 'paid'
    ? reply(200, showPaidWithSavedCard(charged, words))
    : reply(202, showChargingSavedCard(charged, words), [
        ['location', urlOf(`/payments/${paymentId}/status`)],
        ['retry-after', '1'],
      ])
}

type SavedCardAsk = Ask<
  Extract<Actor, { readonly type: 'owner' }>,
  unknown,
  unknown,
  z.output<typeof payWithSavedCardBody>
>

/** A card that is not found was named in the body here, and not in the path. */
const namingField = (
  refusal: PayWithSavedCardRefusal,
): Exclude<PayWithSavedCardRefusal, NotFound> | RefusalWith<'payment_method_not_found'> =>
  refusal.code === 'payment_method_not_found' ? { ...refusal, field: 'payment_method_id' } : refusal

type NotFound = { readonly code: 'payment_method_not_found' }
