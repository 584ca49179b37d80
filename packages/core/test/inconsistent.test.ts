import { describe, expect, it } from 'vitest'
import {
  type Attempt,
  hour,
  type PaymentCase,
  type PaymentId,
  type PaymentProvider,
  type Reservation,
} from '../src/index.ts'
import { ana, mxn, staff, world, type World } from '../src/contracts/rules/world.ts'
import { pendingPayment } from '../src/contracts/sample-payments.ts'
import { paidStay } from './paid-stay.ts'

/** Rewrites what is stored, as no use case would: by hand, or from a backup of another day. */
const rewrite = (w: World, id: PaymentId, change: (kase: PaymentCase) => PaymentCase) =>
  w.unitOfWork.run(async (tx) => {
    const found = await tx.payments.find(id)
    if (found === undefined) throw new Error(`No payment ${id}.`)
    await tx.payments.save(change(found.value), found.version, w.clock.now())
  })
const rewriteReservation = (w: World, id: Reservation['id'], change: (stored: Reservation) => Reservation) =>
  w.unitOfWork.run(async (tx) => {
    const found = await tx.reservations.find(id)
    if (found === undefined) throw new Error(`No reservation ${id}.`)
    await tx.reservations.save(change(found.value), found.version)
  })
const lastError = async (w: World, id: string) => {
  await w.clock.advance(hour)
  await w.holdfast.drainOutbox(10)
  return (await w.unitOfWork.read((tx) => tx.outbox.find(id)))?.lastError
}
const nowhere = 'pay_nowhere' as PaymentId

describe('what is stored and cannot be is named by what is missing:', () => {
  it('the intent or the reservation that a payment is for', async () => {
    const w = world()
    const { balanceId } = await paidStay(w)
    const payment = pendingPayment('pay_x', { subject: { type: 'intent', id: 'int_nowhere' } })
    await w.unitOfWork.run((tx) => tx.payments.save({ payment, attempts: [], refunds: [] }, 0, w.clock.now()))
    await expect(w.holdfast.startCheckout({ actor: staff, paymentId: payment.id })).rejects.toThrow(
      "Payment 'pay_x' is for an intent that is not there.",
    )

    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await rewrite(w, balanceId, (kase) => ({
      ...kase,
      payment: { ...kase.payment, subject: { type: 'reservation', id: 'res_nowhere' } },
    }))
    await w.provider.payer.pay(page.value.sessionId)
    await expect(w.holdfast.syncPayment({ actor: ana, paymentId: balanceId })).rejects.toThrow(
      "Payment 'pay_0002' is for a reservation that is not there.",
    )
  })

  it('the intent that was paid', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await rewrite(w, paymentId, (kase) => ({
      ...kase,
      payment: { ...kase.payment, subject: { type: 'intent', id: 'int_nowhere' } },
    }))
    await w.provider.payer.pay(sessionId)
    await expect(w.holdfast.syncPayment({ actor: ana, paymentId })).rejects.toThrow(
      "Payment 'pay_0001' is for an intent that is not there.",
    )
  })

  it('the payment of a balance, and of a reservation that is cancelled', async () => {
    const w = world()
    const { reservationId, reservation } = await paidStay(w)
    const { balance } = reservation
    if (balance === undefined) return
    await rewriteReservation(w, reservationId, (stored) => ({ ...stored, balance: { ...balance, paymentId: nowhere } }))
    await expect(w.holdfast.startBalance({ actor: staff, reservationId })).rejects.toThrow(
      "Reservation 'res_0001' owes a balance, but has no payment for it.",
    )
    await expect(w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'all' })).rejects.toThrow(
      "Payment 'pay_nowhere' is gone.",
    )
  })

  it('the card of a charge, and the terms of a page', async () => {
    const w = world()
    const { reservationId, balanceId } = await paidStay(w)
    w.provider.faults.next('chargeSavedCard', 'request_lost')
    await w.holdfast.startBalance({ actor: staff, reservationId })
    await rewrite(w, balanceId, (kase) => {
      const attempts = kase.attempts.map(({ card: _none, ...attempt }) => attempt as Attempt)
      return { ...kase, attempts }
    })
    expect(await lastError(w, 'charge_saved_card:att_0002')).toBe(
      "Attempt 'att_0002' charges a saved card, but has none.",
    )

    const other = world()
    other.provider.faults.next('openSession', 'request_lost')
    const opened = await other.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error('No intent.')
    await other.holdfast.startCheckout({ actor: ana, paymentId: opened.value.paymentId })
    await rewrite(other, opened.value.paymentId, (kase) => ({
      ...kase,
      attempts: kase.attempts.map(
        ({ page: _none, ...attempt }) => attempt as typeof attempt & PaymentCase['attempts'][0],
      ),
    }))
    expect(await lastError(other, 'open_session:att_0001')).toBe("Hosted attempt 'att_0001' has no terms for its page.")
  })

  it('the page that an open attempt is', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    await rewrite(w, paymentId, (kase) => ({
      ...kase,
      attempts: kase.attempts.map(
        ({ providerId: _none, ...attempt }) => attempt as typeof attempt & PaymentCase['attempts'][0],
      ),
    }))
    await expect(w.holdfast.startCheckout({ actor: ana, paymentId })).rejects.toThrow(
      "Open attempt 'att_0001' has no session.",
    )
  })
})

describe('work about what is gone', () => {
  it('is done, with nothing asked of anybody', async () => {
    const w = world({
      wrapProvider: () =>
        new Proxy({} as PaymentProvider, {
          get: (_provider, call) => () => {
            throw new Error(`The provider was asked: ${String(call)}.`)
          },
        }),
    })
    const about = { paymentId: nowhere, attemptId: 'att_nowhere' as never, refundId: 'rf_nowhere' as never }
    const types = [
      'open_session',
      'charge_saved_card',
      'close_attempt',
      'look_up_attempt',
      'look_up_charge',
      'send_refund',
      'look_up_refund',
    ] as const
    const now = w.clock.now()
    await w.unitOfWork.run((tx) =>
      tx.outbox.append(
        types.map((type) => ({ id: type, body: { type, ...about } as never, dueAt: now })),
        now,
      ),
    )
    expect(await w.holdfast.drainOutbox(10)).toEqual({ taken: 7 })
    for (const type of types)
      expect(await w.unitOfWork.read((tx) => tx.outbox.find(type))).toMatchObject({ status: 'done', tries: 1 })
  })

  it('and tasks about it say so', async () => {
    const w = world()
    const now = w.clock.now()
    await w.unitOfWork.run((tx) =>
      tx.tasks.append(
        [
          { id: 'a', body: { type: 'abandon_intent', intentId: 'int_nowhere' as never }, dueAt: now },
          { id: 'b', body: { type: 'complete_reservation', reservationId: 'res_nowhere' as never }, dueAt: now },
          { id: 'c', body: { type: 'charge_balance', reservationId: 'res_nowhere' as never }, dueAt: now },
        ],
        now,
      ),
    )
    await w.holdfast.runTasks(10)
    const result = async (id: string) => (await w.unitOfWork.read((tx) => tx.tasks.find(id)))?.result
    expect([await result('a'), await result('b'), await result('c')]).toEqual([
      { intent: 'gone' },
      { reservation: 'gone' },
      { refused: 'reservation_not_found' },
    ])
  })

  it('and refunds that nobody asked for are none', async () => {
    const w = world()
    const { paymentId } = await paidStay(w)
    const now = w.clock.now()
    const body = { type: 'look_up_refund', paymentId, refundId: 'rf_nowhere' as never } as const
    await w.unitOfWork.run((tx) => tx.outbox.append([{ id: 'r', body, dueAt: now }], now))
    await w.holdfast.drainOutbox(10)
    expect(await w.unitOfWork.read((tx) => tx.outbox.find('r'))).toMatchObject({ status: 'done' })
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'completed', amount: mxn(300_00n) })
  })
})

describe('a reservation without a balance', () => {
  it('is cancelled with its one payment, and that goes back', async () => {
    const w = world()
    const { reservationId, paymentId, balanceId } = await paidStay(w)
    await rewriteReservation(w, reservationId, ({ balance: _none, ...stored }) => ({ ...stored, status: 'paid' }))
    expect(await w.holdfast.startBalance({ actor: ana, reservationId })).toEqual({
      ok: false,
      error: { code: 'balance_not_owed' },
    })
    await w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'all' })
    await w.holdfast.workOnce()
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
    expect((await w.get(balanceId)).payment.status).toBe('pending')
  })
})
