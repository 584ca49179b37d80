import {
  err,
  mayTouch,
  ok,
  type Actor,
  type IntentId,
  type Json,
  type Payment,
  type PendingIntent,
  type Result,
} from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'
import type { Services } from '../serving/services.ts'
import {
  abandonedIntentAnswer,
  intentAnswer,
  openedIntentAnswer,
  openIntentBody,
  showIntent,
  showOpenedIntent,
} from '../wire/intent.ts'
import { capitals } from '../wire/parts.ts'
import { checkoutAnswers, checkoutRefusals, leadToCheckout } from './checkout-routes.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Intents'

const openIntent = route({
  name: 'open_intent',
  method: 'post',
  path: '/intents',
  tag,
  summary: 'Stores what the caller wants to buy, priced here. Nothing else exists until it is paid.',
  who: 'owner',
  body: openIntentBody,
  limited: true,
  keyed: true,
  answers: { 201: openedIntentAnswer },
  refusals: ['unknown_kind', 'idempotency_key_reused', 'invalid_payload', 'unknown_resource', 'slot_taken'],
  handle: async ({ actor, body, keyed }, { holdfast, intentCookie, urlOf }) => {
    const outcome = await holdfast.openIntent({ actor, kind: body.kind, payload: body.payload as Json, ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    return reply(201, showOpenedIntent(outcome.value), [
      ['location', urlOf(`/intents/${outcome.value.intentId}`)],
      ['set-cookie', await intentCookie.write(outcome.value.token)],
    ])
  },
})

const currentIntent = route({
  name: 'read_current_intent',
  method: 'get',
  path: '/intents/current',
  tag,
  summary: "The intent that this browser holds. Its cookie lost: the caller's newest that is open.",
  who: 'owner',
  answers: { 200: intentAnswer },
  refusals: ['intent_not_found'],
  handle: async ({ actor, request, words }, { unitOfWork, intentCookie }) => {
    const token = await intentCookie.read(request)
    const found = await unitOfWork.read(async (tx) => {
      const held = token === undefined ? undefined : await tx.intents.findByToken(token)
      // Somebody else's cookie in a shared browser is no cookie.
      const mine = held !== undefined && mayTouch(actor, held.owner) ? held : undefined
      const intent = mine ?? (await tx.intents.listOpen(actor.id, 1))[0]
      const payment = intent && (await tx.payments.find(intent.paymentId))?.value.payment
      return intent && payment ? { intent, payment } : undefined
    })
    if (found === undefined) return refused({ code: 'intent_not_found' })
    return reply(200, showIntent(found.intent, found.payment, words), [
      ['set-cookie', await intentCookie.write(found.intent.token)],
    ])
  },
})

const readIntent = route({
  name: 'read_intent',
  method: 'get',
  path: '/intents/{id}',
  tag,
  summary: 'An intent and how its payment stands.',
  who: 'owner_or_staff',
  id: 'intent',
  answers: { 200: intentAnswer },
  refusals: ['intent_not_found'],
  handle: async ({ actor, id, words }, services) => {
    const found = await findIntent(services, actor, id)
    return found.ok ? reply(200, showIntent(found.value.intent, found.value.payment, words)) : refused(found.error)
  },
})

const payRoute = (name: string, path: string, summary: string) =>
  route({
    name,
    method: 'post',
    path,
    tag,
    summary,
    who: 'owner_or_staff',
    id: 'intent',
    leadsOn: true,
    limited: true,
    keyed: true,
    answers: checkoutAnswers,
    refusals: ['intent_not_found', ...checkoutRefusals],
    handle: async (ask, services) => {
      const found = await findIntent(services, ask.actor, ask.id)
      return found.ok ? leadToCheckout(ask, services, found.value.intent.paymentId) : refused(found.error)
    },
  })

const abandonIntent = route({
  name: 'abandon_intent',
  method: 'post',
  path: '/intents/{id}/abandon',
  tag,
  summary: 'Gives an intent up: its open page is closed at Stripe, and nothing is charged.',
  who: 'owner_or_staff',
  id: 'intent',
  keyed: true,
  answers: { 200: abandonedIntentAnswer },
  refusals: ['intent_not_found', 'payment_not_found', 'idempotency_key_reused', 'payment_already_completed'],
  handle: async ({ actor, id, keyed, words }, services) => {
    const found = await findIntent(services, actor, id)
    if (!found.ok) return refused(found.error)
    const { paymentId } = found.value.intent
    const outcome = await services.holdfast.cancelPayment({ actor, paymentId, reason: 'abandoned', ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    return reply(
      200,
      {
        status: 'abandoned' as const,
        intent_id: id,
        payment_id: paymentId,
        payment_status: capitals(outcome.value.payment.status),
        message: words.messages.intent_abandoned,
        ...(outcome.value.providerCancellation === 'pending' ? { provider_cancellation: 'pending' as const } : {}),
      },
      [['set-cookie', await services.intentCookie.clear()]],
    )
  },
})

/** What somebody wants to buy, until it is paid or given up. */
export const intentRoutes = [
  openIntent,
  currentIntent,
  readIntent,
  payRoute('pay_intent', '/intents/{id}/pay', 'Leads to the page on which the intent can be paid.'),
  payRoute('retry_intent', '/intents/{id}/retry', 'Leads to that page again, for the same intent.'),
  abandonIntent,
] as const

/** An intent of the caller's, or of anybody's for staff, with its payment. */
export const findIntent = async (
  { unitOfWork }: Services,
  actor: Actor,
  id: IntentId,
): Promise<Result<{ readonly intent: PendingIntent; readonly payment: Payment }, RefusalWith<'intent_not_found'>>> =>
  unitOfWork.read(async (tx) => {
    const intent = (await tx.intents.find(id))?.value
    if (intent === undefined || !mayTouch(actor, intent.owner)) return err({ code: 'intent_not_found' })
    const payment = (await tx.payments.find(intent.paymentId))?.value.payment
    return payment === undefined ? err({ code: 'intent_not_found' }) : ok({ intent, payment })
  })
