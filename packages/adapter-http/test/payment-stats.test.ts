import { describe, expect, it } from 'vitest'
import {
  ana,
  ben,
  cart,
  deliver,
  ordered,
  paidOrder,
  staff,
  stocked,
  world,
  type AnyJson,
  type World,
} from './world.ts'

const day = 86_400_000

const stats = (here: World, query = '', headers: Readonly<Record<string, string>> = {}) =>
  here.call('GET', `/api/payments/payment_stats/${query}`, { as: staff, headers })

const periods = (json: AnyJson) => json['periods'] as readonly AnyJson[]

const shop = async (change: Parameters<typeof world>[0] = {}): Promise<World> => {
  const here = world(change)
  await stocked(here)
  await here.holdfast.adjustStock({ actor: { type: 'system' }, articleId: 'mug' as never, by: 1000 })
  return here
}

/** On the first day one order of two mugs is paid, and one in euros; on the second one is declined, and one given back. */
const twoDays = async (): Promise<World> => {
  const here = await shop()
  await paidOrder(here)
  await ordered(here, { as: ben, body: cart(undefined, { currency: 'EUR' }) })
  await here.clock.advance(day)
  const declined = await ordered(here)
  await here.provider.payer.payLater(declined.sessionId)
  await here.provider.payer.settle(declined.sessionId, 'failed')
  await deliver(here.holdfast, here.provider.events())
  const back = await paidOrder(here)
  await here.call('POST', `/api/payments/${back.paymentId}/refunds/`, { as: staff, body: { amount: '40.00' } })
  await here.clock.advance(1_000)
  return here
}

describe('the figures for staff', () => {
  it('count the last thirty days by day, unless something else is asked for', async () => {
    const here = await twoDays()
    const { status, json } = await stats(here)
    expect([status, json]).toMatchObject([
      200,
      { by: 'day', from: '2026-12-03T00:00:01.000Z', to: '2027-01-02T00:00:01.000Z', total: { payments: 4 } },
    ])
    expect(periods(json)).toHaveLength(30)
  })

  it('are counts, sums by currency, conversion and why attempts failed, in total', async () => {
    const here = await twoDays()
    const { json } = await stats(here, '?by=all', { 'accept-language': 'es' })
    expect(json['total']).toEqual({
      payments: 4,
      by_status: {
        PENDING: 1,
        PROCESSING: 0,
        AUTHORIZED: 0,
        FAILED: 1,
        CANCELLED: 0,
        COMPLETED: 1,
        PARTIALLY_REFUNDED: 1,
        REFUNDED: 0,
        DISPUTED: 0,
      },
      amounts: [
        { currency: 'EUR', due: '12.00', collected: '0.00', refunded: '0.00' },
        { currency: 'MXN', due: '720.00', collected: '480.00', refunded: '40.00' },
      ],
      conversion: 0.5,
      failures: [{ code: 'card_declined', message: 'Tu tarjeta fue rechazada.', count: 1 }],
    })
  })

  it('are the same period by period', async () => {
    const here = await twoDays()
    const { json } = await stats(here, '?from=2027-01-01T00:00:00Z&to=2027-01-03T00:00:00Z')
    expect(periods(json)).toMatchObject([
      {
        from: '2027-01-01T00:00:00.000Z',
        to: '2027-01-02T00:00:00.000Z',
        payments: 2,
        conversion: 0.5,
        failures: [],
      },
      {
        from: '2027-01-02T00:00:00.000Z',
        to: '2027-01-03T00:00:00.000Z',
        payments: 2,
        conversion: 0.5,
        failures: [{ code: 'card_declined', count: 1 }],
      },
    ])
  })

  it('have no conversion where there was nothing to pay', async () => {
    const { json } = await stats(world(), '?by=all')
    expect(json['total']).toMatchObject({ payments: 0, amounts: [], conversion: null, failures: [] })
  })

  it.each([
    ['week', '2027-01-01T00:00:00Z', '2027-01-16T00:00:00Z', ['2027-01-08', '2027-01-15', '2027-01-16']],
    ['month', '2027-01-31T00:00:00Z', '2027-04-15T00:00:00Z', ['2027-02-28', '2027-03-31', '2027-04-15']],
    ['month', '2028-01-30T00:00:00Z', '2028-03-30T00:00:00Z', ['2028-02-29', '2028-03-30']],
    ['all', '2027-01-01T00:00:00-06:00', '2027-01-02T00:00:00Z', ['2027-01-02']],
  ])('by %s from %s to %s end where such periods end', async (by, from, to, ends) => {
    const { json } = await stats(world(), `?by=${by}&from=${from}&to=${to}`)
    const shown = periods(json)
    expect(shown.map((each) => String(each['to']).slice(0, 10))).toEqual(ends)
    expect(shown.slice(1).map((each) => each['from'])).toEqual(shown.slice(0, -1).map((each) => each['to']))
  })

  it.each([
    ['ends before it begins', '?from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z', 400],
    ['ends when it begins', '?from=2027-01-01T00:00:00Z&to=2027-01-01T00:00:00Z', 400],
    ['has more days than one answer holds', '?from=2020-01-01T00:00:00Z&to=2027-01-01T00:00:00Z', 400],
    ['ends before it begins, by month', '?by=month&from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z', 120],
    ['has more months than one answer holds', '?by=month&from=1000-01-01T00:00:00Z', 120],
  ])('are not told for a time that %s', async (_what, query, mostPeriods) => {
    const { status, json } = await stats(world(), query)
    expect([status, json]).toMatchObject([400, { code: 'invalid_period', field: 'to', most_periods: mostPeriods }])
  })

  it.each(['?from=yesterday', '?to=2027-02-30T00:00:00Z', '?from=2027-01-01T00:00:00', '?by=hour', '?owner=ana'])(
    'are not told for %s: 400',
    async (query) => {
      expect((await stats(world(), query)).status).toBe(400)
    },
  )
})

describe('the figures for anyone', () => {
  const ask = async (here: World) => {
    const { status, json, headers } = await here.call('GET', '/api/payments/payment_stats_public/')
    return { status, json, headers }
  }

  it('are of the last thirty whole days, in tens, without a sum or a name', async () => {
    const here = await shop()
    for (let n = 0; n < 17; n += 1) await paidOrder(here)
    await ordered(here)
    await here.clock.advance(day + 1)
    const { status, json, headers } = await ask(here)
    expect([status, json]).toEqual([
      200,
      {
        from: '2026-12-03T00:00:00.000Z',
        to: '2027-01-02T00:00:00.000Z',
        payments: 10,
        completed: 10,
        conversion: null,
      },
    ])
    expect(headers.get('cache-control')).toBe('public, max-age=600')
  })

  it('say nothing of fewer than ten', async () => {
    const here = await shop()
    for (let n = 0; n < 9; n += 1) await paidOrder(here)
    await here.clock.advance(day)
    expect((await ask(here)).json).toMatchObject({ payments: 0, completed: 0, conversion: null })
  })

  it('say how many of a hundred pay, in twentieths', async () => {
    const here = await shop({ rateLimiter: { take: async () => ({ ok: true }) } })
    for (let n = 0; n < 100; n += 1) await (n < 83 ? paidOrder(here) : ordered(here))
    await here.clock.advance(day)
    expect((await ask(here)).json).toMatchObject({ payments: 100, completed: 80, conversion: 0.85 })
  })

  it('do not move while somebody watches: today is not in them', async () => {
    const here = await shop()
    for (let n = 0; n < 10; n += 1) await paidOrder(here)
    expect((await ask(here)).json).toMatchObject({ payments: 0 })
  })

  it('are not counted anew for everybody who asks', async () => {
    const bare = await shop()
    let counted = 0
    const readPaymentStats: typeof bare.holdfast.readPaymentStats = (request) => {
      counted += 1
      return bare.holdfast.readPaymentStats(request)
    }
    const here = world({ clock: bare.clock, holdfast: { ...bare.holdfast, readPaymentStats } })
    await Promise.all([ask(here), ask(here), ask(here)])
    expect(counted).toBe(1)
    await bare.clock.advance(600_000)
    await ask(here)
    expect(counted).toBe(2)
  })

  it('are counted anew at once after they could not be', async () => {
    const bare = await shop()
    let fails = true
    const readPaymentStats: typeof bare.holdfast.readPaymentStats = async (request) => {
      if (fails) throw new Error('The store is away.')
      return bare.holdfast.readPaymentStats(request)
    }
    const here = world({ clock: bare.clock, holdfast: { ...bare.holdfast, readPaymentStats } })
    expect((await ask(here)).status).toBe(500)
    fails = false
    expect((await ask(here)).status).toBe(200)
  })

  it('ask nobody who they are', async () => {
    const { status } = await world().call('GET', '/api/payments/payment_stats_public', { as: ana })
    expect(status).toBe(200)
  })
})
