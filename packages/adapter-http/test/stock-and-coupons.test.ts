import { describe, expect, it } from 'vitest'
import { ana, cart, ordered, paidOrder, staff, stocked, world, type World } from './world.ts'

const adjust = (here: World, article: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  here.call('POST', `/api/staff/stock/${article}/adjust/`, { as: staff, body, headers })

const define = (here: World, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  here.call('POST', '/api/staff/coupons/', { as: staff, body, headers })

const percent = (many: number) => ({ type: 'percent', percent: many })

describe('the stock', () => {
  it('shows what is on the shelf, what is kept for orders and what the next one can have', async () => {
    const here = world()
    await stocked(here)
    await paidOrder(here)
    await ordered(here, { body: cart([{ article_id: 'mug', quantity: 3 }]) })
    const { json } = await here.call('GET', '/api/staff/stock/?limit=1', { as: staff })
    expect(json).toEqual({
      stock: [{ article_id: 'mug', on_hand: 8, held: 3, available: 5 }],
      next_cursor: 'mug',
    })
    const rest = await here.call('GET', '/api/staff/stock/?after=mug', { as: staff })
    expect(rest.json).toMatchObject({ stock: [{ article_id: 'teapot', available: 5 }], next_cursor: null })
  })

  it('grows by what came and shrinks by what is missing, once under one key', async () => {
    const here = world()
    const headers = { 'idempotency-key': 'delivery-7' }
    expect((await adjust(here, 'mug', { by: 5 }, headers)).json).toMatchObject({ on_hand: 5 })
    expect((await adjust(here, 'mug', { by: 5 }, headers)).json).toMatchObject({ on_hand: 5 })
    expect((await adjust(here, 'mug', { by: -2 })).json).toMatchObject({ on_hand: 3, held: 0, available: 3 })
    expect((await adjust(here, 'mug', { by: 6 }, headers)).json['code']).toBe('idempotency_key_reused')
  })

  it('keeps what is promised: 409 with how much that is', async () => {
    const here = world()
    await stocked(here)
    await ordered(here)
    const { status, json } = await adjust(here, 'mug', { by: -9 })
    expect([status, json]).toMatchObject([409, { code: 'stock_held', field: 'by', on_hand: 10, held: 2 }])
    expect((await adjust(here, 'mug', { by: -8 })).json).toMatchObject({ on_hand: 2, available: 0 })
  })

  it.each(['1', 1.5, null, true, 1e21, 1_000_001, -1_000_001])('does not change by %j', async (by) => {
    const { status, json } = await adjust(world(), 'mug', { by })
    expect([status, json['code']]).toEqual([400, 'invalid_request'])
    expect(json['errors']).toContainEqual(expect.objectContaining({ field: 'by' }))
  })

  it('is not of an article that no id can be', async () => {
    const { status, json } = await adjust(world(), 'a%20mug', { by: 1 })
    expect([status, json['code']]).toEqual([404, 'article_not_found'])
  })
})

describe('coupons', () => {
  it('are made with all their terms, and show how often they were used', async () => {
    const here = world()
    await stocked(here)
    const terms = {
      code: ' spring-5 ',
      discount: { type: 'amount', amount: '5.5', currency: 'MXN' },
      limit: 10,
      limit_per_owner: 2,
      minimum: { amount: '50', currency: 'MXN' },
      starts_at: '2026-12-31T18:00:00-06:00',
      ends_at: '2027-02-01T00:00:00Z',
    }
    const made = await define(here, terms)
    const shown = {
      code: 'SPRING-5',
      discount: { type: 'amount', amount: '5.50', currency: 'MXN' },
      limit: 10,
      limit_per_owner: 2,
      minimum: { amount: '50.00', currency: 'MXN' },
      starts_at: '2027-01-01T00:00:00.000Z',
      ends_at: '2027-02-01T00:00:00.000Z',
      used: 0,
      held: 0,
    }
    expect([made.status, made.json]).toEqual([200, shown])
    await paidOrder(here, { body: cart(undefined, { coupon: 'spring-5' }) })
    await ordered(here, { as: 'owner:ben', body: cart(undefined, { coupon: 'SPRING-5' }) })
    const { json } = await here.call('GET', '/api/staff/coupons/?limit=1', { as: staff })
    expect(json).toEqual({ coupons: [{ ...shown, used: 1, held: 1 }], next_cursor: 'SPRING-5' })
    const rest = await here.call('GET', '/api/staff/coupons/?after=SPRING-5', { as: staff })
    expect(rest.json).toMatchObject({
      coupons: [{ code: 'TENTH', discount: percent(10), limit: null, minimum: null, starts_at: null }],
      next_cursor: null,
    })
  })

  it('can be given other terms, but no limit below their uses', async () => {
    const here = world()
    await stocked(here)
    for (const as of ['owner:ana', 'owner:ben']) await ordered(here, { as, body: cart(undefined, { coupon: 'TENTH' }) })
    expect((await define(here, { code: 'TENTH', discount: percent(20), limit: 2 })).json).toMatchObject({ held: 2 })
    const { status, json } = await define(here, { code: 'TENTH', discount: percent(20), limit: 1 })
    expect([status, json]).toMatchObject([409, { code: 'coupon_used_more', field: 'limit', used: 0, held: 2 }])
  })

  it('are made once under one key', async () => {
    const here = world()
    const headers = { 'idempotency-key': 'half' }
    const first = await define(here, { code: 'HALF', discount: percent(50) }, headers)
    await define(here, { code: 'HALF', discount: percent(40) })
    expect((await define(here, { code: 'HALF', discount: percent(50) }, headers)).json).toEqual(first.json)
    const other = await define(here, { code: 'HALF', discount: percent(60) }, headers)
    expect([other.status, other.json['code']]).toEqual([422, 'idempotency_key_reused'])
  })

  it.each([
    ['a percentage above all', { code: 'A', discount: percent(101) }, 'discount.percent', 'too_big'],
    ['no percentage', { code: 'A', discount: percent(0) }, 'discount.percent', 'too_small'],
    [
      'a sum that is a number',
      { code: 'A', discount: { type: 'amount', amount: 5, currency: 'MXN' } },
      'discount.amount',
      'not_an_amount',
    ],
    [
      'more decimals than there are',
      { code: 'A', discount: { type: 'amount', amount: '5.005', currency: 'MXN' } },
      'discount.amount',
      'too_many_decimals',
    ],
    [
      'a minimum with more decimals',
      { code: 'A', discount: percent(5), minimum: { amount: '1.5', currency: 'JPY' } },
      'minimum.amount',
      'too_many_decimals',
    ],
    ['a limit of none', { code: 'A', discount: percent(5), limit: 0 }, 'limit', 'too_small'],
    ['a code that is none', { code: 'a b', discount: percent(5) }, 'code', 'custom'],
    [
      'an end with no offset',
      { code: 'A', discount: percent(5), ends_at: '2027-02-01T00:00:00' },
      'ends_at',
      'not_a_time',
    ],
    ['uses of its own', { code: 'A', discount: percent(5), used: 0 }, 'used', 'unrecognized_keys'],
  ])('are not made with %s', async (_what, body, field, code) => {
    const { status, json } = await define(world(), body)
    expect([status, json['errors']]).toMatchObject([400, [{ field, code }]])
  })

  it('do not end before they begin', async () => {
    const times = { starts_at: '2027-02-01T00:00:00Z', ends_at: '2027-02-01T00:00:00Z' }
    const { status, json } = await define(world(), { code: 'A', discount: percent(5), ...times })
    expect([status, json]).toMatchObject([400, { code: 'coupon_not_sound', field: 'ends_at' }])
  })

  it('are for staff alone', async () => {
    const here = world()
    for (const path of ['coupons', 'stock'])
      expect((await here.call('GET', `/api/staff/${path}/`, { as: ana })).status).toBe(403)
  })
})
