import { describe, expect, it } from 'vitest'
import { ana, mxn, owner, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { after, currency, day, hour, instant, lastThirtyDays, minute, type PaymentStatsRequest } from '../src/index.ts'
import { openShop, ordered, pageFor, paidOrder, place } from './shopping.ts'

const read = async (w: World, request: PaymentStatsRequest) => {
  const outcome = await w.holdfast.readPaymentStats(request)
  if (!outcome.ok) throw new Error(outcome.error.code)
  return outcome.value
}
const MXN = currency('MXN')
const refused = { ok: false, error: { code: 'invalid_period', mostPeriods: 400 } }

describe('payments of a time', () => {
  it('are counted by status and currency, with what is due and what has gone back', async () => {
    const w = await openShop()
    await paidOrder(w, [['mug', 1]])
    const partly = await paidOrder(w, [['mug', 1]])
    await w.holdfast.refundPayment({ actor: staff, paymentId: partly.paymentId, amount: mxn(20_00n) })
    const euros = await ordered(w, [['mug', 1]], { currency: currency('EUR'), actor: owner('eva') })
    await w.provider.payer.pay(euros.sessionId)
    await w.deliver()
    for (const quantity of [1, 2]) await place(w, [['pattern', quantity]])
    const period = { from: start, to: after(start, hour) }
    expect(await read(w, period)).toEqual([
      {
        ...period,
        payments: [
          { status: 'completed', currency: 'EUR', count: 1, due: 6_50n, refunded: 0n },
          { status: 'completed', currency: 'MXN', count: 1, due: 120_00n, refunded: 0n },
          { status: 'partially_refunded', currency: 'MXN', count: 1, due: 120_00n, refunded: 20_00n },
          { status: 'pending', currency: 'MXN', count: 2, due: 150_00n, refunded: 0n },
        ],
        failures: [],
      },
    ])
  })

  it('are counted with why attempts failed, the most frequent first', async () => {
    const w = await openShop()
    for (let n = 0; n < 2; n += 1) {
      const { sessionId } = await ordered(w, [['mug', 1]])
      await w.provider.payer.payLater(sessionId)
      await w.provider.payer.settle(sessionId, 'failed')
    }
    await w.deliver()
    const { paymentId } = await place(w, [['mug', 1]])
    w.provider.faults.next('openSession', 'refused')
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    const [period] = await read(w, { from: start, to: after(start, hour) })
    expect(period?.failures).toEqual([
      { code: 'card_declined', count: 2 },
      { code: 'provider_rejected', count: 1 },
    ])
  })

  it('are those that were made due in it: from its first moment until just before its last', async () => {
    const w = await openShop()
    await w.clock.advance(minute)
    const from = w.clock.now()
    const { paymentId } = await place(w, [['mug', 1]])
    await w.clock.advance(minute)
    // When it was paid does not matter.
    await w.provider.payer.pay(await pageFor(w, paymentId))
    await w.deliver()
    const countIn = async (begin: number, end: number) =>
      (await read(w, { from: instant(begin), to: instant(end) })).flatMap(({ payments }) => payments)
    expect(await countIn(from, from + 1)).toMatchObject([{ status: 'completed', count: 1 }])
    expect(await countIn(from - 1, from)).toEqual([])
    expect(await countIn(from + 1, from + hour)).toEqual([])
  })
})

describe('periods', () => {
  it('follow each other without a gap, and the last one ends with the time asked for', async () => {
    const w = await openShop()
    for (let n = 0; n < 5; n += 1) {
      await place(w, [['pattern', 1]])
      await w.clock.advance(hour)
    }
    const periods = await read(w, { from: start, to: after(start, 5 * hour), everyMs: 2 * hour })
    expect(periods.map(({ from, to, payments }) => [from - start, to - start, payments[0]?.count])).toEqual([
      [0, 2 * hour, 2],
      [2 * hour, 4 * hour, 2],
      [4 * hour, 5 * hour, 1],
    ])
    expect(periods[0]?.payments).toEqual([{ status: 'pending', currency: MXN, count: 2, due: 100_00n, refunded: 0n }])
  })

  it('of the whole time are one', async () => {
    const w = world()
    const whole = { from: start, to: after(start, 90 * day) }
    expect(await read(w, whole)).toEqual([{ ...whole, payments: [], failures: [] }])
    expect(await read(w, { ...whole, everyMs: 90 * day })).toHaveLength(1)
    expect(await read(w, { ...whole, everyMs: 1000 * day })).toEqual([{ ...whole, payments: [], failures: [] }])
  })

  it('are as many as one answer holds, and not one more', async () => {
    const w = world()
    expect(await read(w, { from: start, to: after(start, 400 * minute), everyMs: minute })).toHaveLength(400)
    expect(
      await w.holdfast.readPaymentStats({ from: start, to: after(start, 400 * minute + 1), everyMs: minute }),
    ).toEqual(refused)
    expect(await read(w, { from: start, to: after(start, 3), everyMs: 1 })).toHaveLength(3)
  })

  it.each([0, -1, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('do not last %s ms', async (everyMs) => {
    expect(await world().holdfast.readPaymentStats({ from: start, to: after(start, hour), everyMs })).toEqual(refused)
  })

  it('do not end before they begin', async () => {
    const { holdfast } = world()
    expect(await holdfast.readPaymentStats({ from: start, to: start })).toEqual(refused)
    expect(await holdfast.readPaymentStats({ from: start, to: instant(start - 1), everyMs: hour })).toEqual(refused)
  })
})

it('the last thirty days end now', () => {
  expect(lastThirtyDays(start)).toEqual({ from: start - 30 * day, to: start })
})
