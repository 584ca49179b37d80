import type { Attributes } from '@opentelemetry/api'

/** Ids that a span bears where they are known, by the names they have in the core. */
const ids = {
  paymentId: 'holdfast.payment.id',
  attemptId: 'holdfast.attempt.id',
  refundId: 'holdfast.refund.id',
  intentId: 'holdfast.intent.id',
  reservationId: 'holdfast.reservation.id',
  consultationId: 'holdfast.consultation.id',
  orderId: 'holdfast.order.id',
} as const

/** What things are known by that are handed over whole. */
const idsOfWhole = {
  payment: 'holdfast.payment.id',
  refund: 'holdfast.refund.id',
  order: 'holdfast.order.id',
} as const

/** The ids that a request, an answer or an effect names. */
export const idsIn = (named: unknown): Attributes => {
  if (typeof named !== 'object' || named === null) return {}
  const found: Attributes = {}
  for (const [name, attribute] of Object.entries(idsOfWhole)) {
    const id = textAt(Reflect.get(named, name), 'id')
    if (id !== undefined) found[attribute] = id
  }
  for (const [name, attribute] of Object.entries(ids)) {
    const id = textAt(named, name)
    if (id !== undefined) found[attribute] = id
  }
  return found
}

/** A text in a structure, if it is there. */
export const textAt = (structure: unknown, name: string): string | undefined => {
  const value: unknown = typeof structure === 'object' && structure !== null ? Reflect.get(structure, name) : undefined
  return typeof value === 'string' ? value : undefined
}
