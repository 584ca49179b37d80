import { money } from '../kernel/money.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { Reservation, Slot } from '../reservation/reservation.ts'
import {
  at,
  attemptId,
  beyondDoubles,
  intentId,
  ownerId,
  paymentId,
  reservationId,
  resourceId,
} from './sample-names.ts'

const intentBase = (id: string) =>
  ({
    id: intentId(id),
    token: `token-${id}`,
    kind: 'reservation',
    owner: ownerId('ana'),
    payload: { guests: 2, total: beyondDoubles, notes: ['late', null, true, 1.5] },
    quote: {
      amount: money(12_500, 'MXN'),
      purpose: 'deposit',
      item: { name: 'Depósito', description: 'Casa Azul' },
      balance: { amount: money(37_500, 'MXN'), dueAt: at(1_000), item: { name: 'Balance', description: 'Casa Azul' } },
      slot: slot('casa-azul', 0, 100, 200),
      details: { arrival: '2027-05-02' },
    },
    paymentId: paymentId(`pay_${id}`),
    expiresAt: at(7_200_000),
    createdAt: at(0),
  }) as const

/** An intent that is waiting to be paid. */
export const openIntent = (id: string, change: Partial<PendingIntent> = {}): PendingIntent =>
  ({ ...intentBase(id), status: 'open', ...change }) as PendingIntent

/** An intent in every status. */
export const everyIntent = (): readonly PendingIntent[] => [
  { ...intentBase('int_open'), status: 'open', quote: { ...intentBase('int_open').quote, capacity: 3 } },
  {
    ...intentBase('int_paid'),
    status: 'paid',
    paidAt: at(5),
    payload: null,
    quote: { ...intentBase('int_paid').quote, parsed: { guests: 2, total: beyondDoubles } },
  },
  {
    ...intentBase('int_fulfilled'),
    status: 'fulfilled',
    fulfilledAt: at(6),
    record: { type: 'reservation', id: 'res_1' },
  },
  { ...intentBase('int_refunded'), status: 'refunded', refundedAt: at(7), reason: 'slot_taken', payload: [] },
  { ...intentBase('int_abandoned'), status: 'abandoned', abandonedAt: at(8), payload: 'text' },
]

/** A stretch of time on one unit of a resource, in milliseconds into the story. */
export function slot(resource: string, unit: number, from: number, to: number): Slot {
  return { resourceId: resourceId(resource), unit, startsAt: at(from), endsAt: at(to) }
}

const reservationBase = (id: string, where: Slot) =>
  ({
    id: reservationId(id),
    owner: ownerId('ana'),
    slot: where,
    intentId: intentId(`int_${id}`),
    paymentId: paymentId(`pay_${id}`),
    details: { guests: 2, paid: beyondDoubles },
    createdAt: at(0),
  }) as const

/** A reservation that nothing more is owed for; `change` may make it any other. */
export const paidReservation = (id: string, where: Slot, change: object = {}): Reservation =>
  ({ ...reservationBase(id, where), status: 'paid', ...change }) as Reservation

/** The same reservation, cancelled. */
export const cancelledReservation = (id: string, where: Slot): Reservation => ({
  ...reservationBase(id, where),
  status: 'cancelled',
  cancelledAt: at(9),
  cancelledBy: 'owner',
})

/** A reservation in every status, each on a day of its own. */
export const everyReservation = (): readonly Reservation[] => {
  const balance = { paymentId: paymentId('pay_balance'), amount: money(beyondDoubles, 'MXN'), dueAt: at(1_000) }
  return [
    { ...reservationBase('res_confirmed', slot('casa', 0, 0, 10)), status: 'confirmed', balance },
    { ...reservationBase('res_due', slot('casa', 0, 10, 20)), status: 'balance_due', balance },
    { ...reservationBase('res_paid', slot('casa', 0, 20, 30)), status: 'paid' },
    {
      ...reservationBase('res_completed', slot('casa', 3, 20, 30)),
      capacity: 4,
      status: 'completed',
      completedAt: at(31),
      balance,
    },
    cancelledReservation('res_cancelled', slot('casa', 0, 0, 30)),
  ]
}

/** News about an attempt. */
export const someEvent = (id: string): ProviderEvent => ({
  id,
  type: 'checkout.session.completed',
  occurredAt: at(3),
  livemode: false,
  news: {
    about: 'attempt',
    providerId: 'cs_1',
    attemptId: attemptId('att_1'),
    report: {
      livemode: false,
      providerId: 'cs_1',
      state: { type: 'captured', charge: { id: 'pi_1', amount: money(beyondDoubles, 'MXN') } },
    },
  },
})
