import { describe, expect, it } from 'vitest'
import { ana, bookedReservation, staff, world, type AnyJson } from './world.ts'

describe('what is asked for and cannot be read', () => {
  it.each([
    ['en', 'An amount is text such as 25.50: above zero, with no more decimals than its currency has.'],
    ['es', 'Un importe es un texto como 25.50: mayor que cero y sin más decimales que los de su moneda.'],
    ['fa', expect.stringMatching(/^مبلغ متنی است مانند \u206625\.50\u2069/)],
  ])('is told what an amount looks like, in %s', async (language, message) => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    for (const amount of ['abc', '0', 25.5, null]) {
      const { status, json } = await here.call('POST', `/api/payments/${paymentId}/refunds/`, {
        as: staff,
        body: { amount },
        headers: { 'accept-language': language },
      })
      expect([status, json['errors']]).toEqual([400, [{ field: 'amount', code: 'not_an_amount', message }]])
    }
  })

  it('is told what a currency looks like', async () => {
    const body = { amount: '50.00', currency: 'pesos' }
    const { json } = await world().call('POST', '/api/wallet/top-up/', { as: ana, body })
    const message = 'A currency is three letters, such as EUR.'
    expect(json['errors']).toEqual([{ field: 'currency', code: 'not_a_currency', message }])
  })

  it('is told that it is missing where it is', async () => {
    const { json } = await world().call('POST', '/api/wallet/top-up/', { as: ana, body: { currency: 'MXN' } })
    expect(json['errors']).toMatchObject([{ field: 'amount', code: 'invalid_type' }])
  })

  it('is told what a time looks like', async () => {
    const query = 'resource_id=casa&from=2027-06-01&to=2027-06-02T00:00:00Z'
    const { json } = await world().call('GET', `/api/slots/?${query}`)
    const message = 'A time with its offset from UTC, written 2026-11-20T10:00:00-06:00.'
    expect(json['errors']).toEqual([{ field: 'from', code: 'not_a_time', message }])
  })
})

describe('a day, where payments are counted', () => {
  const ask = (query: string, language = 'en') =>
    world().call('GET', `/api/payments/payment_stats/?${query}`, {
      as: staff,
      headers: { 'accept-language': language },
    })

  it('is its first moment in UTC', async () => {
    const { status, json } = await ask('from=2026-12-01&to=2026-12-03T06:00:00%2B06:00')
    expect([status, json]).toMatchObject([200, { from: '2026-12-01T00:00:00.000Z', to: '2026-12-03T00:00:00.000Z' }])
    expect((json['periods'] as readonly AnyJson[]).length).toBe(2)
  })

  it.each([
    ['2026-02-30', 'en', /^A day, written 2026-11-20, or a time/],
    ['2026-01-01T00:00:00', 'en', /^A day, written 2026-11-20, or a time/],
    ['ayer', 'es', /^Un día, escrito 2026-11-20/],
    ['دیروز', 'fa', /^روز به شکل/],
  ])('is not %s, and is told what is one (%s)', async (from, language, message) => {
    const { status, json } = await ask(new URLSearchParams({ from }).toString(), language)
    const error = { field: 'from', code: 'not_a_day_or_time', message: expect.stringMatching(message) }
    expect([status, json['errors']]).toEqual([400, [error]])
  })
})
