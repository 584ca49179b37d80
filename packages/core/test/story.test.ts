import { describe, expect, it } from 'vitest'
import { day, hour, instant, minute } from '../src/index.ts'
import { ana, mxn, staff, start, world } from '../src/contracts/rules/world.ts'
import { storyOf } from './story-of.ts'
import { paidStay } from './paid-stay.ts'

const charge = (id: string, minorUnits: bigint) => ({
  id,
  amount: mxn(minorUnits),
  customerId: 'cus_1',
  paymentMethodId: 'pm_1',
})

describe('the story of a payment', () => {
  it('tells of a deposit from the intent to the record, and of what went back', async () => {
    const w = world()
    const { paymentId } = await paidStay(w)
    await w.holdfast.workOnce()
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(1n) })
    const expiresAt = instant(start + 2 * hour)
    expect(await storyOf(w, paymentId)).toEqual([
      ['command open_intent', 'intent int_0001', 'owner:ana', {}],
      ['fact opened', 'intent int_0001', { kind: 'reservation' }],
      ['command start_checkout', 'payment pay_0001', 'owner:ana', { plan: 'start' }],
      ['fact requested', 'attempt att_0001', { kind: 'hosted', minorUnits: 300_00n }],
      ['answer open_session', 'attempt att_0001', { state: 'opened', providerId: 'cs_1' }],
      [
        'fact opened',
        'attempt att_0001',
        { at: start, providerId: 'cs_1', url: 'https://pay.example/cs_1', expiresAt },
      ],
      ['event charge.captured', 'event evt_1', { state: 'captured' }],
      ['fact captured', 'attempt att_0001', { at: start, providerId: 'cs_1', charge: charge('ch_1', 300_00n) }],
      ['fact captured', 'payment pay_0001', { at: start, attemptId: 'att_0001' }],
      ['fact paid', 'intent int_0001', { at: start }],
      ['fact fulfilled', 'intent int_0001', { at: start, record: { type: 'reservation', id: 'res_0001' } }],
      ['answer message_sent', 'message confirmed:int_0001', { template: 'confirmed' }],
      [
        'command refund_payment',
        'payment pay_0001',
        'staff:eve',
        { minorUnits: 1n, reason: 'requested_by_customer', full: false },
      ],
      ['fact requested', 'refund rf_0001', { reason: 'requested_by_customer', minorUnits: 1n }],
      ['answer send_refund', 'refund rf_0001', { state: 'succeeded' }],
      ['fact succeeded', 'refund rf_0001', { at: start, providerId: 're_1' }],
      ['fact refunded_in_part', 'payment pay_0001', { refunded: 1n }],
    ])
  })

  it('tells of a balance from its making to the charge on its day and the end of the stay', async () => {
    const w = world()
    const { balanceId, dueAt } = await paidStay(w)
    await w.pass(dueAt - start, dueAt - start)
    await w.pass(40 * day, day)
    expect(await storyOf(w, balanceId)).toEqual([
      ['fact created', 'payment pay_0002', { depositPaymentId: 'pay_0001', dueAt }],
      ['command start_balance', 'reservation res_0001', 'system', { kind: 'off_session' }],
      ['fact balance_fell_due', 'reservation res_0001', {}],
      ['fact charge_started', 'payment pay_0002', {}],
      ['fact requested', 'attempt att_0002', { kind: 'off_session', minorUnits: 700_00n }],
      ['answer charge_saved_card', 'attempt att_0002', { state: 'captured', providerId: 'ch_2' }],
      ['fact captured', 'attempt att_0002', { at: dueAt, providerId: 'ch_2', charge: charge('ch_2', 700_00n) }],
      ['fact captured', 'payment pay_0002', { at: dueAt, attemptId: 'att_0002' }],
      ['fact balance_paid', 'reservation res_0001', {}],
      ['fact completed', 'reservation res_0001', {}],
    ])
  })

  it('tells of a price that was changed, and of the page that was closed for it', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(250_00n) })
    expect((await storyOf(w, paymentId)).slice(6)).toEqual([
      ['command change_amount', 'payment pay_0001', 'staff:eve', { minorUnits: 250_00n, currency: 'MXN' }],
      ['fact close_requested', 'attempt att_0001', { reason: 'replaced' }],
      ['answer close_attempt', 'attempt att_0001', { state: 'expired', providerId: 'cs_1' }],
      ['fact expired', 'attempt att_0001', { at: start, providerId: 'cs_1' }],
      ['command change_amount', 'payment pay_0001', 'staff:eve', { minorUnits: 250_00n, currency: 'MXN' }],
      [
        'fact amount_changed',
        'payment pay_0001',
        { amount: mxn(250_00n), item: { name: 'Deposit · Casa', description: 'Night 0' } },
      ],
    ])
  })

  it('tells of a cancellation: who asked, what the provider said, and what was let go', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    expect((await storyOf(w, paymentId)).slice(6)).toEqual([
      ['command cancel_payment', 'payment pay_0001', 'owner:ana', { reason: 'requested' }],
      ['fact close_requested', 'attempt att_0001', { reason: 'requested' }],
      ['answer close_attempt', 'attempt att_0001', { state: 'expired', providerId: 'cs_1' }],
      ['fact expired', 'attempt att_0001', { at: start, providerId: 'cs_1' }],
      ['fact cancelled', 'payment pay_0001', { at: start, reason: 'requested' }],
      ['fact abandoned', 'intent int_0001', { at: start }],
    ])
  })

  it('tells of a payment that was cancelled before anybody had opened a page', async () => {
    const w = world()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    expect(await w.holdfast.cancelPayment({ actor: staff, paymentId, reason: 'abandoned' })).toMatchObject({
      ok: true,
      value: { payment: { status: 'cancelled', reason: 'abandoned' }, providerCancellation: 'done' },
    })
    expect((await storyOf(w, paymentId)).slice(2)).toEqual([
      ['command cancel_payment', 'payment pay_0001', 'staff:eve', { reason: 'abandoned' }],
      ['fact cancelled', 'payment pay_0001', { at: start, reason: 'abandoned' }],
      ['fact abandoned', 'intent int_0001', { at: start }],
    ])
    expect(w.provider.truth.attempts()).toEqual([])
  })

  it('tells of a reservation that was cancelled, in both of its payments', async () => {
    const w = world()
    const { paymentId, balanceId, reservation } = await paidStay(w)
    const told = (await storyOf(w, paymentId)).length
    await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    await w.holdfast.cancelReservation({ actor: staff, reservationId: reservation.id, refund: 'all' })
    const origin = ['command cancel_reservation', 'reservation res_0001', 'staff:eve', { refund: 'all' }]
    const cancelled = ['fact cancelled', 'reservation res_0001', { at: start, by: 'staff' }]
    expect((await storyOf(w, paymentId)).slice(told)).toEqual([
      origin,
      cancelled,
      ['fact requested', 'refund rf_0001', { reason: 'reservation_cancelled', minorUnits: 300_00n }],
    ])
    expect((await storyOf(w, balanceId)).slice(5)).toEqual([
      origin,
      cancelled,
      ['fact close_requested', 'attempt att_0002', { reason: 'reservation_cancelled' }],
      ['fact cancelled', 'payment pay_0002', { at: start, reason: 'reservation_cancelled' }],
    ])
  })

  it('tells of answers that were not heard, and of those that were refused', async () => {
    const w = world()
    w.provider.faults.next('openSession', 'answer_lost')
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    expect((await storyOf(w, paymentId)).slice(4)).toEqual([
      ['answer open_session', 'attempt att_0001', { outcome: 'unknown', detail: expect.any(String) as string }],
    ])
    const other = world()
    other.provider.faults.next('openSession', 'refused')
    const again = await other.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!again.ok) throw new Error('No intent.')
    await other.holdfast.startCheckout({ actor: ana, paymentId: again.value.paymentId })
    expect((await storyOf(other, again.value.paymentId)).slice(4)).toEqual([
      ['answer open_session', 'attempt att_0001', { outcome: 'refused' }],
      [
        'fact declined',
        'attempt att_0001',
        { at: start, failure: expect.objectContaining({ code: 'provider_rejected' }) as object },
      ],
      [
        'fact attempt_failed',
        'payment pay_0001',
        { at: start, failure: expect.objectContaining({ code: 'provider_rejected' }) as object },
      ],
    ])
    expect(await other.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([
      {
        id: 'provider_refused:att_0001',
        code: 'provider_refused',
        paymentId: 'pay_0001',
        at: start,
        data: {
          attemptId: 'att_0001',
          call: 'open_session',
          code: 'provider_rejected',
          detail: expect.any(String) as string,
        },
      },
    ])
  })

  it('tells what money in another amount came to, and that a human was called', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId, mxn(1n))
    await w.deliver()
    const failure = { code: 'amount_mismatch', retryable: true }
    expect((await storyOf(w, paymentId)).slice(8)).toEqual([
      ['fact attempt_failed', 'payment pay_0001', { at: start, failure }],
      ['fact requested', 'refund rf_att_0001', { reason: 'amount_mismatch', minorUnits: 1n }],
      [
        'attention amount_mismatch',
        'attention amount_mismatch:att_0001',
        { attemptId: 'att_0001', chargeId: 'ch_1', policy: 'refund', expected: '30000 MXN', reported: '1 MXN' },
      ],
    ])
  })

  it('tells of a loser whose nights somebody else paid for first', async () => {
    const w = world()
    const loser = await w.book(ana)
    const winner = await w.book({ type: 'owner', id: 'ben' as typeof ana.id })
    await w.provider.payer.pay(winner.sessionId)
    await w.deliver()
    await w.provider.payer.pay(loser.sessionId)
    await w.clock.advance(minute)
    await w.deliver()
    const at = instant(start + minute)
    expect((await storyOf(w, loser.paymentId)).slice(8)).toEqual([
      ['fact captured', 'payment pay_0001', { at, attemptId: 'att_0001' }],
      ['fact paid', 'intent int_0001', { at }],
      ['fact refunded', 'intent int_0001', { at, reason: 'slot_taken' }],
      ['fact requested', 'refund rf_att_0001', { reason: 'slot_taken', minorUnits: 300_00n }],
    ])
    await w.holdfast.workOnce()
    expect(w.notifier.sent.find(({ to }) => to === 'ana')).toEqual({
      id: 'refunded_unavailable:int_0001',
      to: 'ana',
      paymentId: 'pay_0001',
      template: 'refunded_unavailable',
      reason: 'slot_taken',
      amount: mxn(300_00n),
      destination: 'provider',
      details: { night: 0 },
    })
    expect(w.notifier.sent.find(({ to }) => to === 'ben')).toEqual({
      id: 'confirmed:int_0002',
      to: 'ben',
      paymentId: 'pay_0002',
      template: 'confirmed',
      record: { type: 'reservation', id: 'res_0001' },
      amount: mxn(300_00n),
    })
  })
})
