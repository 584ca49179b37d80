import { describe, expect, it } from 'vitest'
import { day, hour, minute, type PaymentId, type ReservationId } from '../src/index.ts'
import { ana, ben, mxn, owner, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'
import { paidStay } from './paid-stay.ts'

const system = { type: 'system' } as const
const nowhere = 'pay_nowhere' as PaymentId
const refusal = (error: object) => ({ ok: false, error })
const intent = async (w: World, night = 0) => {
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night } })
  if (!opened.ok) throw new Error('No intent.')
  return opened.value
}

describe('opening an intent', () => {
  it('answers what is to be paid, and until when', async () => {
    const w = world()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 2 } })
    expect(opened).toEqual({
      ok: true,
      value: {
        intentId: 'int_0001',
        paymentId: 'pay_0001',
        token: expect.stringMatching(/^[a-z0-9]{26}$/) as string,
        amount: mxn(300_00n),
        expiresAt: start + 2 * hour,
      },
    })
    if (!opened.ok) return
    const stored = await w.unitOfWork.read((tx) => tx.intents.find(opened.value.intentId))
    expect(stored?.value).toMatchObject({
      id: 'int_0001',
      token: opened.value.token,
      kind: 'reservation',
      owner: 'ana',
      payload: { night: 2 },
      quote: { amount: mxn(300_00n), purpose: 'deposit' },
      paymentId: 'pay_0001',
      expiresAt: start + 2 * hour,
      createdAt: start,
      status: 'open',
    })
    expect(await w.get(opened.value.paymentId)).toEqual({
      payment: {
        id: 'pay_0001',
        purpose: 'deposit',
        owner: 'ana',
        subject: { type: 'intent', id: 'int_0001' },
        amount: mxn(300_00n),
        item: { name: 'Deposit · Casa', description: 'Night 2' },
        metadata: { intent_id: 'int_0001' },
        saveCard: true,
        createdAt: start,
        status: 'pending',
      },
      attempts: [],
      refunds: [],
    })
    expect(await w.unitOfWork.read((tx) => tx.tasks.find('abandon_intent:int_0001'))).toMatchObject({
      body: { type: 'abandon_intent', intentId: 'int_0001' },
      dueAt: start + 2 * hour,
      createdAt: start,
    })
  })

  it('refuses a kind that nobody registered, and names those that are', async () => {
    expect(await world().holdfast.openIntent({ actor: ana, kind: 'ticket', payload: {} })).toEqual(
      refusal({ code: 'unknown_kind', known: ['reservation', 'appointment', 'consultation', 'wallet_topup'] }),
    )
  })

  it('opens one intent for one key, however often it is sent', async () => {
    const w = world()
    const ask = { actor: ana, kind: 'reservation', payload: { night: 0 }, idempotencyKey: 'k' }
    const first = await w.holdfast.openIntent(ask)
    expect(first).toMatchObject({ ok: true })
    expect(await w.holdfast.openIntent(ask)).toEqual(first)
    expect(await w.unitOfWork.read((tx) => tx.intents.listOpen(ana.id, 10))).toHaveLength(1)
  })

  it('keeps the keys of two callers apart, whatever is in their ids', async () => {
    const w = world()
    const ask = { kind: 'reservation', payload: { night: 3 } } as const
    const callers = [
      ['acme:bob', 'k'],
      ['acme', 'bob:k'],
      ['acme%3Abob', 'k'],
      ['acme%3A', 'bob:k'],
    ] as const
    const tokens = new Set<string>()
    for (const [id, idempotencyKey] of callers) {
      const opened = await w.holdfast.openIntent({ actor: owner(id), ...ask, idempotencyKey })
      if (!opened.ok) throw new Error(opened.error.code)
      tokens.add(opened.value.token)
    }
    expect(tokens.size).toBe(callers.length)
  })

  it('refuses what the kind does, and remembers that under the key', async () => {
    const w = world()
    const ask = { actor: ana, kind: 'reservation', payload: { night: -1 }, idempotencyKey: 'k' }
    const refused = await w.holdfast.openIntent(ask)
    expect(refused).toMatchObject(refusal({ code: 'invalid_payload', field: 'night' }))
    expect(await w.holdfast.openIntent(ask)).toEqual(refused)
    expect(await w.holdfast.openIntent({ ...ask, payload: { night: 1 } })).toEqual(
      refusal({ code: 'idempotency_key_reused' }),
    )
    expect(await w.holdfast.openIntent({ ...ask, kind: 'reservation', actor: ben })).toEqual(refused)
  })

  it('refuses nights that are taken, and gives others', async () => {
    const w = world()
    await paidStay(w)
    expect(await w.holdfast.openIntent({ actor: ben, kind: 'reservation', payload: { night: 0 } })).toEqual(
      refusal({ code: 'slot_taken' }),
    )
    expect(await w.holdfast.openIntent({ actor: ben, kind: 'reservation', payload: { night: 1 } })).toMatchObject({
      ok: true,
    })
  })
})

describe('starting a checkout', () => {
  it('refuses what does not exist, or is not its own', async () => {
    const w = world()
    const { paymentId } = await intent(w)
    const { startCheckout } = w.holdfast
    const notFound = refusal({ code: 'payment_not_found' })
    expect(await startCheckout({ actor: staff, paymentId: nowhere })).toEqual(notFound)
    expect(await startCheckout({ actor: ben, paymentId })).toEqual(notFound)
    expect(await startCheckout({ actor: system, paymentId })).toMatchObject({ ok: true })
  })

  it('refuses a key that was used for another payment, and answers the same page for the same', async () => {
    const w = world()
    const { paymentId } = await intent(w)
    const other = await intent(w, 3)
    const first = await w.holdfast.startCheckout({ actor: ana, paymentId, idempotencyKey: 'k' })
    expect(first).toEqual({
      ok: true,
      value: {
        type: 'open',
        paymentId,
        attemptId: 'att_0001',
        sessionId: 'cs_1',
        checkoutUrl: 'https://pay.example/cs_1',
        expiresAt: start + 2 * hour,
      },
    })
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId: other.paymentId, idempotencyKey: 'k' })).toEqual(
      refusal({ code: 'idempotency_key_reused' }),
    )
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId, idempotencyKey: 'k' })).toEqual(first)
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toEqual(refusal({ code: 'payment_cancelled' }))
  })

  it('refuses an intent whose time is over, from that moment on', async () => {
    const w = world()
    const { paymentId } = await intent(w)
    await w.clock.advance(2 * hour - 1)
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toMatchObject({ ok: true })
    const late = await intent(w)
    await w.clock.advance(2 * hour)
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId: late.paymentId })).toEqual(
      refusal({ code: 'intent_expired' }),
    )
  })

  it('refuses nights that somebody else has paid for meanwhile, and remembers that under the key', async () => {
    const w = world()
    const { paymentId } = await intent(w)
    const { sessionId } = await w.book(ben)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    const ask = { actor: ana, paymentId, idempotencyKey: 'k' }
    expect(await w.holdfast.startCheckout(ask)).toEqual(refusal({ code: 'slot_taken' }))
    const [reservation] = await w.reservations()
    if (reservation === undefined) throw new Error('No reservation.')
    await w.holdfast.cancelReservation({ actor: staff, reservationId: reservation.id, refund: 'all' })
    expect(await w.holdfast.startCheckout(ask)).toEqual(refusal({ code: 'slot_taken' }))
    expect(await w.holdfast.startCheckout({ ...ask, idempotencyKey: 'l' })).toMatchObject({ ok: true })
  })

  it('says when to come again where the provider is away, and keeps no answer to that', async () => {
    const w = world()
    const { paymentId } = await intent(w)
    w.provider.faults.next('openSession', 'unreachable')
    const ask = { actor: ana, paymentId, idempotencyKey: 'k' }
    const away = await w.holdfast.startCheckout(ask)
    expect(away).toMatchObject(refusal({ code: 'provider_unavailable' }))
    if (away.ok || away.error.code !== 'provider_unavailable') return
    expect(away.error.retryAfterMs).toBeGreaterThan(3_700)
    expect(away.error.retryAfterMs).toBeLessThanOrEqual(5_000)
    await w.clock.advance(away.error.retryAfterMs)
    while ((await w.holdfast.drainOutbox(10)).taken > 0);
    expect(await w.holdfast.startCheckout(ask)).toMatchObject({ ok: true, value: { type: 'open' } })
  })

  it('says "not yet" where somebody else is asking and hears nothing for as long as it may wait', async () => {
    const w = world({ settings: { patienceMs: 10_000 } })
    const { paymentId } = await intent(w)
    w.provider.faults.next('openSession', 'answer_lost')
    const ask = { actor: ana, paymentId, idempotencyKey: 'k' }
    expect(await w.holdfast.startCheckout(ask)).toEqual({ ok: true, value: { type: 'pending', paymentId } })
    const began = w.clock.now()
    expect(await whileTimePasses(w, w.holdfast.startCheckout(ask))).toEqual({
      ok: true,
      value: { type: 'pending', paymentId },
    })
    expect(w.clock.now() - began).toBeGreaterThanOrEqual(10_000)
    expect(w.clock.now() - began).toBeLessThan(13_000)
  })

  it('refuses the balance of a reservation that was cancelled', async () => {
    const w = world()
    const { reservationId, balanceId } = await paidStay(w)
    await w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'nothing' })
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })).toEqual(
      refusal({ code: 'payment_cancelled' }),
    )
  })
})

describe('starting a balance', () => {
  it('refuses what does not exist, or is not its own', async () => {
    const w = world()
    const { reservationId } = await paidStay(w)
    const notFound = refusal({ code: 'reservation_not_found' })
    expect(await w.holdfast.startBalance({ actor: staff, reservationId: 'res_nowhere' as ReservationId })).toEqual(
      notFound,
    )
    expect(await w.holdfast.startBalance({ actor: ben, reservationId })).toEqual(notFound)
  })

  it('charges the card once, and says from then on how it stands', async () => {
    const w = world()
    const { reservationId, balanceId } = await paidStay(w)
    const ask = { actor: ana, reservationId, idempotencyKey: 'k' }
    const started = await w.holdfast.startBalance(ask)
    expect(started).toEqual({ ok: true, value: { paymentId: balanceId, paymentStatus: 'completed' } })
    expect(await w.holdfast.startBalance(ask)).toEqual(started)
    expect(await w.holdfast.startBalance({ actor: ana, reservationId })).toEqual(
      refusal({ code: 'balance_already_paid' }),
    )
    expect(w.provider.truth.attempts()).toHaveLength(2)
    expect((await w.reservation(reservationId)).status).toBe('paid')
  })

  it('refuses a key that was used for another reservation', async () => {
    const w = world()
    const { reservationId } = await paidStay(w)
    const { sessionId } = await w.book(ana, 9)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    const other = (await w.reservations()).find(({ id }) => id !== reservationId)
    if (other === undefined) throw new Error('No other reservation.')
    await w.holdfast.startBalance({ actor: ana, reservationId, idempotencyKey: 'k' })
    expect(await w.holdfast.startBalance({ actor: ana, reservationId: other.id, idempotencyKey: 'k' })).toEqual(
      refusal({ code: 'idempotency_key_reused' }),
    )
  })

  it('leads to a page where the card does not work, and to the same page from then on', async () => {
    const w = world()
    const { reservationId, balanceId } = await paidStay(w)
    const { payment } = await w.get(balanceId)
    if (payment.savedCard === undefined) throw new Error('No card.')
    await w.provider.payer.declineCard(payment.savedCard)
    const started = await w.holdfast.startBalance({ actor: ana, reservationId })
    expect(started).toEqual({
      ok: true,
      value: {
        paymentId: balanceId,
        paymentStatus: 'pending',
        checkoutUrl: 'https://pay.example/cs_2',
        expiresAt: start + 24 * hour - 15 * minute,
      },
    })
    expect(await w.holdfast.startBalance({ actor: system, reservationId })).toEqual(started)
    expect((await w.get(balanceId)).attempts.map(({ kind, status, announce }) => [kind, status, announce])).toEqual([
      ['off_session', 'declined', true],
      ['hosted', 'open', true],
    ])
    await w.holdfast.workOnce()
    expect(w.notifier.sent.filter(({ template }) => template === 'payment_link')).toEqual([
      {
        id: `payment_link:att_0003`,
        to: 'ana',
        paymentId: balanceId,
        template: 'payment_link',
        url: 'https://pay.example/cs_2',
        amount: mxn(700_00n),
        expiresAt: start + 24 * hour - 15 * minute,
        subject: { type: 'reservation', id: reservationId },
      },
    ])
  })

  it('opens a page, and says so to its owner, where no card was saved', async () => {
    const w = world()
    const { reservationId, balanceId } = await paidStay(w)
    await w.unitOfWork.run(async (tx) => {
      const found = await tx.payments.find(balanceId)
      if (found === undefined) throw new Error('No balance.')
      const { savedCard: _none, ...payment } = found.value.payment
      await tx.payments.save({ ...found.value, payment }, found.version, w.clock.now())
    })
    expect(await w.holdfast.startBalance({ actor: system, reservationId })).toMatchObject({
      ok: true,
      value: { paymentStatus: 'pending', checkoutUrl: 'https://pay.example/cs_2' },
    })
    expect((await w.get(balanceId)).attempts).toMatchObject([{ kind: 'hosted', announce: true }])
    expect((await w.reservation(reservationId)).status).toBe('balance_due')
  })

  it('refuses while money is on its way on a page, and keeps no answer to that', async () => {
    const w = world()
    const { reservationId, balanceId } = await paidStay(w)
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await w.provider.payer.payLater(page.value.sessionId)
    await w.deliver()
    const ask = { actor: ana, reservationId, idempotencyKey: 'k' }
    expect(await w.holdfast.startBalance(ask)).toEqual(refusal({ code: 'charge_in_flight' }))
    await w.provider.payer.settle(page.value.sessionId, 'failed')
    await w.deliver()
    expect(await w.holdfast.startBalance(ask)).toMatchObject({ ok: true, value: { paymentStatus: 'completed' } })
  })

  it('on the day closes the page that its owner had left open, or says when to come again', async () => {
    const w = world()
    const { reservationId, balanceId } = await paidStay(w)
    await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    w.provider.faults.next('closeAttempt', 'unreachable')
    const away = await w.holdfast.startBalance({ actor: system, reservationId, idempotencyKey: 'k' })
    expect(away).toMatchObject(refusal({ code: 'provider_unavailable' }))
    if (away.ok || away.error.code !== 'provider_unavailable') return
    expect(away.error.retryAfterMs).toBeLessThanOrEqual(5_000)
    expect((await w.get(balanceId)).attempts).toMatchObject([{ status: 'open', closing: 'replaced' }])
    await w.clock.advance(away.error.retryAfterMs)
    expect(await w.holdfast.startBalance({ actor: system, reservationId, idempotencyKey: 'k' })).toMatchObject({
      ok: true,
      value: { paymentStatus: 'completed' },
    })
  })

  it('refuses where the reservation or its balance was cancelled, or none is owed', async () => {
    const w = world()
    const { reservationId, balanceId } = await paidStay(w)
    await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })
    expect(await w.holdfast.startBalance({ actor: ana, reservationId })).toEqual(refusal({ code: 'payment_cancelled' }))
    await w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'nothing' })
    expect(await w.holdfast.startBalance({ actor: ana, reservationId })).toEqual(
      refusal({ code: 'reservation_cancelled' }),
    )
  })
})

describe('changing an amount', () => {
  const change = { actor: staff, amount: mxn(250_00n) }

  it('refuses what does not exist, is paid or is cancelled', async () => {
    const w = world()
    const { changeAmount } = w.holdfast
    expect(await changeAmount({ ...change, paymentId: nowhere })).toEqual(refusal({ code: 'payment_not_found' }))
    const { paymentId, balanceId } = await paidStay(w)
    expect(await changeAmount({ ...change, paymentId })).toEqual(refusal({ code: 'payment_already_completed' }))
    await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })
    expect(await changeAmount({ ...change, paymentId: balanceId })).toEqual(refusal({ code: 'payment_cancelled' }))
  })

  it('changes what is due and what the payer reads, and nothing where both are so already', async () => {
    const w = world()
    const { paymentId } = await intent(w)
    const item = { name: 'Less', description: 'A friend of the house' }
    expect(await w.holdfast.changeAmount({ ...change, paymentId, item })).toMatchObject({
      ok: true,
      value: { payment: { amount: mxn(250_00n), item } },
    })
    const before = await w.holdfast.readTimeline({ actor: staff, paymentId })
    expect(await w.holdfast.changeAmount({ ...change, paymentId })).toMatchObject({
      ok: true,
      value: { payment: { item } },
    })
    expect(await w.holdfast.readTimeline({ actor: staff, paymentId })).toEqual(before)
  })

  it('refuses while the card is charged or money is on its way, and says when to come again where nobody answers', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    w.provider.faults.next('closeAttempt', 'unreachable')
    const away = await w.holdfast.changeAmount({ ...change, paymentId })
    expect(away).toMatchObject(refusal({ code: 'provider_unavailable' }))
    if (away.ok || away.error.code !== 'provider_unavailable') return
    expect(away.error.retryAfterMs).toBeLessThanOrEqual(5_000)
    await w.provider.payer.payLater(sessionId)
    await w.deliver()
    expect(await w.holdfast.changeAmount({ ...change, paymentId })).toEqual(refusal({ code: 'charge_in_flight' }))

    const other = world()
    const { reservationId, balanceId } = await paidStay(other)
    other.provider.faults.next('chargeSavedCard', 'answer_lost')
    await other.holdfast.startBalance({ actor: ana, reservationId })
    expect(await other.holdfast.changeAmount({ ...change, paymentId: balanceId })).toEqual(
      refusal({ code: 'charge_in_flight' }),
    )
  })
})

describe('cancelling', () => {
  it('refuses a payment that does not exist or is not its own, and a key that was used for another', async () => {
    const w = world()
    const { paymentId } = await intent(w)
    const other = await intent(w, 3)
    const { cancelPayment } = w.holdfast
    expect(await cancelPayment({ actor: staff, paymentId: nowhere })).toEqual(refusal({ code: 'payment_not_found' }))
    expect(await cancelPayment({ actor: ben, paymentId })).toEqual(refusal({ code: 'payment_not_found' }))
    const done = await cancelPayment({ actor: ana, paymentId, idempotencyKey: 'k' })
    expect(await cancelPayment({ actor: ana, paymentId, idempotencyKey: 'k' })).toEqual(done)
    expect(await cancelPayment({ actor: ana, paymentId: other.paymentId, idempotencyKey: 'k' })).toEqual(
      refusal({ code: 'idempotency_key_reused' }),
    )
    expect(await cancelPayment({ actor: ana, paymentId })).toEqual(done)
  })

  it('refuses a reservation that does not exist or is not its own, that is over, and a key that was used otherwise', async () => {
    const w = world()
    const { reservationId } = await paidStay(w)
    const { cancelReservation } = w.holdfast
    const notFound = refusal({ code: 'reservation_not_found' })
    const ask = { actor: ana, reservationId, refund: 'nothing' } as const
    expect(await cancelReservation({ ...ask, reservationId: 'res_nowhere' as ReservationId })).toEqual(notFound)
    expect(await cancelReservation({ ...ask, actor: ben })).toEqual(notFound)
    const done = await cancelReservation({ ...ask, idempotencyKey: 'k' })
    expect(done).toMatchObject({ ok: true, value: { reservation: { status: 'cancelled', cancelledBy: 'owner' } } })
    expect(await cancelReservation({ ...ask, idempotencyKey: 'k' })).toEqual(done)
    expect(await cancelReservation({ ...ask, refund: 'all', idempotencyKey: 'k' })).toEqual(
      refusal({ code: 'idempotency_key_reused' }),
    )
    expect(await cancelReservation({ ...ask, refund: 'all' })).toEqual(done)
    await w.holdfast.workOnce()
    expect(w.provider.truth.refunds()).toEqual([])

    const other = world()
    const stay = await paidStay(other)
    await other.pass(stay.reservation.slot.endsAt - start + day, day)
    expect((await other.reservation(stay.reservationId)).status).toBe('completed')
    expect(
      await other.holdfast.cancelReservation({ actor: staff, reservationId: stay.reservationId, refund: 'all' }),
    ).toEqual(refusal({ code: 'reservation_completed' }))
  })

  it('gives back of a cancelled reservation what has not gone back before', async () => {
    const w = world()
    const { paymentId, reservationId } = await paidStay(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    await w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'all' })
    await w.holdfast.workOnce()
    expect((await w.get(paymentId)).refunds.map(({ amount, reason }) => [amount, reason])).toEqual([
      [mxn(100_00n), 'requested_by_customer'],
      [mxn(200_00n), 'reservation_cancelled'],
    ])
    expect(w.provider.truth.refunds()).toHaveLength(2)

    const other = world()
    const stay = await paidStay(other)
    await other.holdfast.refundPayment({ actor: staff, paymentId: stay.paymentId })
    await other.holdfast.cancelReservation({ actor: staff, reservationId: stay.reservationId, refund: 'all' })
    expect((await other.get(stay.paymentId)).refunds).toHaveLength(1)
  })

  it('gives nothing back while a dispute is open: its outcome decides, and a human is called to see to it', async () => {
    const w = world()
    const { paymentId, reservationId } = await paidStay(w)
    w.provider.bank.dispute('ch_1', 'opened')
    await w.deliver()
    await w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'all' })
    expect((await w.get(paymentId)).refunds).toEqual([])
    w.provider.bank.dispute('ch_1', 'won')
    await w.deliver()
    await w.pass(30 * day, day)
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject([
      {
        id: `refund_owed_after_dispute:${paymentId}`,
        code: 'refund_owed_after_dispute',
        paymentId,
        data: { reason: 'reservation_cancelled', amount: mxn(300_00n) },
      },
      { code: 'dispute_opened' },
    ])
  })
})

describe('refunding', () => {
  it('answers the refund and the payment as they are once the provider has answered', async () => {
    const w = world()
    const { paymentId } = await paidStay(w)
    expect(await w.holdfast.refundPayment({ actor: staff, paymentId })).toMatchObject({
      ok: true,
      value: {
        refund: { id: 'rf_0001', status: 'succeeded', amount: mxn(300_00n), reason: 'requested_by_customer' },
        payment: { status: 'refunded' },
      },
    })
  })

  it('refuses, in this order', async () => {
    const w = world()
    const { refundPayment } = w.holdfast
    expect(await refundPayment({ actor: staff, paymentId: nowhere })).toEqual(refusal({ code: 'payment_not_found' }))
    const { paymentId, balanceId } = await paidStay(w)
    expect(await refundPayment({ actor: staff, paymentId: balanceId })).toEqual(
      refusal({ code: 'payment_not_completed', status: 'pending' }),
    )
    expect(await refundPayment({ actor: staff, paymentId, amount: { ...mxn(1n), currency: 'USD' as never } })).toEqual(
      refusal({ code: 'currency_mismatch', currency: 'MXN' }),
    )
    for (const minorUnits of [0n, 300_01n])
      expect(await refundPayment({ actor: staff, paymentId, amount: mxn(minorUnits) })).toEqual(
        refusal({ code: 'refund_exceeds_payment', refundable: mxn(300_00n) }),
      )
    w.provider.bank.dispute('ch_1', 'opened')
    await w.deliver()
    expect(await refundPayment({ actor: staff, paymentId })).toEqual(refusal({ code: 'payment_disputed' }))
  })

  it('gives nothing back where all has gone back', async () => {
    const w = world()
    const { paymentId } = await paidStay(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId })
    expect(await w.holdfast.refundPayment({ actor: staff, paymentId })).toEqual(
      refusal({ code: 'refund_exceeds_payment', refundable: mxn(0n) }),
    )
  })
})

describe('reading', () => {
  it('says whether the provider was asked, could not be, or need not be', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    expect(await w.holdfast.syncPayment({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { type: 'asked' },
    })
    w.provider.faults.next('findAttempt', 'unreachable')
    expect(await w.holdfast.syncPayment({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: { type: 'unheard', kase: { attempts: [{ status: 'open' }] } },
    })
    const bare = await intent(w, 5)
    expect(await w.holdfast.syncPayment({ actor: ana, paymentId: bare.paymentId })).toMatchObject({
      ok: true,
      value: { type: 'nothing_to_ask', kase: { attempts: [] } },
    })
    expect(await w.holdfast.readPayment({ actor: ana, paymentId })).toMatchObject({
      ok: true,
      value: await w.get(paymentId),
    })
    expect(await w.holdfast.readPayment({ actor: system, paymentId: nowhere })).toEqual(
      refusal({ code: 'payment_not_found' }),
    )
    expect(await w.holdfast.readTimeline({ actor: system, paymentId: nowhere })).toEqual(
      refusal({ code: 'payment_not_found' }),
    )
  })
})
