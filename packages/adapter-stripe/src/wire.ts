import { z } from 'zod'

// Only the fields that are read. Whatever Stripe calls an enum is text here: a value from the future survives parsing.

const whole = z.number().int().nonnegative()
const code = z.string().regex(/^[A-Za-z]{3}$/)

/** An id, whether Stripe sent the id or, expanded, the object. */
const reference = z
  .union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
  .nullish()
  .transform((id) => id ?? undefined)

/** Our marks on an object. Whatever else is in its metadata is the host's, and is not read. */
export const marksWire = z
  .object({
    attempt_id: z.string().optional(),
    payment_id: z.string().optional(),
    refund_id: z.string().optional(),
    kind: z.string().optional(),
    save_card: z.string().optional(),
  })
  .nullish()
  .transform((marks) => marks ?? {})

/** What somebody tried to pay with: the object, or where only its id is told, that. */
const triedMethodWire = z.union([
  z.string().transform((id) => ({ id, type: undefined })),
  z.object({ id: z.string(), type: z.string().optional() }),
])

/** What is wrong with a card or its charge: the body of a 402, and `last_payment_error`. */
export const cardErrorWire = z.object({
  code: z.string().nullish(),
  decline_code: z.string().nullish(),
  message: z.string().nullish(),
  /** Absent where it did not come to a charge, as with an authentication that failed. */
  charge: reference,
  payment_method: triedMethodWire.nullish(),
})
export type CardError = z.output<typeof cardErrorWire>

/** Of a PaymentIntent, the fields that are read. */
export const intentWire = z.object({
  object: z.literal('payment_intent'),
  id: z.string(),
  status: z.string(),
  amount_received: whole,
  currency: code,
  customer: reference,
  payment_method: reference,
  latest_charge: reference,
  last_payment_error: cardErrorWire.nullish(),
  livemode: z.boolean(),
  metadata: marksWire,
})
/** A PaymentIntent as it was read. */
export type IntentWire = z.output<typeof intentWire>

/** Of a Checkout Session, the fields that are read. */
export const sessionWire = z.object({
  object: z.literal('checkout.session'),
  id: z.string(),
  status: z.string().nullable(),
  payment_status: z.string(),
  url: z.string().nullish(),
  expires_at: whole,
  amount_total: whole.nullable(),
  currency: code.nullable(),
  customer: reference,
  /** The id from an event or a fresh session, the object where it was expanded. */
  payment_intent: z.union([z.string(), intentWire]).nullish(),
  livemode: z.boolean(),
  metadata: marksWire,
})
/** A Checkout Session as it was read. */
export type SessionWire = z.output<typeof sessionWire>

/** Of a Refund, the fields that are read. */
export const refundWire = z.object({
  object: z.literal('refund'),
  id: z.string(),
  status: z.string().nullable(),
  amount: whole,
  currency: code,
  /** A refund does not say whether its money is real; its PaymentIntent, expanded, does. */
  payment_intent: z.union([z.string(), z.object({ id: z.string(), livemode: z.boolean() })]).nullish(),
  failure_reason: z.string().nullish(),
  metadata: marksWire,
})
/** A Refund as it was read. */
export type RefundWire = z.output<typeof refundWire>

/** Of a Dispute, the fields that are read. */
export const disputeWire = z.object({
  object: z.literal('dispute'),
  id: z.string(),
  status: z.string(),
  /** Of its charge, or only of a part of it. */
  amount: whole,
  currency: code,
  payment_intent: reference,
})

/** A page of a list: its entries are read one by one, so that an odd one spoils itself only. */
export const listWire = z.object({ object: z.literal('list'), data: z.array(z.unknown()), has_more: z.boolean() })

/** Of a PaymentIntent with its charge and that charge's newest refunds expanded, the fields that are read. */
export const chargeWire = z.object({
  object: z.literal('payment_intent'),
  id: z.string(),
  livemode: z.boolean(),
  latest_charge: z.object({ object: z.literal('charge'), disputed: z.boolean(), refunds: listWire }).nullable(),
})

/** Of a PaymentMethod that is a card, the fields that are read: what its owner may be shown, and no more. */
export const cardWire = z.object({
  object: z.literal('payment_method'),
  id: z.string(),
  card: z.object({
    brand: z.string(),
    last4: z.string(),
    exp_month: z.number().int().min(1).max(12),
    exp_year: z.number().int(),
  }),
})
/** A card as it was read. */
export type CardWire = z.output<typeof cardWire>

/** Of a PaymentMethod or a Customer in an event, whose it is. */
export const ownedWire = z.object({ customer: reference })
/** A Customer in an event. */
export const customerWire = z.object({ object: z.literal('customer'), id: z.string() })

/** As much of any object as tells whether it is ours. */
export const markedWire = z.object({ id: z.string(), metadata: marksWire })

/** Of an Event, the fields that are read; the object in it is read by its own kind. */
export const eventWire = z.object({
  object: z.literal('event'),
  id: z.string().min(1),
  type: z.string().min(1),
  created: whole,
  livemode: z.boolean(),
  account: z.string().nullish(),
  /** What an update has changed, as it was before; read by the event's own kind, as the object is. */
  data: z.object({ object: z.unknown(), previous_attributes: z.unknown().optional() }),
})
