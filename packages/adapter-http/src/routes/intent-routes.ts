import type { Actor, Json, PendingIntent } from '@holdfast/core'
import { alternativesTo, withAlternatives } from '../serving/alternatives.ts'
import { findIntent, findIntentOf } from '../serving/find-intent.ts'
import type { FoundIntent } from '../serving/current-intents.ts'
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
import { refused, reply, route, withCookie, type Answer, type Ask } from './route.ts'

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
  handle: async ({ actor, body, keyed }, services) => {
    const { holdfast, currentIntents, urlOf } = services
    const wanted = { kind: body.kind, payload: body.payload as Json }
    const outcome = await holdfast.openIntent({ actor, ...wanted, ...keyed })
    if (!outcome.ok) return refused(await withAlternatives(services, outcome.error, wanted))
    return reply(201, showOpenedIntent(outcome.value), [
      ['location', urlOf(`/intents/${outcome.value.intentId}`)],
      ['set-cookie', await currentIntents.hold(outcome.value)],
    ])
  },
})

const currentIntent = route({
  name: 'read_current_intent',
  method: 'get',
  path: '/intents/current',
  tag,
  summary: "What this browser was about to pay. Its cookie lost or over: the caller's newest intent that is under way.",
  description:
    'First the intent that the cookie holds, if it is under way: it can be paid now, or its money is on its way. Then that ' +
    'intent once it was paid, with what has become of it (`fulfilled`, `refunded`): told once, since the answer takes the ' +
    "cookie back. Else the caller's newest intent that is under way, whatever browser it was begun in; the cookie holds it " +
    'from then on. A top-up that is a means to another intent stands for that one. What was given up, or whose time to pay ' +
    'is over, is not answered; where there is nothing (404), the cookie is taken back.',
  who: 'owner',
  answers: { 200: intentAnswer },
  refusals: ['intent_not_found'],
  handle: async ({ actor, request, words }, services) => {
    const { found, setCookie } = await services.currentIntents.find(request, actor.id)
    if (found === undefined) return withCookie(refused({ code: 'intent_not_found' }), setCookie)
    return withCookie(reply(200, showIntent(found, await alternativesTo(services, found.intent), words)), setCookie)
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
  handle: async (ask, services) => {
    const found = await findIntent(services, ask.actor, ask.id)
    return found.ok ? showTo(ask, services, found.value) : refused(found.error)
  },
})

const readIntentOfPayment = route({
  name: 'read_intent_of_payment',
  method: 'get',
  path: '/payments/{id}/intent',
  tag,
  summary: 'The intent that a payment is for: where nothing but the payment is known any more.',
  description: 'A payment that is for an order, or for the balance of a reservation, has none: `intent_not_found`.',
  who: 'owner_or_staff',
  id: 'payment',
  answers: { 200: intentAnswer },
  refusals: ['payment_not_found', 'intent_not_found'],
  handle: async (ask, services) => {
    const found = await findIntentOf(services, ask.actor, ask.id)
    return found.ok ? showTo(ask, services, found.value) : refused(found.error)
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
      if (!found.ok) return refused(found.error)
      const { intent } = found.value
      return holding(ask, services, intent, await leadToCheckout(ask, services, intent.paymentId))
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
  handle: async ({ actor, id, keyed, words, request }, services) => {
    const found = await findIntent(services, actor, id)
    if (!found.ok) return refused(found.error)
    const { intent } = found.value
    const { paymentId } = intent
    const outcome = await services.holdfast.cancelPayment({ actor, paymentId, reason: 'abandoned', ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    const answer = reply(200, {
      status: 'abandoned' as const,
      intent_id: id,
      payment_id: paymentId,
      payment_status: capitals(outcome.value.payment.status),
      message: words.messages.intent_abandoned,
      ...(outcome.value.providerCancellation === 'pending' ? { provider_cancellation: 'pending' as const } : {}),
    })
    return withCookie(answer, await services.currentIntents.release(request, intent))
  },
})

/** What somebody wants to buy, until it is paid or given up. */
export const intentRoutes = [
  openIntent,
  currentIntent,
  readIntent,
  readIntentOfPayment,
  payRoute('pay_intent', '/intents/{id}/pay', 'Leads to the page on which the intent can be paid.'),
  payRoute('retry_intent', '/intents/{id}/retry', 'Leads to that page again, for the same intent.'),
  abandonIntent,
] as const

/** What leads an owner on to pay an intent has their browser hold it: it is what they are about to pay. */
export const holding = async <Led extends Answer>(
  { actor }: Pick<Ask<Actor>, 'actor'>,
  { currentIntents }: Pick<Services, 'currentIntents'>,
  intent: Pick<PendingIntent, 'token'>,
  answer: Led,
): Promise<Led> =>
  actor.type === 'owner' && answer.type !== 'refused' ? withCookie(answer, await currentIntents.hold(intent)) : answer

/** What paid an intent at once, and made of it what it was for, takes it from the browser that holds it. */
export const releasing = async <Paid extends Answer>(
  { actor, request }: Pick<Ask<Actor>, 'actor' | 'request'>,
  services: Services,
  intent: Pick<PendingIntent, 'id' | 'token'>,
  answer: Paid,
): Promise<Paid> => {
  if (actor.type !== 'owner' || answer.type !== 'reply' || answer.status !== 200) return answer
  const setCookie = await services.currentIntents.release(request, intent)
  if (setCookie === undefined) return answer
  // Paid, and lost in the same moment: that is still to be told.
  const found = await findIntent(services, actor, intent.id)
  return found.ok && found.value.intent.status === 'fulfilled' ? withCookie(answer, setCookie) : answer
}

/** What tells how an intent has ended takes it from the browser that holds it. */
const showTo = async (
  { actor, request, words }: Pick<Ask<Actor>, 'actor' | 'request' | 'words'>,
  services: Services,
  found: FoundIntent,
) => {
  const { intent } = found
  const answer = reply(200, showIntent(found, await alternativesTo(services, intent), words))
  return actor.type === 'owner' && hasEnded(intent)
    ? withCookie(answer, await services.currentIntents.release(request, intent))
    : answer
}

const hasEnded = ({ status }: PendingIntent): boolean => status !== 'open' && status !== 'paid'
