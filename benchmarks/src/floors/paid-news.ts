import { createHmac, timingSafeEqual } from 'node:crypto'
import { webhookSecret, type Delivery } from '../paid-session.ts'

/** What a floor reads of an event. */
export interface PaidNews {
  readonly eventId: string
  readonly type: string
  readonly paymentId: string
  readonly sessionId: string
  readonly chargeId: string
  readonly amountMinor: number
  readonly currency: string
  readonly at: number
}

/** Verifies a delivery as Stripe's manual says, by hand, and reads what is needed. @throws for what is not Stripe's. */
export const readPaidNews = ({ rawBody, signature }: Delivery): PaidNews => {
  const at = Date.now()
  const [, seconds = '', given = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
  const expected = createHmac('sha256', webhookSecret).update(`${seconds}.`).update(rawBody).digest()
  const isGenuine = given !== '' && timingSafeEqual(expected, Buffer.from(given, 'hex'))
  if (!isGenuine || Math.abs(at / 1_000 - Number(seconds)) > 300) throw new Error('This delivery is not from Stripe.')
  const event = JSON.parse(new TextDecoder().decode(rawBody)) as {
    readonly id: string
    readonly type: string
    readonly data: { readonly object: PaidSession }
  }
  const { object } = event.data
  if (event.type !== 'checkout.session.completed' || object.payment_status !== 'paid')
    throw new Error(`A floor takes in paid sessions and nothing else, not '${event.type}'.`)
  return {
    eventId: event.id,
    type: event.type,
    paymentId: object.metadata.payment_id,
    sessionId: object.id,
    chargeId: object.payment_intent,
    amountMinor: object.amount_total,
    currency: object.currency.toUpperCase(),
    at,
  }
}

interface PaidSession {
  readonly id: string
  readonly payment_status: string
  readonly payment_intent: string
  readonly amount_total: number
  readonly currency: string
  readonly metadata: { readonly payment_id: string }
}

/** What a floor keeps of an event in its inbox. */
export const inboxBody = ({ sessionId, chargeId, amountMinor, currency }: PaidNews): string =>
  JSON.stringify({ sessionId, chargeId, amountMinor, currency })

/** What a floor writes down about it. */
export const auditData = ({ eventId, chargeId }: PaidNews): string => JSON.stringify({ eventId, chargeId })

/** The message a floor owes the payer. */
export const owedMessage = ({ paymentId }: PaidNews) => ({
  id: `confirmed:${paymentId}`,
  body: JSON.stringify({ type: 'send_message', template: 'confirmed', paymentId }),
})

/** The payment was not as the event has it: a floor does no more than notice. */
export const unexpected = ({ paymentId }: PaidNews): never => {
  throw new Error(`Payment '${paymentId}' did not wait for this money, or the event came before.`)
}
