import { expect, it } from 'vitest'
import { hour, minute } from '../src/index.ts'
import { ana, ben, mxn, staff, world, type World } from '../src/contracts/rules/world.ts'

const read = async (w: World, paymentId: Awaited<ReturnType<World['book']>>['paymentId']) => {
  const outcome = await w.holdfast.readPayment({ actor: ana, paymentId })
  if (!outcome.ok) throw new Error(outcome.error.code)
  return outcome.value
}

it('shows a payment with its attempts and when it last changed', async () => {
  const w = world()
  const { paymentId, sessionId } = await w.book(ana)
  const bookedAt = w.clock.now()
  expect(await read(w, paymentId)).toEqual({ ...(await w.get(paymentId)), updatedAt: bookedAt })
  await w.clock.advance(5 * minute)
  await w.provider.payer.pay(sessionId)
  await w.deliver()
  expect(await read(w, paymentId)).toMatchObject({
    payment: { status: 'completed' },
    attempts: [{ status: 'succeeded' }],
    updatedAt: bookedAt + 5 * minute,
  })
})

it('takes no look that finds nothing new for a change', async () => {
  const w = world()
  const { paymentId } = await w.book(ana)
  const { updatedAt, attempts } = await read(w, paymentId)
  await w.clock.advance(hour)
  expect(await w.holdfast.syncPayment({ actor: ana, paymentId })).toMatchObject({ value: { type: 'asked' } })
  const looked = await read(w, paymentId)
  expect(looked.attempts).not.toEqual(attempts)
  expect(looked.updatedAt).toBe(updatedAt)
})

it('answers a changed amount with when it was changed, and the same amount with when that was', async () => {
  const w = world()
  const { paymentId } = await w.book(ana)
  await w.clock.advance(minute)
  const changedAt = w.clock.now()
  for (let times = 0; times < 2; times += 1) {
    const outcome = await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(250_00n) })
    expect(outcome).toMatchObject({ ok: true, value: { payment: { amount: mxn(250_00n) }, updatedAt: changedAt } })
    await w.clock.advance(minute)
  }
})

it("does not find somebody else's payment", async () => {
  const w = world()
  const { paymentId } = await w.book(ana)
  expect(await w.holdfast.readPayment({ actor: ben, paymentId })).toEqual({
    ok: false,
    error: { code: 'payment_not_found' },
  })
})
