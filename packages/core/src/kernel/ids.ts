declare const kind: unique symbol

/** A string that only one kind of thing is known by, so that a payment's id cannot be passed for an attempt's. */
export type Id<Kind extends string> = string & { readonly [kind]: Kind }

/** A payment, here. The provider never sees it as its own: it stands in our metadata there. */
export type PaymentId = Id<'payment'>
/** One attempt to pay; also its idempotency key towards the provider. */
export type AttemptId = Id<'attempt'>
/** One refund; also its first idempotency key towards the provider. */
export type RefundId = Id<'refund'>
/** A pending intent. */
export type IntentId = Id<'intent'>
/** A reservation. */
export type ReservationId = Id<'reservation'>
/** A consultation. */
export type ConsultationId = Id<'consultation'>
/** An order of goods. */
export type OrderId = Id<'order'>
/** What a shop sells, as the host names it. */
export type ArticleId = Id<'article'>
/** What a buyer types to get a discount, in capitals: what they type is turned into them. */
export type CouponCode = Id<'coupon'>
/** One run of something in the background that somebody asked for. */
export type RunId = Id<'run'>
/** Whoever a payment belongs to, as the host names its people. */
export type OwnerId = Id<'owner'>
/** What is booked: a property, a doctor's calendar, as the host names it. */
export type ResourceId = Id<'resource'>

/** What each kind of id begins with, so that an id in a log says what it is. */
export const idPrefix = {
  payment: 'pay',
  attempt: 'att',
  refund: 'rf',
  intent: 'int',
  reservation: 'res',
  consultation: 'con',
  order: 'ord',
  run: 'run',
} as const

/** The kinds of id that Holdfast hands out itself. */
export type IdKind = keyof typeof idPrefix

/** Ids are at most this long, so that they fit Stripe's metadata values and every index. */
export const maxIdLength = 128

const shape = /^[A-Za-z0-9_.:@-]+$/

/**
 * Brands text from outside as an id, or answers `undefined` when no id can look like it:
 * empty, longer than {@link maxIdLength}, or with anything but letters, digits and `_ . : @ -`.
 */
export const parseId = <Kind extends string>(text: string): Id<Kind> | undefined =>
  text.length <= maxIdLength && shape.test(text) ? (text as Id<Kind>) : undefined

/**
 * The id of a kind that follows from a text, such as a caller's key: whoever makes it again gets the same one, also where a
 * restored backup has forgotten the first. 25 letters and digits after the prefix, from 128 bits of the text's FNV-1a hash;
 * no secret, and no match for somebody who looks for two texts with one hash.
 */
export const derivedId = <Kind extends IdKind>(kind: Kind, text: string): Id<Kind> => {
  let hash = fnvOffset
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * fnvPrime)
  return `${idPrefix[kind]}_${hash.toString(36).padStart(25, '0')}` as Id<Kind>
}

const fnvOffset = 0x6c62272e07bb014262b821756295c58dn
const fnvPrime = 0x0000000001000000000000000000013bn
