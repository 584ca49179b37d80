import { describe, expect, it } from 'vitest'
import { ana, ben, bookedReservation, deliver, openIntent, staff, world, type World } from './world.ts'

/** Puts money into somebody's wallet, by its page. */
const topUp = async (here: World, amount: string, as = ana) => {
  const { json } = await here.call('POST', '/api/wallet/top-up/', { as, body: { amount, currency: 'MXN' } })
  await here.provider.payer.pay(json['session_id'] as string)
  await deliver(here.holdfast, here.provider.events())
  return json['payment_id'] as string
}

describe('a wallet', () => {
  it('is empty until something is paid in, and shows what it holds and how that came to be, page by page', async () => {
    const here = world()
    expect((await here.call('GET', '/api/wallet/', { as: ana })).json).toEqual({ wallets: [] })
    const empty = await here.call('GET', '/api/wallet/entries/?currency=MXN', { as: ana })
    expect(empty.json).toEqual({ balance: '0.00', currency: 'MXN', entries: [], next_cursor: null })
    const topUpId = await topUp(here, '150.00')
    const { intentId, paymentId } = await openIntent(here)
    await here.call('POST', `/api/intents/${intentId}/pay-from-wallet/`, { as: ana })
    expect((await here.call('GET', '/api/wallet/', { as: ana })).json).toEqual({
      wallets: [{ balance: '50.00', currency: 'MXN' }],
    })
    const first = await here.call('GET', '/api/wallet/entries/?currency=MXN&limit=1', { as: ana })
    expect(first.json).toEqual({
      balance: '50.00',
      currency: 'MXN',
      entries: [
        {
          position: 2,
          type: 'spend',
          type_display: 'Paid',
          change: '-100.00',
          balance: '50.00',
          currency: 'MXN',
          payment_id: paymentId,
          at: '2027-01-01T00:00:00.000Z',
        },
      ],
      next_cursor: 2,
    })
    const second = await here.call('GET', '/api/wallet/entries/?currency=MXN&limit=1&after=2', { as: ana })
    expect(second.json).toMatchObject({
      entries: [{ position: 1, type: 'top_up', change: '150.00', payment_id: topUpId }],
      next_cursor: null,
    })
    expect((await here.call('GET', '/api/wallet/', { as: ben })).json).toEqual({ wallets: [] })
  })

  it('pays an intent at once, and answers in the language of whoever asks', async () => {
    const here = world()
    await topUp(here, '100.00')
    const { intentId, paymentId } = await openIntent(here)
    const headers = { 'accept-language': 'es', 'idempotency-key': 'once' }
    const ask = () => here.call('POST', `/api/intents/${intentId}/pay-from-wallet/`, { as: ana, headers })
    const paid = await ask()
    expect([paid.status, paid.json]).toEqual([
      200,
      {
        status: 'paid',
        payment_id: paymentId,
        payment_status: 'COMPLETED',
        amount: '100.00',
        currency: 'MXN',
        wallet_balance: '0.00',
        message: 'Pagado con el monedero.',
      },
    ])
    expect((await ask()).text).toBe(paid.text)
    const intent = await here.call('GET', `/api/intents/${intentId}/`, { as: ana })
    expect(intent.json).toMatchObject({ status: 'fulfilled', record: { type: 'reservation' } })
  })

  it('that holds too little says what is missing, and is filled by just that, after which the intent is paid by itself', async () => {
    const here = world()
    await topUp(here, '40.00')
    const { intentId } = await openIntent(here)
    const short = await here.call('POST', `/api/intents/${intentId}/pay-from-wallet/`, { as: ana })
    expect([short.status, short.json]).toMatchObject([
      402,
      { code: 'wallet_insufficient', balance: '40.00', missing: '60.00', currency: 'MXN' },
    ])
    const headers = { 'idempotency-key': 'fill' }
    const page = await here.call('POST', `/api/intents/${intentId}/top-up/`, { as: ana, headers })
    expect(page.status).toBe(200)
    expect((await here.call('POST', `/api/intents/${intentId}/top-up/`, { as: ana, headers })).text).toBe(page.text)
    await here.provider.payer.pay(page.json['session_id'] as string)
    await deliver(here.holdfast, here.provider.events())
    await here.holdfast.workOnce()
    const intent = await here.call('GET', `/api/intents/${intentId}/`, { as: ana })
    expect(intent.json['status']).toBe('fulfilled')
  })

  it('pays what is due later, too', async () => {
    const here = world()
    await topUp(here, '300.00')
    const { reservationId } = await bookedReservation(here)
    const { json } = await here.call('GET', `/api/reservations/${reservationId}/`, { as: ana })
    const { payment_id: id } = json['balance'] as { readonly payment_id: string }
    const paid = await here.call('POST', `/api/payments/${id}/pay-from-wallet/`, { as: ana })
    expect(paid.json).toMatchObject({ status: 'paid', amount: '300.00', wallet_balance: '0.00' })
    const after = await here.call('GET', `/api/reservations/${reservationId}/`, { as: ana })
    expect(after.json['status']).toBe('paid')
  })

  it('refuses amounts and currencies that will not do, and names the field', async () => {
    const here = world()
    const refusal = async (body: unknown) => {
      const { status, json } = await here.call('POST', '/api/wallet/top-up/', { as: ana, body })
      return [status, json['code'], (json['errors'] as readonly { readonly field: string }[])[0]?.field]
    }
    expect(await refusal({ amount: '5.00', currency: 'MXN' })).toEqual([400, 'invalid_payload', 'payload.amount'])
    expect(await refusal({ amount: '50.001', currency: 'MXN' })).toEqual([400, 'invalid_payload', 'payload.amount'])
    expect(await refusal({ amount: '50.00', currency: 'EUR' })).toEqual([400, 'invalid_payload', 'payload.currency'])
    expect(await refusal({ amount: 50, currency: 'MXN' })).toEqual([400, 'invalid_request', 'amount'])
    expect(await refusal({ amount: '50.00', currency: 'pesos' })).toEqual([400, 'invalid_request', 'currency'])
  })

  it('says in the language of whoever asks why it takes no such amount, and what it would take', async () => {
    const here = world()
    const refusal = async (body: unknown, language: string) => {
      const headers = { 'accept-language': language }
      return (await here.call('POST', '/api/wallet/top-up/', { as: ana, body, headers })).json['errors']
    }
    expect(await refusal({ amount: '5.00', currency: 'MXN' }, 'es')).toEqual([
      {
        field: 'payload.amount',
        code: 'amount_too_small',
        message: 'Al menos 10.00 MXN por vez.',
        facts: { least: '10.00', currency: 'MXN' },
      },
    ])
    expect(await refusal({ amount: '50.00', currency: 'EUR' }, 'en')).toEqual([
      {
        field: 'payload.currency',
        code: 'currency_not_taken',
        message: 'This currency is not taken. Taken: MXN.',
        facts: { taken: ['MXN'] },
      },
    ])
  })

  it('takes what staff give back into it, and says so', async () => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    const body = { amount: '25.00', destination: 'wallet' }
    const refund = await here.call('POST', `/api/payments/${paymentId}/refunds/`, { as: staff, body })
    expect(refund.json).toMatchObject({
      status: 'succeeded',
      destination: 'wallet',
      payment_status: 'PARTIALLY_REFUNDED',
      message: 'The refund is in the wallet.',
    })
    expect((await here.call('GET', '/api/wallet/', { as: ana })).json).toEqual({
      wallets: [{ balance: '25.00', currency: 'MXN' }],
    })
  })
})
