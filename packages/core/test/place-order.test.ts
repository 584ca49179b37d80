import { describe, expect, it } from 'vitest'
import { restock } from '../src/contracts/rules/shop.ts'
import { ana, ben, mxn, owner, staff, start, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import {
  currency,
  hour,
  minute,
  money,
  type Article,
  type ArticleId,
  type Cart,
  type CouponCode,
  type CouponTerms,
  type OrderId,
} from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { alsoSelling, cartOf, openShop, ordered, orderOf, place, shelf, standing, uses } from './shopping.ts'
import { storyOf } from './story-of.ts'

const article = (id: string, name: string, ...prices: Article['prices']): Article => ({
  articleId: id as ArticleId,
  name,
  prices,
})
const refusalOf = async (w: World, cart: Cart, actor = ana) => {
  const outcome = await w.holdfast.placeOrder({ actor, cart })
  if (outcome.ok) throw new Error('It was placed.')
  return outcome.error
}
/** A refusal in short: its code, its field, and the reason where it has one. */
const short = async (w: World, cart: Cart, actor = ana) => {
  const { code, ...rest } = await refusalOf(w, cart, actor)
  return [code, 'field' in rest ? rest.field : undefined, ...('reason' in rest ? [rest.reason.code] : [])]
}
const define = async (w: World, code: string, terms: Partial<CouponTerms>) => {
  const discount = { type: 'percent', percent: 10 } as const
  const defined = await w.holdfast.defineCoupon({
    actor: staff,
    terms: { discount, ...terms, code: code as CouponCode },
  })
  if (!defined.ok) throw new Error(defined.error.code)
}
const everythingStored = (w: World) =>
  w.unitOfWork.read(async (tx) => ({
    orders: await tx.orders.list({ limit: 9 }),
    payments: await tx.payments.list({ limit: 9 }),
    tasks: await tx.tasks.list({ status: 'waiting', limit: 9 }),
  }))

describe('placing an order', () => {
  it('stores the order with its holds, the payment that is due, and when its time is over', async () => {
    const w = await openShop()
    const placed = await w.holdfast.placeOrder({
      actor: ana,
      cart: cartOf(
        [
          ['mug', 2],
          ['pattern', 1],
        ],
        { coupon: 'TEN', details: { to: 'Mérida' } },
      ),
    })
    expect(placed).toEqual({
      ok: true,
      value: { orderId: 'ord_0001', paymentId: 'pay_0001', total: mxn(261_00n), expiresAt: start + hour },
    })
    expect(await orderOf(w, 'ord_0001' as OrderId)).toStrictEqual({
      id: 'ord_0001',
      owner: 'ana',
      lines: [
        { articleId: 'mug', name: 'Mug', quantity: 2, unitPrice: mxn(120_00n) },
        { articleId: 'pattern', name: 'Pattern', quantity: 1, unitPrice: mxn(50_00n), unlimited: true },
      ],
      discount: { code: 'TEN', amount: mxn(29_00n) },
      total: mxn(261_00n),
      paymentId: 'pay_0001',
      holds: [
        { of: 'stock', articleId: 'mug', quantity: 2, status: 'held' },
        { of: 'coupon', code: 'TEN', status: 'held' },
      ],
      expiresAt: start + hour,
      details: { to: 'Mérida' },
      createdAt: start,
      status: 'pending',
    })
    const { payments, tasks } = await everythingStored(w)
    expect(payments.map(({ payment }) => payment)).toStrictEqual([
      {
        id: 'pay_0001',
        purpose: 'order',
        owner: 'ana',
        subject: { type: 'order', id: 'ord_0001' },
        amount: mxn(261_00n),
        item: { name: '2 × Mug, Pattern', description: 'ord_0001 — TEN: −29.00' },
        metadata: { order_id: 'ord_0001' },
        saveCard: false,
        createdAt: start,
        status: 'pending',
      },
    ])
    expect(tasks).toMatchObject([
      {
        id: 'expire_order:ord_0001',
        body: { type: 'expire_order', orderId: 'ord_0001' },
        dueAt: start + hour,
        createdAt: start,
      },
    ])
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 2 })
    expect(await uses(w, 'TEN')).toEqual({ used: 0, held: 1 })
    expect(w.provider.truth.attempts()).toEqual([])
  })

  it('is told in the story of its payment, with who asked', async () => {
    const w = await openShop()
    const { paymentId } = await place(w, [['mug', 1]])
    expect(await storyOf(w, paymentId)).toEqual([
      ['command place_order', 'order ord_0001', 'owner:ana', {}],
      ['fact placed', 'order ord_0001', {}],
    ])
  })

  it('remembers nothing that it was not told, and can be paid as long as the host says', async () => {
    const w = await openShop({ settings: { orderTtlMs: 3 * hour } })
    const { orderId, expiresAt } = await place(w, [['mug', 1]])
    const order = await orderOf(w, orderId)
    expect(expiresAt).toBe(start + 3 * hour)
    expect(order.details).toEqual({})
    expect(Object.keys(order)).not.toContain('discount')
  })

  it('is kept as long as it says, and no page of it ends sooner', async () => {
    const w = await openShop({ settings: { orderTtlMs: 3 * hour, pageTtlMs: 3 * hour } })
    const { orderId, expiresAt, sessionId } = await ordered(w)
    await w.pass(3 * hour - 10 * minute, 10 * minute)
    expect(w.provider.truth.attempts()).toMatchObject([{ id: sessionId, state: { type: 'opened', expiresAt } }])
    expect(await standing(w, orderId)).toBe('pending held')
  })

  it('asks the catalogue once for each article, with who wants it and when', async () => {
    const asked: unknown[] = []
    const catalogue = alsoSelling()
    const w = await openShop({
      shopCatalogue: {
        find: (ids, context) => {
          asked.push([ids, context])
          return catalogue.find(ids)
        },
      },
    })
    await w.clock.advance(5)
    await place(w, [
      ['mug', 1],
      ['teapot', 1],
      ['mug', 2],
    ])
    expect(asked).toEqual([[['mug', 'teapot'], { owner: 'ana', now: start + 5 }]])
  })

  it('takes the prices of its currency', async () => {
    const w = await openShop()
    const { total } = await place(w, [['mug', 3]], { currency: currency('EUR') })
    expect(total).toEqual(money(19_50n, 'EUR'))
  })

  it('holds nothing of what never runs out', async () => {
    const w = await openShop()
    const { orderId } = await place(w, [['pattern', 150]])
    expect((await orderOf(w, orderId)).holds).toEqual([])
    expect(await w.unitOfWork.read((tx) => tx.stock.find('pattern' as ArticleId))).toBeUndefined()
  })

  it('holds the same article on two lines as one', async () => {
    const w = await openShop()
    const { orderId } = await place(w, [
      ['mug', 3],
      ['mug', 4],
    ])
    expect(await standing(w, orderId)).toBe('pending held')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 7 })
  })

  it('locks the coupon first and then the stocks by article, in whatever order the cart has them', async () => {
    const locked: string[] = []
    const whole = memoryUnitOfWork()
    const w = await openShop({
      unitOfWork: {
        read: (work) => whole.read(work),
        run: (work) =>
          whole.run((tx) =>
            work({
              ...tx,
              stock: { ...tx.stock, find: (id) => (locked.push(id), tx.stock.find(id)) },
              coupons: { ...tx.coupons, find: (code) => (locked.push(code), tx.coupons.find(code)) },
            }),
          ),
      },
    })
    locked.length = 0
    const { paymentId, orderId } = await place(
      w,
      [
        ['teapot', 1],
        ['mug', 1],
      ],
      { coupon: 'TEN' },
    )
    expect([...new Set(locked)]).toEqual(['TEN', 'mug', 'teapot'])
    locked.length = 0
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    expect(locked).toEqual(['TEN', 'mug', 'teapot'])
    expect(await standing(w, orderId)).toBe('cancelled released released released')
  })
})

describe('what the payer reads', () => {
  it.each([
    ['the name of one thing', [['teapot', 1]], {}, 'Teapot', 'ord_0001'],
    ['how many of it', [['mug', 3]], {}, '3 × Mug', 'ord_0001'],
    [
      'two lines',
      [
        ['mug', 2],
        ['teapot', 1],
      ],
      {},
      '2 × Mug, Teapot',
      'ord_0001',
    ],
    [
      'two lines, and how many more',
      [
        ['pattern', 1],
        ['mug', 2],
        ['teapot', 1],
      ],
      {},
      'Pattern, 2 × Mug + 1',
      'ord_0001',
    ],
    [
      'as many more as there are',
      [
        ['pattern', 1],
        ['mug', 1],
        ['mug', 1],
        ['mug', 2],
      ],
      {},
      'Pattern, Mug + 2',
      'ord_0001',
    ],
    ['what a coupon took off', [['mug', 1]], { coupon: 'WELCOME' }, 'Mug', 'ord_0001 — WELCOME: −50.00'],
  ] as const)('is %s', async (_what, lines, rest, name, description) => {
    const w = await openShop()
    const { paymentId } = await place(w, lines, rest)
    expect((await w.get(paymentId)).payment.item).toEqual({ name, description })
  })
})

describe('a cart is refused', () => {
  it('by its field and the reason, in words too', async () => {
    const w = await openShop()
    expect(await refusalOf(w, cartOf([['mug', 0]]))).toEqual({
      code: 'invalid_payload',
      field: 'lines.0.quantity',
      reason: { code: 'not_a_quantity', most: 999_999 },
      message: 'A whole number from 1 to 999999.',
    })
    expect(await refusalOf(w, cartOf([]))).toEqual({
      code: 'invalid_payload',
      field: 'lines',
      reason: { code: 'cart_empty' },
      message: 'There is nothing in the cart.',
    })
    expect(await refusalOf(w, cartOf(Array.from({ length: 101 }, () => ['pattern', 1] as const)))).toEqual({
      code: 'invalid_payload',
      field: 'lines',
      reason: { code: 'cart_too_long', most: 100 },
      message: 'A cart has at most 100 lines.',
    })
    expect(
      await refusalOf(
        w,
        cartOf([
          ['mug', 1],
          ['vase', 1],
        ]),
      ),
    ).toEqual({
      code: 'invalid_payload',
      field: 'lines.1.article_id',
      reason: { code: 'article_unknown' },
      message: 'There is no such article.',
    })
    expect(
      await refusalOf(
        w,
        cartOf(
          [
            ['mug', 1],
            ['teapot', 1],
          ],
          { currency: currency('EUR') },
        ),
      ),
    ).toEqual({
      code: 'invalid_payload',
      field: 'lines.1.article_id',
      reason: { code: 'article_not_in_currency', sold: ['MXN'] },
      message: 'This article is not sold in this currency. Sold in: MXN.',
    })
    expect(await refusalOf(w, cartOf([['mug', 1]], { currency: currency('GBP') }))).toEqual({
      code: 'invalid_payload',
      field: 'currency',
      reason: { code: 'currency_not_taken', taken: ['USD', 'EUR', 'COP', 'MXN'] },
      message: 'This currency is not taken. Taken: USD, EUR, COP, MXN.',
    })
  })

  it.each([0, -1, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_000_000])(
    'for a quantity of %s',
    async (quantity) => {
      const w = await openShop()
      expect(
        await short(
          w,
          cartOf([
            ['mug', 1],
            ['mug', quantity],
          ]),
        ),
      ).toEqual(['invalid_payload', 'lines.1.quantity', 'not_a_quantity'])
    },
  )

  it('not for the most lines, nor for the most of one thing', async () => {
    const w = await openShop({ settings: { orderLimits: { MXN: { least: 1n, most: 10n ** 12n } } } })
    expect(
      (
        await place(
          w,
          Array.from({ length: 100 }, () => ['pattern', 1] as const),
        )
      ).total,
    ).toEqual(mxn(5_000_00n))
    expect((await place(w, [['pattern', 999_999]])).total).toEqual(mxn(49_999_950_00n))
  })

  it('below the least and above the most of its currency, and not at them', async () => {
    const stickers = alsoSelling(article('sticker', 'Sticker', mxn(1n)))
    const w = await openShop({ shopCatalogue: stickers })
    await restock(w, 'sticker' as ArticleId, 1_000, 'stickers')
    expect(await refusalOf(w, cartOf([['sticker', 49]]))).toEqual({
      code: 'invalid_payload',
      field: 'lines',
      reason: { code: 'amount_too_small', least: mxn(50n) },
      message: 'At least 0.50 MXN at a time.',
    })
    expect((await place(w, [['sticker', 50]])).total).toEqual(mxn(50n))
    const most = [
      ['loom', 1],
      ['pattern', 10],
    ] as const
    expect(await refusalOf(w, cartOf([...most, ['sticker', 1]]))).toEqual({
      code: 'invalid_payload',
      field: 'lines',
      reason: { code: 'amount_too_large', most: mxn(10_000_00n) },
      message: 'At most 10000.00 MXN at a time.',
    })
    expect((await place(w, most)).total).toEqual(mxn(10_000_00n))
  })

  it('by what is left to pay after the discount', async () => {
    const w = await openShop()
    await define(w, 'ALL', { discount: { type: 'percent', percent: 100 } })
    expect(await short(w, cartOf([['mug', 1]], { coupon: 'ALL' }))).toEqual([
      'invalid_payload',
      'coupon',
      'amount_too_small',
    ])
    expect(
      (
        await place(
          w,
          [
            ['loom', 1],
            ['pattern', 11],
          ],
          { coupon: 'TEN' },
        )
      ).total,
    ).toEqual(mxn(9_045_00n))
  })

  it('for a coupon that there is not, or that no coupon can look like', async () => {
    const w = await openShop()
    for (const coupon of ['NONE', '', '   ', 'a b', 'x'.repeat(129), "'; --"])
      expect([coupon, await refusalOf(w, cartOf([['mug', 1]], { coupon }))]).toEqual([
        coupon,
        { code: 'coupon_unknown', field: 'coupon' },
      ])
    expect((await place(w, [['mug', 1]], { coupon: '  ten ' })).total).toEqual(mxn(108_00n))
  })

  it('for each reason why a coupon is not taken', async () => {
    const w = await openShop()
    await define(w, 'LATER', { startsAt: (start + 1) as never })
    await define(w, 'OVER', { endsAt: start })
    await define(w, 'EURO', { discount: { type: 'amount', amount: money(1n, 'EUR') } })
    await define(w, 'MUCH', { minimum: mxn(120_01n) })
    await define(w, 'ONCE', { limit: 1 })
    await define(w, 'MINE', { limitPerOwner: 1 })
    await place(w, [['mug', 1]], { coupon: 'ONCE', actor: ben })
    await place(w, [['mug', 1]], { coupon: 'MINE' })
    const refused = (coupon: string) => refusalOf(w, cartOf([['mug', 1]], { coupon }))
    expect(await refused('LATER')).toEqual({ code: 'coupon_not_started', startsAt: start + 1, field: 'coupon' })
    expect(await refused('OVER')).toEqual({ code: 'coupon_ended', endsAt: start, field: 'coupon' })
    expect(await refused('EURO')).toEqual({ code: 'coupon_not_for_currency', field: 'coupon' })
    expect(await refused('MUCH')).toEqual({
      code: 'coupon_minimum_not_reached',
      minimum: mxn(120_01n),
      field: 'coupon',
    })
    expect(await refused('ONCE')).toEqual({ code: 'coupon_used_up', field: 'coupon' })
    expect(await refused('MINE')).toEqual({ code: 'coupon_used_by_you', field: 'coupon' })
    await place(w, [['mug', 1]], { coupon: 'MINE', actor: ben })
    // The minimum is of the cart as it is priced, before anything is taken off.
    await define(w, 'MUCH', { minimum: mxn(120_00n) })
    await place(w, [['mug', 1]], { coupon: 'MUCH' })
  })

  it('for what a coupon is, also where it would take all of it off', async () => {
    const w = await openShop()
    const all = { type: 'amount', amount: money(20_000n, 'CLP') } as const
    await define(w, 'PESOS', { discount: all })
    await define(w, 'LATER', { discount: { type: 'percent', percent: 100 }, startsAt: (start + 1) as never })
    await define(w, 'OVER', { discount: { type: 'percent', percent: 100 }, endsAt: start })
    const refused = (coupon: string) => short(w, cartOf([['mug', 1]], { coupon }))
    expect(await refused('PESOS')).toEqual(['coupon_not_for_currency', 'coupon'])
    expect(await refused('LATER')).toEqual(['coupon_not_started', 'coupon'])
    expect(await refused('OVER')).toEqual(['coupon_ended', 'coupon'])
  })

  it('for more than there is, on the first line that wants it, with what there is', async () => {
    const w = await openShop()
    expect(
      await refusalOf(
        w,
        cartOf([
          ['mug', 1],
          ['teapot', 3],
        ]),
      ),
    ).toEqual({ code: 'out_of_stock', articleId: 'teapot', available: 2, field: 'lines.1.quantity' })
    await place(w, [['teapot', 1]])
    expect(await refusalOf(w, cartOf([['teapot', 2]]))).toMatchObject({ code: 'out_of_stock', available: 1 })
  })

  it('for the same article on two lines, which together want more than there is', async () => {
    const w = await openShop()
    expect(
      await refusalOf(
        w,
        cartOf([
          ['mug', 1],
          ['teapot', 1],
          ['teapot', 2],
        ]),
      ),
    ).toEqual({ code: 'out_of_stock', articleId: 'teapot', available: 2, field: 'lines.1.quantity' })
  })

  it('for an article of which nobody has said how much there is', async () => {
    const w = await openShop({ shopCatalogue: alsoSelling(article('vase', 'Vase', mxn(10_00n))) })
    expect(await refusalOf(w, cartOf([['vase', 1]]))).toEqual({
      code: 'out_of_stock',
      articleId: 'vase',
      available: 0,
      field: 'lines.0.quantity',
    })
  })

  it('for the first of several reasons', async () => {
    const w = await openShop()
    await define(w, 'OVER', { endsAt: start })
    await define(w, 'USED', { limit: 1 })
    await place(w, [['mug', 1]], { coupon: 'USED', actor: ben })
    const found: unknown[] = []
    const faults: readonly (readonly [Parameters<typeof cartOf>[0], Partial<Cart>])[] = [
      [[], { currency: currency('GBP'), coupon: 'NONE' }],
      [[], { coupon: 'NONE' }],
      [
        [
          ['vase', 1],
          ['mug', 0],
        ],
        { coupon: 'NONE' },
      ],
      [
        [
          ['teapot', 1],
          ['vase', 1],
        ],
        { currency: currency('EUR'), coupon: 'NONE' },
      ],
      [
        [
          ['vase', 1],
          ['teapot', 9],
        ],
        { coupon: 'NONE' },
      ],
      [[['teapot', 99]], { coupon: 'NONE' }],
      [[['teapot', 99]], { coupon: 'OVER' }],
      [[['teapot', 99]], { coupon: 'USED' }],
      [[['teapot', 9]], { coupon: 'USED' }],
      [[['teapot', 9]], { coupon: 'TEN' }],
    ]
    for (const [lines, rest] of faults) found.push(await short(w, cartOf(lines, rest)))
    expect(found).toEqual([
      ['invalid_payload', 'currency', 'currency_not_taken'],
      ['invalid_payload', 'lines', 'cart_empty'],
      ['invalid_payload', 'lines.1.quantity', 'not_a_quantity'],
      ['invalid_payload', 'lines.0.article_id', 'article_not_in_currency'],
      ['invalid_payload', 'lines.0.article_id', 'article_unknown'],
      ['coupon_unknown', 'coupon'],
      ['coupon_ended', 'coupon'],
      ['invalid_payload', 'lines', 'amount_too_large'],
      ['coupon_used_up', 'coupon'],
      ['out_of_stock', 'lines.0.quantity'],
    ])
  })

  it('for an article that there is not before a coupon that there cannot be', async () => {
    const w = await openShop()
    expect(await short(w, cartOf([['vase', 1]], { coupon: 'a b' }))).toEqual([
      'invalid_payload',
      'lines.0.article_id',
      'article_unknown',
    ])
  })

  it('whole: nothing of it is held, and nothing is stored', async () => {
    const w = await openShop()
    const lines = [
      ['mug', 1],
      ['teapot', 3],
    ] as const
    expect(await short(w, cartOf(lines, { coupon: 'WELCOME' }))).toEqual(['out_of_stock', 'lines.1.quantity'])
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(await uses(w, 'WELCOME')).toEqual({ used: 0, held: 0 })
    expect(await everythingStored(w)).toEqual({ orders: [], payments: [], tasks: [] })
  })
})

describe('orders of several owners', () => {
  it('cannot have more than there is, however many ask at once', async () => {
    const w = await openShop()
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        w.holdfast.placeOrder({ actor: owner(`o${n}`), cart: cartOf([['teapot', 1]]) }),
      ),
    )
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(2)
    expect(await shelf(w, 'teapot')).toEqual({ onHand: 2, held: 2 })
  })

  it('cannot have a coupon more often than it can be had, and can again once one of them is cancelled', async () => {
    const w = await openShop()
    const cart = cartOf([['mug', 1]], { coupon: 'WELCOME' })
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, n) => w.holdfast.placeOrder({ actor: owner(`o${n}`), cart })),
    )
    const placed = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
    expect(placed).toHaveLength(3)
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.error.code === 'coupon_used_up')).toHaveLength(3)
    expect(await short(w, cart, owner('late'))).toEqual(['coupon_used_up', 'coupon'])
    await w.holdfast.cancelPayment({ actor: staff, paymentId: placed[0]?.paymentId as never })
    await place(w, [['mug', 1]], { coupon: 'WELCOME', actor: owner('late') })
    expect(await uses(w, 'WELCOME')).toEqual({ used: 0, held: 3 })
  })
})

describe('under a key', () => {
  const ask = (w: World, cart: Cart, actor = ana) => w.holdfast.placeOrder({ actor, cart, idempotencyKey: 'k' })

  it('the same cart is one order, however often it is sent', async () => {
    const w = await openShop()
    const cart = cartOf([['mug', 2]], { coupon: 'TEN', details: { to: 'Mérida' } })
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(w, cart)))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ ok: true, value: { orderId: 'ord_0001' } })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 2 })
    expect((await everythingStored(w)).orders).toHaveLength(1)
  })

  it('the same cart is the same order though its articles are not sold any more', async () => {
    let isSold = true
    const catalogue = alsoSelling()
    const w = await openShop({ shopCatalogue: { find: async (ids) => (isSold ? catalogue.find(ids) : []) } })
    const first = await ask(w, cartOf([['mug', 2]]))
    isSold = false
    expect(await ask(w, cartOf([['mug', 2]]))).toEqual(first)
  })

  it('another cart is refused', async () => {
    const w = await openShop()
    await ask(w, cartOf([['mug', 2]]))
    const reused = { ok: false, error: { code: 'idempotency_key_reused' } }
    expect(await ask(w, cartOf([['mug', 3]]))).toEqual(reused)
    expect(await ask(w, cartOf([['mug', 2]], { coupon: 'TEN' }))).toEqual(reused)
    expect(await ask(w, cartOf([['mug', 2]], { details: { to: 'Lima' } }))).toEqual(reused)
    // Also one that would be refused for itself.
    expect(await ask(w, cartOf([]))).toEqual(reused)
    expect(await ask(w, cartOf([['mug', 2]]), ben)).toMatchObject({ ok: true, value: { orderId: 'ord_0002' } })
  })

  it('is not shared with what else can be asked', async () => {
    const w = await openShop()
    await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 }, idempotencyKey: 'k' })
    expect(await ask(w, cartOf([['mug', 2]]))).toEqual({ ok: false, error: { code: 'idempotency_key_reused' } })
  })

  it.each([
    ['what cannot be had', [['teapot', 3]] as const],
    ['what cannot be read', [['teapot', 0]] as const],
  ])('is refused for %s, and stays so when it could be had', async (_what, lines) => {
    const w = await openShop()
    const refused = await ask(w, cartOf(lines))
    expect(refused.ok).toBe(false)
    await restock(w, 'teapot' as ArticleId, 5, 'more teapots')
    expect(await ask(w, cartOf(lines))).toEqual(refused)
  })
})

describe('in a currency', () => {
  const world = (code: string, price: bigint, rest: WorldOptions = {}) =>
    openShop({
      shopCatalogue: alsoSelling({ ...article('vase', 'Vase', money(price, code)), unlimited: true }),
      settings: { orderLimits: { [code]: { least: 50n, most: 1_000_000n } } },
      ...rest,
    })

  it('without decimals, sums and discounts are whole', async () => {
    const w = await world('JPY', 1_999n)
    const { total, paymentId } = await place(w, [['vase', 3]], { currency: currency('JPY'), coupon: 'TEN' })
    expect(total).toEqual(money(5_398n, 'JPY'))
    expect((await w.get(paymentId)).payment.item.description).toBe('ord_0001 — TEN: −599')
    expect(await refusalOf(w, cartOf([['vase', 501]], { currency: currency('JPY') }))).toMatchObject({
      message: 'At most 1000000 JPY at a time.',
    })
  })

  it('with three decimals, what is left ends in 0', async () => {
    const w = await world('KWD', 12_340n)
    const { total, paymentId } = await place(w, [['vase', 1]], { currency: currency('KWD'), coupon: 'TEN' })
    expect(total).toEqual(money(11_110n, 'KWD'))
    expect((await w.get(paymentId)).payment.item.description).toBe('ord_0001 — TEN: −1.230')
    await define(w, 'ODD', { discount: { type: 'amount', amount: money(2_345n, 'KWD') } })
    expect((await place(w, [['vase', 1]], { currency: currency('KWD'), coupon: 'ODD' })).total).toEqual(
      money(10_000n, 'KWD'),
    )
  })

  it('of whole units with two decimals, what is left ends in 00', async () => {
    const w = await world('ISK', 99_900n)
    const { total } = await place(w, [['vase', 1]], { currency: currency('ISK'), coupon: 'TEN' })
    expect(total).toEqual(money(90_000n, 'ISK'))
  })

  it.each([
    ['KWD', 12_345n, 10n, 'A multiple of 0.010 KWD: nothing in between can be charged.'],
    ['ISK', 9_50n, 100n, 'A multiple of 1.00 ISK: nothing in between can be charged.'],
    ['UGX', 5_001n, 100n, 'A multiple of 1.00 UGX: nothing in between can be charged.'],
  ])(
    '%s, %s that no provider would charge is refused, and nothing is held for it',
    async (code, price, step, message) => {
      const w = await world(code, price)
      expect(await refusalOf(w, cartOf([['vase', 1]], { currency: currency(code) }))).toEqual({
        code: 'invalid_payload',
        field: 'lines',
        reason: { code: 'amount_not_a_multiple', step: money(step, code) },
        message,
      })
      expect(await uses(w, 'TEN')).toMatchObject({ held: 0 })
      expect(await w.unitOfWork.read((tx) => tx.orders.list({ limit: 9 }))).toEqual([])
    },
  )

  it('prices that cannot be charged one by one are taken where their sum can, and no coupon makes one of them of others', async () => {
    const w = await world('KWD', 12_345n)
    const code = currency('KWD')
    expect((await place(w, [['vase', 2]], { currency: code })).total).toEqual(money(24_690n, 'KWD'))
    expect(await short(w, cartOf([['vase', 3]], { currency: code, coupon: 'TEN' }))).toEqual([
      'invalid_payload',
      'lines',
      'amount_not_a_multiple',
    ])
  })
})
