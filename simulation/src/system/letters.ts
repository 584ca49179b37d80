import { instant, minute, type Instant } from '@holdfast/core'
import { signPayload } from '@holdfast/stripe-simulator'

/** Something in an envelope: what it says, and a signature that is made when it is handed over. */
export interface Letter {
  readonly eventId: string
  readonly payload: string
  /** The `Stripe-Signature` header, made when the receiver's clock says this. */
  signature(receiverMs: number): string | undefined
}

/** What arrives at a webhook endpoint and is not what Stripe has to tell this account now. */
export const oddLetterNames = [
  'forged',
  'unsigned',
  'garbage',
  'too_old',
  'in_future',
  'other_account',
  'other_mode',
  'unknown_type',
  'unknown_object',
] as const
export type OddLetterName = (typeof oddLetterNames)[number]

/** What has to become of each: not taken in, or taken in and of no effect. */
export const fateOf = (name: OddLetterName): 'refused' | 'ignored' =>
  name === 'other_mode' || name === 'unknown_type' || name === 'unknown_object' ? 'ignored' : 'refused'

/** Makes an odd letter out of an event that there was. */
export const oddLetter = (
  name: OddLetterName,
  event: { readonly type: string; readonly livemode: boolean; readonly data: object },
  { eventId, secrets }: { readonly eventId: string; readonly secrets: readonly string[] },
): Letter => {
  const payload = (change: object): string => JSON.stringify({ ...event, id: eventId, ...change })
  const sign =
    (aheadMs: number, by: readonly string[] = secrets) =>
    (text: string): Letter => ({
      eventId,
      payload: text,
      signature: (receiverMs) => signPayload(text, by, Math.floor((receiverMs + aheadMs) / 1_000)),
    })
  switch (name) {
    case 'forged':
      return sign(0, ['whsec_of_somebody_else'])(payload({}))
    case 'unsigned':
      return { eventId, payload: payload({}), signature: () => undefined }
    case 'garbage':
      return sign(0)(payload({}).slice(0, -1))
    case 'too_old':
      return sign(-6 * minute)(payload({}))
    case 'in_future':
      return sign(6 * minute)(payload({}))
    case 'other_account':
      return sign(0)(payload({ account: 'acct_of_somebody_else' }))
    case 'other_mode':
      return sign(0)(payload({ livemode: !event.livemode }))
    case 'unknown_type':
      return sign(0)(payload({ type: 'checkout.session.blessed' }))
    case 'unknown_object':
      return sign(0)(payload({ type: 'refund.created', data: { object: strangeRefund(eventId) } }))
  }
}

const strangeRefund = (eventId: string): object => ({
  id: `re_${eventId}`,
  object: 'refund',
  amount: 100_00,
  currency: 'mxn',
  payment_intent: `pi_${eventId}`,
  status: 'succeeded',
  metadata: {},
})

/** When a signature says that it was made, in milliseconds; undefined where it does not say. */
export const readSignatureTime = (header: string | undefined): Instant | undefined => {
  const [, seconds] = /^t=(\d+)/.exec(header ?? '') ?? []
  return seconds === undefined ? undefined : instant(Number(seconds) * 1_000)
}
