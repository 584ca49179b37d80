import { describe, expect, it } from 'vitest'
import { hour, minute, ok, type ConsultationId, type PaymentId } from '../src/index.ts'
import { ana, ben, mxn, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { paidConsultation } from './paid-consultation.ts'
import { storyOf } from './story-of.ts'

const system = { type: 'system' } as const
const refusal = (error: object) => ({ ok: false, error })
const notFound = refusal({ code: 'consultation_not_found' })
const nowhere = 'con_nowhere' as ConsultationId

const stored = async (w: World, id: ConsultationId) =>
  (await w.unitOfWork.read((tx) => tx.consultations.find(id)))?.value
const refundsOf = async (w: World, paymentId: PaymentId) =>
  (await w.get(paymentId)).refunds.map(({ amount, reason, destination }) => [amount, reason, destination])
const inWallet = async (w: World) =>
  (await w.unitOfWork.read((tx) => tx.wallets.find(ana.id, mxn(0n).currency)))?.value.balance ?? 0n
/** Ana puts as much into her wallet as a consultation takes. */
const topUp = async (w: World) => {
  const opened = await w.holdfast.openIntent({
    actor: ana,
    kind: 'wallet_topup',
    payload: { amount: '400', currency: 'MXN' },
  })
  if (!opened.ok) throw new Error(opened.error.code)
  const page = await w.holdfast.startCheckout({ actor: ana, paymentId: opened.value.paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
  await w.provider.payer.pay(page.value.sessionId)
  await w.deliver()
}

describe('closing a consultation', () => {
  it('says that it took place, by whom and when, in the story of its payment too, and leaves the money', async () => {
    const w = world()
    const { paymentId, consultation, consultationId } = await paidConsultation(w)
    const told = (await storyOf(w, paymentId)).length
    await w.clock.advance(hour)
    const closed = { ...consultation, status: 'closed', closedAt: start + hour, closedBy: 'staff' }
    expect(await w.holdfast.closeConsultation({ actor: staff, consultationId })).toEqual(ok({ consultation: closed }))
    expect(await stored(w, consultationId)).toEqual(closed)
    expect((await storyOf(w, paymentId)).slice(told)).toEqual([
      ['command close_consultation', 'consultation con_0001', 'staff:eve', {}],
      ['fact closed', 'consultation con_0001', { at: start + hour, by: 'staff' }],
    ])
    await w.pass(hour, minute)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('is for whoever asked, and for the host, each by their name', async () => {
    for (const actor of [ana, system]) {
      const w = world()
      const { consultationId } = await paidConsultation(w)
      expect(await w.holdfast.closeConsultation({ actor, consultationId })).toMatchObject(
        ok({ consultation: { status: 'closed', closedBy: actor.type } }),
      )
    }
  })

  it('refuses one that does not exist or is of somebody else, that is cancelled, and a key that was used otherwise', async () => {
    const w = world()
    const { consultationId } = await paidConsultation(w)
    const { closeConsultation, cancelConsultation } = w.holdfast
    expect(await closeConsultation({ actor: staff, consultationId: nowhere })).toEqual(notFound)
    expect(await closeConsultation({ actor: ben, consultationId })).toEqual(notFound)
    expect(await closeConsultation({ actor: ben, consultationId, idempotencyKey: 'k' })).toEqual(notFound)

    await cancelConsultation({ actor: staff, consultationId, refund: 'nothing', idempotencyKey: 'used' })
    expect(await closeConsultation({ actor: staff, consultationId, idempotencyKey: 'used' })).toEqual(
      refusal({ code: 'idempotency_key_reused' }),
    )
    const cancelled = refusal({ code: 'consultation_cancelled' })
    expect(await closeConsultation({ actor: staff, consultationId })).toEqual(cancelled)
    expect(await stored(w, consultationId)).toMatchObject({ status: 'cancelled' })
    expect(await closeConsultation({ actor: staff, consultationId, idempotencyKey: 'k' })).toEqual(cancelled)
    expect(await closeConsultation({ actor: staff, consultationId, idempotencyKey: 'k' })).toEqual(cancelled)
  })

  it('is done once, however often it is asked for, with a key and without', async () => {
    const w = world()
    const { paymentId, consultationId } = await paidConsultation(w)
    const { closeConsultation } = w.holdfast
    const first = await closeConsultation({ actor: staff, consultationId, idempotencyKey: 'k' })
    const told = await storyOf(w, paymentId)
    await w.clock.advance(hour)
    expect(await closeConsultation({ actor: staff, consultationId, idempotencyKey: 'k' })).toEqual(first)
    expect(await closeConsultation({ actor: ana, consultationId })).toEqual(first)
    expect(await storyOf(w, paymentId)).toEqual(told)
    const other = await paidConsultation(w)
    expect(
      await closeConsultation({ actor: staff, consultationId: other.consultationId, idempotencyKey: 'k' }),
    ).toEqual(refusal({ code: 'idempotency_key_reused' }))
  })
})

describe('cancelling a consultation', () => {
  it('gives back to the card what was paid, and says so in the story of its payment', async () => {
    const w = world()
    const { paymentId, consultation, consultationId } = await paidConsultation(w)
    const told = (await storyOf(w, paymentId)).length
    const cancelled = { ...consultation, status: 'cancelled', cancelledAt: start, cancelledBy: 'staff' }
    expect(await w.holdfast.cancelConsultation({ actor: staff, consultationId, refund: 'all' })).toEqual(
      ok({ consultation: cancelled }),
    )
    expect(await stored(w, consultationId)).toEqual(cancelled)
    expect((await storyOf(w, paymentId)).slice(told)).toEqual([
      ['command cancel_consultation', 'consultation con_0001', 'staff:eve', { refund: 'all' }],
      ['fact cancelled', 'consultation con_0001', { at: start, by: 'staff' }],
      ['fact requested', 'refund rf_0001', { reason: 'consultation_cancelled', minorUnits: 400_00n }],
    ])
    await w.pass(hour, minute)
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'refunded', refunded: 400_00n })
    expect(w.provider.truth.refunds()).toMatchObject([{ amount: mxn(400_00n) }])
    expect(w.notifier.sent.find(({ id }) => id === `cancelled:${consultationId}`)).toMatchObject({
      template: 'cancelled',
      refunds: [{ amount: mxn(400_00n), destination: 'provider' }],
    })
  })

  it('leaves the money where the terms say so', async () => {
    const w = world()
    const { paymentId, consultationId } = await paidConsultation(w)
    expect(await w.holdfast.cancelConsultation({ actor: ana, consultationId, refund: 'nothing' })).toMatchObject(
      ok({ consultation: { status: 'cancelled', cancelledBy: 'owner' } }),
    )
    await w.pass(hour, minute)
    expect(await w.get(paymentId)).toMatchObject({ payment: { status: 'completed' }, refunds: [] })
  })

  it('refuses one that does not exist or is of somebody else, that took place, and a key that was used otherwise', async () => {
    const w = world()
    const { paymentId, consultationId } = await paidConsultation(w)
    const { closeConsultation, cancelConsultation } = w.holdfast
    const ask = { actor: staff, consultationId, refund: 'all' } as const
    expect(await cancelConsultation({ ...ask, consultationId: nowhere })).toEqual(notFound)
    expect(await cancelConsultation({ ...ask, actor: ben })).toEqual(notFound)
    expect(await cancelConsultation({ ...ask, actor: ben, idempotencyKey: 'k' })).toEqual(notFound)

    await closeConsultation({ actor: staff, consultationId, idempotencyKey: 'used' })
    expect(await cancelConsultation({ ...ask, idempotencyKey: 'used' })).toEqual(
      refusal({ code: 'idempotency_key_reused' }),
    )
    const closed = refusal({ code: 'consultation_closed' })
    expect(await cancelConsultation(ask)).toEqual(closed)
    expect(await cancelConsultation({ ...ask, idempotencyKey: 'k' })).toEqual(closed)
    expect(await cancelConsultation({ ...ask, idempotencyKey: 'k' })).toEqual(closed)
    expect(await stored(w, consultationId)).toMatchObject({ status: 'closed' })
    expect(await refundsOf(w, paymentId)).toEqual([])
  })

  it('is done once by the terms of the first time, however often it is asked for, with a key and without', async () => {
    const w = world()
    const { paymentId, consultationId } = await paidConsultation(w)
    const { cancelConsultation } = w.holdfast
    const ask = { actor: staff, consultationId, refund: 'nothing' } as const
    const first = await cancelConsultation({ ...ask, idempotencyKey: 'k' })
    const told = await storyOf(w, paymentId)
    await w.clock.advance(hour)
    expect(await cancelConsultation({ ...ask, idempotencyKey: 'k' })).toEqual(first)
    expect(await cancelConsultation({ ...ask, refund: 'all', idempotencyKey: 'k' })).toEqual(
      refusal({ code: 'idempotency_key_reused' }),
    )
    expect(await cancelConsultation({ ...ask, refund: 'all' })).toEqual(first)
    expect(await storyOf(w, paymentId)).toEqual(told)
    expect(await refundsOf(w, paymentId)).toEqual([])
  })

  it('by several at once gives the money back once, with one key and with many', async () => {
    for (const keyOf of [() => 'k', (n: number) => `k${n}`]) {
      const w = world()
      const { paymentId, consultationId } = await paidConsultation(w)
      const outcomes = await Promise.all(
        [0, 1, 2, 3].map((n) =>
          w.holdfast.cancelConsultation({ actor: staff, consultationId, refund: 'all', idempotencyKey: keyOf(n) }),
        ),
      )
      const [first] = outcomes
      expect(outcomes).toEqual(outcomes.map(() => first))
      expect(first).toMatchObject({ ok: true })
      await w.pass(hour, minute)
      expect(w.provider.truth.refunds()).toHaveLength(1)
      expect(await refundsOf(w, paymentId)).toHaveLength(1)
    }
  })

  it('and closing it at once ends it in one of the two ways', async () => {
    const w = world()
    const { paymentId, consultationId } = await paidConsultation(w)
    const [closed, cancelled] = await Promise.all([
      w.holdfast.closeConsultation({ actor: staff, consultationId }),
      w.holdfast.cancelConsultation({ actor: staff, consultationId, refund: 'all' }),
    ])
    expect([closed.ok, cancelled.ok].filter(Boolean)).toHaveLength(1)
    expect(await refundsOf(w, paymentId)).toHaveLength(cancelled.ok ? 1 : 0)
  })

  it('gives back what has not gone back before', async () => {
    const w = world()
    const { paymentId, consultationId } = await paidConsultation(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    await w.holdfast.cancelConsultation({ actor: staff, consultationId, refund: 'all' })
    expect(await refundsOf(w, paymentId)).toEqual([
      [mxn(100_00n), 'requested_by_customer', 'provider'],
      [mxn(300_00n), 'consultation_cancelled', 'provider'],
    ])
    await w.pass(hour, minute)
    expect((await w.get(paymentId)).payment.status).toBe('refunded')

    const other = world()
    const { paymentId: refunded, consultationId: id } = await paidConsultation(other)
    await other.holdfast.refundPayment({ actor: staff, paymentId: refunded })
    expect(await other.holdfast.cancelConsultation({ actor: staff, consultationId: id, refund: 'all' })).toMatchObject(
      ok({ consultation: { status: 'cancelled' } }),
    )
    expect(await refundsOf(other, refunded)).toHaveLength(1)
  })

  it('gives nothing back where more has gone back than came, to the wallet here and to the card in the dashboard', async () => {
    const w = world()
    const { paymentId, consultationId } = await paidConsultation(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId, destination: 'wallet', amount: mxn(300_00n) })
    w.provider.bank.refund('ch_1', 200_00n)
    await w.deliver()
    const before = await refundsOf(w, paymentId)
    expect(before).toHaveLength(2)
    expect(await w.holdfast.cancelConsultation({ actor: staff, consultationId, refund: 'all' })).toMatchObject(
      ok({ consultation: { status: 'cancelled' } }),
    )
    expect(await refundsOf(w, paymentId)).toEqual(before)
  })

  it('gives nothing back while a dispute is open, nor when it was lost: its outcome decides', async () => {
    for (const outcome of ['opened', 'lost'] as const) {
      const w = world({ settings: { walletRefunds: ['consultation_cancelled'] } })
      const { paymentId, consultationId } = await paidConsultation(w)
      w.provider.bank.dispute('ch_1', outcome)
      await w.deliver()
      expect(await w.holdfast.cancelConsultation({ actor: staff, consultationId, refund: 'all' })).toMatchObject(
        ok({ consultation: { status: 'cancelled' } }),
      )
      await w.pass(hour, minute)
      expect(await refundsOf(w, paymentId)).toEqual([])
      expect(await inWallet(w)).toBe(0n)
      const codes = (await w.unitOfWork.read((tx) => tx.attention.list(9))).map(({ code }) => code)
      expect(codes.toSorted()).toEqual([
        'dispute_opened',
        ...(outcome === 'opened' ? ['refund_owed_after_dispute'] : []),
      ])
    }
  })

  it('gives back into the wallet where the host says so for the reason, and the charge stays', async () => {
    const w = world({ settings: { walletRefunds: ['consultation_cancelled'] } })
    const { paymentId, consultationId } = await paidConsultation(w)
    await w.holdfast.cancelConsultation({ actor: staff, consultationId, refund: 'all' })
    expect(await refundsOf(w, paymentId)).toEqual([[mxn(400_00n), 'consultation_cancelled', 'wallet']])
    await w.pass(hour, minute)
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
    expect(await inWallet(w)).toBe(400_00n)
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('gives back into the wallet what was paid from it, at once, whatever the host says', async () => {
    const w = world()
    await topUp(w)
    const { paymentId, consultationId } = await paidConsultation(w, 'wallet')
    expect(await inWallet(w)).toBe(0n)
    await w.holdfast.cancelConsultation({ actor: staff, consultationId, refund: 'all' })
    expect(await inWallet(w)).toBe(400_00n)
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
    expect(w.provider.truth.refunds()).toEqual([])
  })
})

describe('what was answered under a key', () => {
  it('is answered again, done and refused, whatever has become of the consultation since', async () => {
    const w = world()
    const { consultation, consultationId } = await paidConsultation(w)
    const { closeConsultation, cancelConsultation } = w.holdfast
    const close = () => closeConsultation({ actor: staff, consultationId, idempotencyKey: 'close' })
    const cancel = () => cancelConsultation({ actor: staff, consultationId, refund: 'all', idempotencyKey: 'cancel' })
    const [closed, refused] = [await close(), await cancel()]
    expect([closed.ok, refused]).toEqual([true, refusal({ code: 'consultation_closed' })])
    await w.unitOfWork.run(async (tx) => {
      const { version = 0 } = (await tx.consultations.find(consultationId)) ?? {}
      await tx.consultations.save(consultation, version)
    })
    expect([await close(), await cancel()]).toEqual([closed, refused])
    expect(await stored(w, consultationId)).toEqual(consultation)
  })
})

describe('a consultation whose payment is gone', () => {
  it('is a bug', async () => {
    const w = world()
    const { consultation, consultationId } = await paidConsultation(w)
    await w.unitOfWork.run((tx) => tx.consultations.save({ ...consultation, paymentId: 'pay_nowhere' as PaymentId }, 1))
    await expect(w.holdfast.closeConsultation({ actor: staff, consultationId })).rejects.toThrow(
      "Payment 'pay_nowhere' is gone.",
    )
  })
})
