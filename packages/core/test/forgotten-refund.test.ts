import { describe, expect, it } from 'vitest'
import { day, hour, type Refund } from '../src/index.ts'
import { sequentialIds } from '../src/memory/index.ts'
import { mxn, staff, world, type World } from '../src/contracts/rules/world.ts'
import { paidStay } from './paid-stay.ts'

/**
 * A refund was asked for and made, and then a backup took the place of the database: one in which all went the same way up to
 * just before that. Both are at one provider.
 */
const restoredAfter = async (request: { readonly idempotencyKey?: string }) => {
  const lost = world()
  const { refund, findRefund, findCharge } = lost.provider
  const ids = sequentialIds()
  // Whatever runs on the backup hands out ids that nobody has had.
  ids.next('refund')
  const restored = world({ ids, wrapProvider: (own) => ({ ...own, refund, findRefund, findCharge }) })
  const { paymentId } = await paidStay(lost)
  await paidStay(restored)
  const ask = async (w: World, minorUnits?: bigint) => {
    const amount = minorUnits === undefined ? {} : { amount: mxn(minorUnits) }
    return w.holdfast.refundPayment({ actor: staff, paymentId, ...amount, ...request })
  }
  const first = await ask(lost, 5_00n)
  if (!first.ok) throw new Error(first.error.code)
  return { lost, restored, paymentId, ask, first: first.value.refund, made: () => lost.provider.truth.refunds() }
}
const pass = async ({ lost, restored }: Awaited<ReturnType<typeof restoredAfter>>, ms: number) => {
  await lost.clock.advance(ms)
  await restored.clock.advance(ms)
}
const ended = ({ id }: Refund) => [{ id, status: 'succeeded', amount: mxn(5_00n) }]

describe('a refund that a restored backup knows nothing of', () => {
  it('is not made again when it is asked for again under its key, a moment later or days', async () => {
    for (const later of [0, 22 * hour, 3 * day]) {
      const story = await restoredAfter({ idempotencyKey: 'goodwill' })
      await pass(story, later)
      expect(await story.ask(story.restored, 5_00n)).toMatchObject({
        ok: true,
        value: { refund: { id: story.first.id } },
      })
      expect(story.made()).toHaveLength(1)
      expect((await story.restored.get(story.paymentId)).refunds).toMatchObject(ended(story.first))
    }
  })

  it('is what its key is answered with, where it was found at the provider before it is asked for again', async () => {
    for (const minorUnits of [5_00n, undefined]) {
      const story = await restoredAfter({ idempotencyKey: 'goodwill' })
      const { restored, paymentId, first } = story
      await restored.holdfast.syncPayment({ actor: staff, paymentId })
      expect((await restored.get(paymentId)).refunds).toMatchObject(ended(first))
      expect(await story.ask(restored, minorUnits)).toMatchObject({ ok: true, value: { refund: ended(first)[0] } })
      expect(story.made()).toHaveLength(1)
    }
  })

  it('refuses its key for another sum', async () => {
    const story = await restoredAfter({ idempotencyKey: 'goodwill' })
    await story.restored.holdfast.syncPayment({ actor: staff, paymentId: story.paymentId })
    const reused = { ok: false, error: { code: 'idempotency_key_reused' } }
    expect(await story.ask(story.restored, 6_00n)).toEqual(reused)
    expect(await story.ask(story.restored, 6_00n)).toEqual(reused)
    expect(story.made()).toHaveLength(1)
  })

  it('is a second one to whoever asks without a key', async () => {
    const story = await restoredAfter({})
    await story.restored.holdfast.syncPayment({ actor: staff, paymentId: story.paymentId })
    await story.ask(story.restored, 5_00n)
    expect(story.made().map(({ amount }) => amount)).toEqual([mxn(5_00n), mxn(5_00n)])
  })
})

describe('the id of a refund under a key', () => {
  it('differs by payment, by caller and by key', async () => {
    const w = world()
    const { paymentId } = await paidStay(w)
    const ids = new Set<string>()
    for (const [actor, idempotencyKey] of [
      [staff, 'a'],
      [staff, 'b'],
      [{ type: 'staff', id: 'adam' }, 'a'],
      [{ type: 'system' }, 'a'],
    ] as const) {
      const made = await w.holdfast.refundPayment({ actor, paymentId, amount: mxn(1_00n), idempotencyKey })
      if (made.ok) ids.add(made.value.refund.id)
    }
    expect(ids.size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^rf_[0-9a-z]{25}$/)
  })
})
