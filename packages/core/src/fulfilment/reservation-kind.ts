import type { Json } from '../kernel/json.ts'
import type { Payment } from '../payment/payment.ts'
import type { Fulfilment, QuoteRefusal } from '../ports/fulfilment.ts'
import type { Quote } from '../pending-intent/pending-intent.ts'
import type { Result } from '../kernel/result.ts'
import { err, ok } from '../kernel/result.ts'
import type { OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Transaction, UnitOfWork } from '../ports/unit-of-work.ts'
import { makeReservation, type Reservation, type Slot } from '../reservation/reservation.ts'
import { freeUnits } from '../slots/free-units.ts'
import { taskId, type Task } from '../task/task.ts'
import { bug } from '../kernel/bug.ts'
import { listAllHolding } from './list-all-holding.ts'
import type { StandardSchema } from './standard-schema.ts'
import { typedKind, type Sendable, type TypedKind } from './typed-kind.ts'

/** The host's part of a reservation: what there is, and what it costs. `typedCatalogue` types what is sent by a schema. */
export interface ReservationCatalogue<Sent = unknown> {
  /** What it reads by, where that is a schema. */
  readonly payload?: StandardSchema<unknown, Sent>
  /**
   * Reads what a stranger sent and prices it. The quote must name a slot. Where its `capacity` says how many can have that
   * slot at the same time, whoever pays gets any unit that is free; without, the unit that the slot names. Until when somebody
   * may be sent to pay for it, its `payableUntil` says; default: until the slot ends.
   */
  quote(
    payload: Json,
    context: { readonly owner: OwnerId; readonly now: Instant },
  ): Promise<Result<Quote & { readonly slot: Slot }, QuoteRefusal>>
}

/**
 * The built-in kind `reservation`: a slot that belongs to the first who pays for it. Everybody else who paid gets the
 * money back, and so does whoever's payment is heard of only once the slot has ended. With a balance in its quote, the
 * balance becomes a payment of its own, due on its day from the saved card.
 *
 * A host that sells slots of several sorts has one such kind for each, under a `name` of its own. What they make are
 * reservations all the same: the resource of its slot says what one is of.
 */
export const reservationKind = <Sent = unknown>({
  catalogue,
  unitOfWork,
  name = 'reservation',
}: {
  readonly catalogue: ReservationCatalogue<Sent>
  readonly unitOfWork: UnitOfWork
  /** What `openIntent` calls it by. It stands in the database: it is not renamed. Default: `reservation`. */
  readonly name?: string
}): TypedKind<Sendable<Sent>> =>
  typedKind({
    name,
    async quote(payload, context) {
      const quoted = await catalogue.quote(payload, context)
      if (!quoted.ok) return quoted
      const { slot, capacity } = quoted.value
      if (capacity !== undefined && !(Number.isSafeInteger(capacity) && capacity > 0))
        bug(`A reservation was quoted with a capacity of ${capacity}.`)
      const free = await unitOfWork.read((tx) => isFree(tx, slot, capacity))
      return free ? ok({ payableUntil: slot.endsAt, ...quoted.value }) : err({ code: 'slot_taken' })
    },
    available: (tx, { quote: { slot, capacity } }) =>
      isFree(tx, slot ?? bug('A reservation was quoted without a slot.'), capacity),
    async fulfil({ tx, ids, intent, payment, charge, now }): Promise<Fulfilment> {
      const { quote, owner } = intent
      const wanted = quote.slot ?? bug(`Intent '${intent.id}' is a reservation without a slot.`)
      if (wanted.endsAt <= now) return { type: 'unavailable', reason: 'unavailable' }
      const unit = freeUnit(wanted, quote.capacity, await tx.reservations.listOverlapping(wanted))
      if (unit === undefined) return { type: 'unavailable', reason: 'slot_taken' }
      const slot = { ...wanted, unit }

      const id = ids.next('reservation')
      const tasks: { readonly body: Task; readonly dueAt: Instant }[] = [
        { body: { type: 'complete_reservation', reservationId: id }, dueAt: slot.endsAt },
      ]
      const balancePaymentId = ids.next('payment')
      if (quote.balance !== undefined) {
        const { amount, dueAt, item } = quote.balance
        const balance: Payment = {
          id: balancePaymentId,
          purpose: 'balance',
          owner,
          subject: { type: 'reservation', id },
          amount,
          item,
          metadata: { booking_id: id },
          saveCard: false,
          createdAt: now,
          status: 'pending',
          ...(charge.customerId === undefined || charge.paymentMethodId === undefined
            ? {}
            : { savedCard: { customerId: charge.customerId, paymentMethodId: charge.paymentMethodId } }),
        }
        await tx.payments.save({ payment: balance, attempts: [], refunds: [] }, 0, now)
        await tx.timeline.append([
          {
            paymentId: balancePaymentId,
            at: now,
            type: 'fact',
            about: { type: 'payment', id: balancePaymentId },
            name: 'created',
            data: { depositPaymentId: payment.id, dueAt },
          },
        ])
        tasks.push({ body: { type: 'charge_balance', reservationId: id }, dueAt })
      }
      await tx.reservations.save(
        makeReservation({
          id,
          owner,
          slot,
          ...(quote.capacity === undefined ? {} : { capacity: quote.capacity }),
          intentId: intent.id,
          paymentId: payment.id,
          details: quote.details,
          createdAt: now,
          ...(quote.balance === undefined
            ? {}
            : { balance: { paymentId: balancePaymentId, amount: quote.balance.amount, dueAt: quote.balance.dueAt } }),
        }),
        0,
      )
      await tx.tasks.append(
        tasks.map(({ body, dueAt }) => ({ id: taskId(body), body, dueAt })),
        now,
      )
      return { type: 'done', record: { type: 'reservation', id } }
    },
  })

const isFree = async (tx: Transaction, slot: Slot, capacity: number | undefined): Promise<boolean> => {
  const { resourceId, startsAt: from, endsAt: to } = slot
  return freeUnit(slot, capacity, await listAllHolding(tx, { resourceId, from, to })) !== undefined
}

/** The unit that is had for all of a slot beside those who hold it already: the one it names, or with a capacity any. */
const freeUnit = (slot: Slot, capacity: number | undefined, holding: readonly Reservation[]): number | undefined => {
  const held = new Set(holding.map((reservation) => reservation.slot.unit))
  if (capacity !== undefined) return freeUnits(capacity, held)?.unit
  return held.has(slot.unit) ? undefined : slot.unit
}
