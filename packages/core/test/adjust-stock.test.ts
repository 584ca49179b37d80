import { describe, expect, it } from 'vitest'
import { staff, world, type World } from '../src/contracts/rules/world.ts'
import type { ArticleId } from '../src/index.ts'
import { openShop, paidOrder, place, shelf } from './shopping.ts'

const adjust = (w: World, article: string, by: number, idempotencyKey?: string) =>
  w.holdfast.adjustStock({
    actor: staff,
    articleId: article as ArticleId,
    by,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })

describe('what a delivery brings', () => {
  it('is there, of an article that is new as of one that is known', async () => {
    const w = world()
    expect(await adjust(w, 'vase', 4)).toEqual({ ok: true, value: { articleId: 'vase', onHand: 4, held: 0 } })
    expect(await adjust(w, 'vase', 3)).toEqual({ ok: true, value: { articleId: 'vase', onHand: 7, held: 0 } })
    expect(await adjust(w, 'vase', -7)).toEqual({ ok: true, value: { articleId: 'vase', onHand: 0, held: 0 } })
    expect(await shelf(w, 'vase')).toEqual({ onHand: 0, held: 0 })
  })

  it('is added to what orders have left, and what they hold stays held', async () => {
    const w = await openShop()
    await place(w, [['mug', 2]])
    await paidOrder(w, [['mug', 1]])
    expect(await adjust(w, 'mug', 5)).toEqual({ ok: true, value: { articleId: 'mug', onHand: 14, held: 2 } })
  })
})

describe('what is found missing', () => {
  it('is taken off as far as what is promised to orders, and no further', async () => {
    const w = await openShop()
    await place(w, [['mug', 4]])
    expect(await adjust(w, 'mug', -7)).toEqual({ ok: false, error: { code: 'stock_held', onHand: 10, held: 4 } })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 4 })
    expect(await adjust(w, 'mug', -6)).toMatchObject({ ok: true, value: { onHand: 4, held: 4 } })
  })

  it('is not taken off what there is none of', async () => {
    expect(await adjust(world(), 'vase', -1)).toEqual({
      ok: false,
      error: { code: 'stock_held', onHand: 0, held: 0 },
    })
  })
})

it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
  'takes no number of %s, before anything else',
  async (by) => {
    const w = world()
    await adjust(w, 'vase', 1, 'k')
    expect(await adjust(w, 'vase', by, 'k')).toEqual({ ok: false, error: { code: 'not_a_quantity' } })
  },
)

it('counts no further than numbers are exact, and remembers under the key that it did not', async () => {
  const w = world()
  const most = Number.MAX_SAFE_INTEGER
  expect(await adjust(w, 'vase', most)).toMatchObject({ ok: true, value: { onHand: most } })
  const refused = { ok: false, error: { code: 'not_a_quantity' } }
  expect(await adjust(w, 'vase', 1, 'k')).toEqual(refused)
  expect(await shelf(w, 'vase')).toEqual({ onHand: most, held: 0 })
  await adjust(w, 'vase', -1)
  expect(await adjust(w, 'vase', 1, 'k')).toEqual(refused)
  expect(await adjust(w, 'vase', 1)).toMatchObject({ ok: true, value: { onHand: most } })
})

describe('under a key', () => {
  it('is done once, however often it is asked for at once', async () => {
    const w = world()
    const answers = await Promise.all(Array.from({ length: 4 }, () => adjust(w, 'vase', 4, 'k')))
    for (const answer of answers) expect(answer).toEqual({ ok: true, value: { articleId: 'vase', onHand: 4, held: 0 } })
    expect(await shelf(w, 'vase')).toEqual({ onHand: 4, held: 0 })
  })

  it('is refused for another article or another number', async () => {
    const w = world()
    await adjust(w, 'vase', 4, 'k')
    const reused = { ok: false, error: { code: 'idempotency_key_reused' } }
    expect(await adjust(w, 'mug', 4, 'k')).toEqual(reused)
    expect(await adjust(w, 'vase', 5, 'k')).toEqual(reused)
    expect(await shelf(w, 'vase')).toEqual({ onHand: 4, held: 0 })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 0, held: 0 })
  })

  it('is refused where the key was for something else', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    await w.holdfast.shipOrder({ actor: staff, orderId, idempotencyKey: 'k' })
    expect(await adjust(w, 'mug', 4, 'k')).toEqual({ ok: false, error: { code: 'idempotency_key_reused' } })
  })

  it('stays refused, though it could be done by then', async () => {
    const w = await openShop()
    const { orderId } = await place(w, [['mug', 4]])
    const refused = await adjust(w, 'mug', -7, 'k')
    await w.holdfast.cancelOrder({ actor: staff, orderId, refund: 'nothing' })
    expect(await adjust(w, 'mug', -7, 'k')).toEqual(refused)
    expect(await adjust(w, 'mug', -7)).toMatchObject({ ok: true, value: { onHand: 3 } })
  })
})
