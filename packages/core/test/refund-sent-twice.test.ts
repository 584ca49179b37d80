import { describe, expect, it } from 'vitest'
import { mxn, staff, world } from '../src/contracts/rules/world.ts'
import { day, hour, type PaymentProvider, type RefundRequest } from '../src/index.ts'
import { paidStay } from './paid-stay.ts'

/** Something on the way that sends a refund a second time, without its key. */
const sentTwice = (provider: PaymentProvider): PaymentProvider => ({
  ...provider,
  refund: async (request: RefundRequest) => {
    const answer = await provider.refund(request)
    await provider.refund({ ...request, idempotencyKey: `proxy of ${request.idempotencyKey}` })
    return answer
  },
})

describe('a part that is given back, and whose request a proxy sends twice without its key', () => {
  it('is known to have gone back twice', async () => {
    const w = world({ wrapProvider: sentTwice })
    const { paymentId } = await paidStay(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(50_00n), idempotencyKey: 'goodwill' })
    await w.deliver()
    for (let round = 0; round < 10; round += 1) {
      await w.pass(day, hour)
      await w.holdfast.sweep()
      await w.deliver()
    }
    expect(w.provider.truth.refunds()).toHaveLength(2)
    const { payment, refunds } = await w.get(paymentId)
    expect(payment).toMatchObject({ status: 'partially_refunded', refunded: 100_00n })
    expect(refunds).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded', reason: 'external' }])
    const [, second] = refunds
    const data = { refundId: second?.id, minorUnits: 50_00n }
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject([{ code: 'refunded_twice', data }])
  })

  it('is not called failed where only the other one of the two failed', async () => {
    const w = world({ wrapProvider: sentTwice })
    const { paymentId } = await paidStay(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(50_00n), idempotencyKey: 'goodwill' })
    await w.deliver()
    const [, second] = w.provider.truth.refunds()
    w.provider.bank.settleRefund(second?.id ?? '', 'failed')
    await w.deliver()
    // 50 have gone back, for good.
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'partially_refunded', refunded: 50_00n })
  })
})
