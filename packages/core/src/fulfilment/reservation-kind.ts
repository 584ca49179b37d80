import type { Json } from '../kernel/json.ts'
import type { Payment } from '../payment/payment.ts'
import type { Fulfilment, FulfilmentKind, QuoteRefusal } from '../ports/fulfilment.ts'
import type { Quote } from '../pending-intent/pending-intent.ts'
import type { Result } from '../kernel/result.ts'
import { err } from '../kernel/result.ts'
import type { OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Transaction, UnitOfWork } from '../ports/unit-of-work.ts'
import { makeReservation, type Slot } from '../reservation/reservation.ts'
import { taskId, type Task } from '../task/task.ts'
import { bug } from '../kernel/bug.ts'

/** The host's part of a reservation: what there is, and what it costs. */
export interface ReservationCatalogue {
  /** Reads what a stranger sent and prices it. The quote must name a slot. */
  quote(
    payload: Json,
    context: { readonly owner: OwnerId; readonly now: Instant },
  ): Promise<Result<Quote & { readonly slot: Slot }, QuoteRefusal>>
}

/**
 * The built-in kind `reservation`: a slot that belongs to the first who pays for it. Everybody else who paid gets the
 * money back. With a balance in its quote, the balance becomes a payment of its own, due on its day from the saved card.
 */
export const reservationKind = ({
  catalogue,
  unitOfWork,
}: {
  readonly catalogue: ReservationCatalogue
  readonly unitOfWork: UnitOfWork
}): FulfilmentKind => ({
  name: 'reservation',
  async quote(payload, context) {
    const quoted = await catalogue.quote(payload, context)
    if (!quoted.ok) return quoted
    const free = await unitOfWork.read((tx) => isFree(tx, quoted.value.slot))
    return free ? quoted : err({ code: 'slot_taken' })
  },
  available: (tx, { quote }) => isFree(tx, quote.slot ?? bug('A reservation was quoted without a slot.')),
  async fulfil({ tx, ids, intent, payment, charge, now }): Promise<Fulfilment> {
    const { quote, owner } = intent
    const slot = quote.slot ?? bug(`Intent '${intent.id}' is a reservation without a slot.`)
    const holders = await tx.reservations.listOverlapping(slot)
    if (holders.length > 0) return { type: 'unavailable', reason: 'slot_taken' }

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

const isFree = async (tx: Transaction, slot: Slot): Promise<boolean> => {
  const holding = await tx.reservations.listHolding({
    resourceId: slot.resourceId,
    from: slot.startsAt,
    to: slot.endsAt,
    limit: 100,
  })
  return holding.every((reservation) => reservation.slot.unit !== slot.unit)
}
