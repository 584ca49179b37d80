import { describe, expect, it } from 'vitest'
import { at, ownerId, paymentId } from '../src/contracts/samples.ts'
import { accept, reject, unchanged } from '../src/kernel/decision.ts'
import type { ArticleId, CouponCode, OrderId } from '../src/kernel/ids.ts'
import { money } from '../src/kernel/money.ts'
import {
  decideOrder,
  evolveOrder,
  isPaidFor,
  lineTotal,
  placedOrder,
  wantedBy,
  type Order,
  type OrderCommand,
  type OrderEvent,
} from '../src/order/order.ts'
import type { Hold } from '../src/order/hold.ts'
import { answersOf } from './every-status.ts'

const mug = 'mug' as ArticleId
const code = 'TEN' as CouponCode
const mxn = (minorUnits: number) => money(minorUnits, 'MXN')
const lines = [
  { articleId: mug, name: 'Mug', quantity: 2, unitPrice: mxn(120_00) },
  { articleId: 'pattern' as ArticleId, name: 'Pattern', quantity: 5, unitPrice: mxn(50_00), unlimited: true },
  { articleId: mug, name: 'Mug', quantity: 1, unitPrice: mxn(120_00) },
] as const
const fields = {
  id: 'ord_1' as OrderId,
  owner: ownerId('ana'),
  lines,
  discount: { code, amount: mxn(61_00) },
  total: mxn(549_00),
  paymentId: paymentId('pay_1'),
  expiresAt: at(3_600),
  details: { to: 'Mérida' },
  createdAt: at(0),
}
const wanted = [
  { of: 'stock', articleId: mug, quantity: 3 },
  { of: 'coupon', code },
] as const
const holds = (status: Hold['status']): readonly Hold[] => wanted.map((held) => ({ ...held, status }))
const completedAt = at(10)
const shippedAt = at(20)
const inStatus = {
  pending: { ...fields, holds: holds('held'), status: 'pending' },
  completed: { ...fields, holds: holds('consumed'), status: 'completed', completedAt },
  shipped: { ...fields, holds: holds('consumed'), status: 'shipped', completedAt, shippedAt, tracking: 'MX-1' },
  delivered: {
    ...fields,
    holds: holds('consumed'),
    status: 'delivered',
    completedAt,
    shippedAt,
    tracking: 'MX-1',
    deliveredAt: at(30),
  },
  cancelled: { ...fields, holds: holds('released'), status: 'cancelled', cancelledAt: at(10), reason: 'expired' },
} as const satisfies { readonly [Status in Order['status']]: Extract<Order, { readonly status: Status }> }
const recalled: Order = {
  ...fields,
  holds: holds('consumed'),
  status: 'cancelled',
  cancelledAt: at(15),
  reason: 'recalled',
  completedAt,
}
const answers = answersOf<Order, OrderCommand, OrderEvent>({
  states: Object.values(inStatus),
  decide: decideOrder,
  evolve: evolveOrder,
})

describe('what an order answers in every status', () => {
  it('to another sum that is due for it', () => {
    expect(answers({ type: 'reprice', total: mxn(500_00) })).toEqual({
      'repriced → pending': ['pending'],
      order_already_paid: ['completed', 'shipped', 'delivered'],
      order_cancelled: ['cancelled'],
    })
    expect(decideOrder(inStatus.pending, { type: 'reprice', total: fields.total })).toEqual(unchanged)
  })

  it('to its payment being paid', () => {
    expect(answers({ type: 'note_paid', at: at(5) })).toEqual({
      'completed → completed': ['pending'],
      unchanged: ['completed', 'shipped', 'delivered'],
      order_cancelled: ['cancelled'],
    })
  })

  it('to another price', () => {
    expect(answers({ type: 'reprice', total: mxn(500_00) })).toEqual({
      'repriced → pending': ['pending'],
      order_already_paid: ['completed', 'shipped', 'delivered'],
      order_cancelled: ['cancelled'],
    })
    expect(decideOrder(inStatus.pending, { type: 'reprice', total: fields.total })).toEqual(accept([]))
    expect(evolveOrder(inStatus.pending, { type: 'repriced', total: mxn(500_00) })).toEqual({
      ...inStatus.pending,
      total: mxn(500_00),
    })
  })

  it('to its money coming after all', () => {
    expect(answers({ type: 'reinstate', at: at(50) })).toEqual({
      order_not_paid: ['pending'],
      unchanged: ['completed', 'shipped', 'delivered'],
      'reinstated → completed': ['cancelled'],
    })
  })

  it.each(['requested', 'expired', 'payment_failed'] as const)(
    'to its money coming after all, when it had been cancelled as %s',
    (reason) => {
      expect(decideOrder({ ...inStatus.cancelled, reason }, { type: 'reinstate', at: at(50) })).toEqual(
        accept([{ type: 'reinstated', at: at(50), took: wanted }]),
      )
    },
  )

  it('to money for what was paid and called off: it has had its goods', () => {
    expect(decideOrder(recalled, { type: 'reinstate', at: at(50) })).toEqual(reject({ code: 'order_cancelled' }))
  })

  it('to being sent', () => {
    expect(answers({ type: 'ship', at: at(20) })).toEqual({
      order_not_paid: ['pending'],
      'shipped → shipped': ['completed'],
      unchanged: ['shipped', 'delivered'],
      order_cancelled: ['cancelled'],
    })
  })

  it('to having arrived', () => {
    expect(answers({ type: 'deliver', at: at(30) })).toEqual({
      order_not_paid: ['pending'],
      order_not_shipped: ['completed'],
      'delivered → delivered': ['shipped'],
      unchanged: ['delivered'],
      order_cancelled: ['cancelled'],
    })
  })

  it('to being cancelled before it is paid', () => {
    expect(answers({ type: 'cancel', at: at(5), reason: 'requested' })).toEqual({
      'cancelled → cancelled': ['pending'],
      order_already_paid: ['completed', 'shipped', 'delivered'],
      unchanged: ['cancelled'],
    })
  })

  it('to being called off after it was paid', () => {
    expect(answers({ type: 'recall', at: at(15) })).toEqual({
      order_not_paid: ['pending'],
      'recalled → cancelled': ['completed'],
      order_already_shipped: ['shipped', 'delivered'],
      unchanged: ['cancelled'],
    })
  })

  it('with facts that say when, why and by what it can be followed', () => {
    const { pending, completed, shipped } = inStatus
    expect(decideOrder(pending, { type: 'reprice', total: mxn(1) })).toEqual(
      accept([{ type: 'repriced', total: mxn(1) }]),
    )
    expect(decideOrder(pending, { type: 'note_paid', at: at(5) })).toEqual(accept([{ type: 'completed', at: at(5) }]))
    expect(decideOrder(completed, { type: 'ship', at: at(20) })).toStrictEqual(
      accept([{ type: 'shipped', at: at(20) }]),
    )
    expect(decideOrder(completed, { type: 'ship', at: at(20), tracking: 'MX-1' })).toEqual(
      accept([{ type: 'shipped', at: at(20), tracking: 'MX-1' }]),
    )
    expect(decideOrder(shipped, { type: 'deliver', at: at(30) })).toEqual(accept([{ type: 'delivered', at: at(30) }]))
    expect(decideOrder(pending, { type: 'cancel', at: at(5), reason: 'payment_failed' })).toEqual(
      accept([{ type: 'cancelled', at: at(5), reason: 'payment_failed' }]),
    )
    expect(decideOrder(completed, { type: 'recall', at: at(15) })).toEqual(accept([{ type: 'recalled', at: at(15) }]))
  })
})

describe('an order after an event', () => {
  it('has another total, and all else as it was', () => {
    expect(evolveOrder(inStatus.pending, { type: 'repriced', total: mxn(500_00) })).toStrictEqual({
      ...inStatus.pending,
      total: mxn(500_00),
    })
  })

  it('is completed, and has used what was held for it', () => {
    expect(evolveOrder(inStatus.pending, { type: 'completed', at: completedAt })).toStrictEqual(inStatus.completed)
  })

  it('is shipped, with what it can be followed by or without', () => {
    expect(evolveOrder(inStatus.completed, { type: 'shipped', at: shippedAt, tracking: 'MX-1' })).toStrictEqual(
      inStatus.shipped,
    )
    const { tracking: _none, ...untracked } = inStatus.shipped
    expect(evolveOrder(inStatus.completed, { type: 'shipped', at: shippedAt })).toStrictEqual(untracked)
  })

  it('is delivered, and was shipped as it was', () => {
    expect(evolveOrder(inStatus.shipped, { type: 'delivered', at: at(30) })).toStrictEqual(inStatus.delivered)
    const { tracking: _none, ...untracked } = inStatus.shipped
    const { tracking: _nor, ...delivered } = inStatus.delivered
    expect(evolveOrder(untracked, { type: 'delivered', at: at(30) })).toStrictEqual(delivered)
  })

  it('is cancelled, and has given back what was held for it', () => {
    expect(evolveOrder(inStatus.pending, { type: 'cancelled', at: at(10), reason: 'expired' })).toStrictEqual(
      inStatus.cancelled,
    )
  })

  it('is called off, and keeps when it was paid and what it had used', () => {
    expect(evolveOrder(inStatus.completed, { type: 'recalled', at: at(15) })).toStrictEqual(recalled)
  })

  it('is completed after all, with what it took anew beside what it had given back', () => {
    expect(evolveOrder(inStatus.cancelled, { type: 'reinstated', at: at(50), took: wanted })).toStrictEqual({
      ...fields,
      holds: [...holds('released'), ...holds('consumed')],
      status: 'completed',
      completedAt: at(50),
    })
  })

  it('has no discount where there was none', () => {
    const { discount: _none, ...plain } = inStatus.pending
    expect(Object.keys(evolveOrder(plain, { type: 'completed', at: at(5) }))).not.toContain('discount')
  })
})

describe('what an order wants kept for it', () => {
  it('is each article once, however many lines it is on, and its coupon; nothing of what never runs out', () => {
    expect(wantedBy({ lines, discount: fields.discount })).toEqual(wanted)
  })

  it('is nothing where there is enough of everything', () => {
    expect(wantedBy({ lines: [lines[1]] })).toEqual([])
  })

  it('is held when it is placed', () => {
    expect(placedOrder(fields)).toStrictEqual(inStatus.pending)
  })
})

it('counts as paid from when it is completed, unless it was called off', () => {
  expect(
    Object.values(inStatus)
      .filter(isPaidFor)
      .map(({ status }) => status),
  ).toEqual(['completed', 'shipped', 'delivered'])
  expect(isPaidFor(recalled)).toBe(false)
})

it('prices a line by how many there are', () => {
  expect(lineTotal(lines[1])).toEqual(mxn(250_00))
  expect(lineTotal({ quantity: 999_999, unitPrice: money(2n ** 53n, 'JPY') })).toEqual(
    money(999_999n * 2n ** 53n, 'JPY'),
  )
})
