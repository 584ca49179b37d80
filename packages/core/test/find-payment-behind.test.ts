import { describe, expect, it } from 'vitest'
import { findPaymentBehind, minute } from '../src/index.ts'
import { rules } from '../src/contracts/index.ts'

const { ana } = rules

const behind = (w: rules.World, id: string) => w.unitOfWork.read((tx) => findPaymentBehind(tx, id))

describe('the payment behind an id', () => {
  it('is found by its own, by its intent, its page, its charge and its reservation', async () => {
    const w = rules.world()
    const intent = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!intent.ok) throw new Error(intent.error.code)
    const { paymentId, intentId } = intent.value
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await w.provider.payer.pay(page.value.sessionId)
    await w.deliver()
    const found = await w.unitOfWork.read((tx) => tx.payments.find(paymentId))
    const attempt = found?.value.attempts[0]
    if (attempt?.status !== 'succeeded') throw new Error('It was not paid.')
    const [reservation] = await w.unitOfWork.read((tx) => tx.reservations.list({ limit: 1 }))
    for (const id of [paymentId, intentId, page.value.sessionId, attempt.charge.id, reservation?.id ?? 'none'])
      expect([id, await behind(w, id)]).toEqual([id, paymentId])
    expect(await behind(w, attempt.id)).toBe(paymentId)
  })

  it('is found by its refund, ours and the one at the provider, and by the events about all that', async () => {
    const w = rules.world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.holdfast.refundPayment({ actor: rules.staff, paymentId, amount: rules.mxn(100n) })
    await w.pass(minute)
    const [attempt] = (await w.get(paymentId)).attempts
    if (attempt?.status !== 'succeeded') throw new Error('It was not paid.')
    w.provider.bank.dispute(attempt.charge.id, 'opened')
    await w.deliver()
    const refunds = (await w.unitOfWork.read((tx) => tx.payments.find(paymentId)))?.value.refunds ?? []
    expect(refunds).toHaveLength(1)
    for (const { id, providerId = 'none' } of refunds)
      for (const name of [id, providerId]) expect([name, await behind(w, name)]).toEqual([name, paymentId])
    const events = w.provider.events()
    expect(new Set(events.map(({ news }) => news.about))).toEqual(new Set(['attempt', 'refund', 'dispute']))
    for (const { id, type } of events) expect([type, await behind(w, id)]).toEqual([type, paymentId])
  })

  it('is found by its order', async () => {
    const w = rules.world()
    const placed = await w.holdfast.placeOrder({
      actor: ana,
      cart: { lines: [{ articleId: 'pattern', quantity: 1 }], currency: rules.mxn(0n).currency },
    })
    if (!placed.ok) throw new Error(placed.error.code)
    expect(await behind(w, placed.value.orderId)).toBe(placed.value.paymentId)
  })

  it('is none where an id leads nowhere', async () => {
    expect(await behind(rules.world(), 'cs_of_somebody_else')).toBeUndefined()
  })
})
