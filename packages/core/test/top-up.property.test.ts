import fc from 'fast-check'
import { expect, it } from 'vitest'
import { currency, hour, minute } from '../src/index.ts'
import { ana, mxn, world, type World } from '../src/contracts/rules/world.ts'

const topUp = async (w: World, amount: string) => {
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'wallet_topup', payload: { amount, currency: 'MXN' } })
  if (!opened.ok) throw new Error(opened.error.code)
  const { paymentId } = opened.value
  const page = await w.holdfast.startCheckout({ actor: ana, paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
  await w.provider.payer.pay(page.value.sessionId)
  await w.deliver()
  const [attempt] = (await w.get(paymentId)).attempts
  if (attempt?.status !== 'succeeded') throw new Error('No charge.')
  return { paymentId, chargeId: attempt.charge.id }
}
const balanceOf = (w: World): Promise<bigint> =>
  w.unitOfWork.read(async (tx) => (await tx.wallets.find(ana.id, currency('MXN')))?.value.balance ?? 0n)

/** What can become of the money of a top-up of a thousand. */
const aftermath = fc.record({
  refunds: fc.array(
    fc.record({
      minorUnits: fc.bigInt({ min: 1n, max: 200_00n }),
      fails: fc.boolean(),
      by: fc.constantFrom('staff', 'dashboard'),
    }),
    { maxLength: 4 },
  ),
  dispute: fc.constantFrom('none', 'opened', 'won', 'lost'),
  disputed: fc.constantFrom(1000_00n, 150_00n),
  order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
})

it('whatever becomes of a top-up at the provider, and in whatever order it is heard: the wallet has what is left of it', async () => {
  await fc.assert(
    fc.asyncProperty(aftermath, async ({ refunds, dispute, disputed, order }) => {
      const w = world()
      // Enough in it for everything to be taken out.
      await topUp(w, '5000')
      const { paymentId, chargeId } = await topUp(w, '1000')
      const known = w.provider.events().length
      w.provider.bank.delayRefunds()
      let left = 1000_00n
      for (const { minorUnits, fails, by } of refunds) {
        if (!fails) left -= minorUnits
        const providerId =
          by === 'dashboard'
            ? w.provider.bank.refund(chargeId, minorUnits).id
            : await refundByStaff(w, paymentId, minorUnits)
        w.provider.bank.settleRefund(providerId, fails ? 'failed' : 'succeeded')
      }
      if (dispute !== 'none') w.provider.bank.dispute(chargeId, 'opened', mxn(disputed))
      if (dispute === 'won' || dispute === 'lost') w.provider.bank.dispute(chargeId, dispute)
      const events = w.provider.events().slice(known)
      const shuffled = events
        .map((event, index) => ({ event, rank: order[index % order.length] ?? 0 }))
        .toSorted((a, b) => a.rank - b.rank)
      for (const { event } of shuffled) await w.holdfast.receiveEvent(event)
      await w.pass(3 * hour, 30 * minute)
      if (dispute === 'lost') left = left > disputed ? left - disputed : 0n
      expect(await balanceOf(w)).toBe(5000_00n + left)
    }),
    { numRuns: 60 },
  )
})

const refundByStaff = async (w: World, paymentId: Parameters<World['get']>[0], minorUnits: bigint): Promise<string> => {
  const staff = { type: 'staff', id: 'eve' } as const
  const made = await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(minorUnits) })
  if (!made.ok || made.value.refund.providerId === undefined) throw new Error('No refund.')
  return made.value.refund.providerId
}
