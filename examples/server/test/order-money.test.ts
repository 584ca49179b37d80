import type { Order, OrderId, PaymentCase, Transaction } from '@holdfast/core'
import { expect, it } from 'vitest'
import { catalogues } from '@holdfast/adapter-http'
import { languages, textsIn } from '../src/language/language.ts'
import { whyFailed } from '../src/pages/why-failed.ts'
import { mostToSend, readToSend } from '../src/shop/order-money.ts'

type Shown = Pick<Transaction, 'orders' | 'payments'>

/** A database with so many paid orders, of which every one in `every` is a download and every other one is refunded. */
const withOrders = (count: number, { downloads = 0, refunded = 0 } = {}): Shown => {
  const orders = Array.from({ length: count }, (_, at) => ({
    id: `ord_${at}`,
    paymentId: `${at % 10 < refunded ? 'refunded' : 'completed'}_${at}`,
    status: 'completed',
    lines: [at % 10 >= 10 - downloads ? { quantity: 1, unlimited: true } : { quantity: 1 }],
  })) as unknown as readonly Order[]
  const list = async ({ limit, after }: { readonly limit: number; readonly after?: OrderId }) => {
    const begin = orders.findIndex(({ id }) => id === after) + 1
    return orders.slice(begin, begin + limit)
  }
  const find = async (id: string) => ({
    value: { payment: { status: id.split('_')[0] }, refunds: [], attempts: [] } as unknown as PaymentCase,
  })
  return { orders: { list }, payments: { find } } as unknown as Shown
}

it.each([
  ['none', withOrders(0), 0, false],
  ['a few', withOrders(7), 7, false],
  ['just as many as are counted', withOrders(mostToSend), mostToSend, false],
  ['one more than are counted', withOrders(mostToSend + 1), mostToSend, true],
  ['few among many whose money went back', withOrders(300, { refunded: 8 }), 60, false],
  ['few among many downloads', withOrders(200, { downloads: 7 }), 60, false],
])('counts orders to send as far as it says, and beyond what need not be sent: %s', async (_of, tx, count, isMore) => {
  const found = await readToSend(tx)
  expect([found.cases.length, found.isMore]).toEqual([count, isMore])
})

it.each(languages)('says once that nothing was charged, whatever has failed: %s', (language) => {
  const visitor = { t: textsIn[language], words: catalogues[language] }
  const nothing = { en: /nothing (was|has been) charged/gi, es: /no se (ha cobrado|cobró) nada/gi, fa: /برداش?ت/g }[
    language
  ]
  for (const code of ['provider_error', 'card_declined'] as const) {
    const why = whyFailed(visitor, code)
    expect(visitor.t.shop.order.failed(why, '12:00').match(nothing)).toHaveLength(1)
    expect(visitor.t.outcome.failed(why).match(nothing)).toHaveLength(1)
  }
})
