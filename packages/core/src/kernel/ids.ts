declare const kind: unique symbol

/** A string that only one kind of thing is known by, so that a payment's id cannot be passed for an attempt's. */
export type Id<Kind extends string> = string & { readonly [kind]: Kind }

export type PaymentId = Id<'payment'>
export type AttemptId = Id<'attempt'>
export type RefundId = Id<'refund'>
export type IntentId = Id<'intent'>
export type ReservationId = Id<'reservation'>
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
