import { after, hour, minute, money, type SessionRequest } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { toStripeLocale } from '../src/locale.ts'
import { createStripe, stripeProvider } from '../src/index.ts'
import { chargeParams, refundParams, sessionParams } from '../src/requests.ts'
import { chargeRequest, clock, noon, refundRequest, sessionRequest } from './samples.ts'

const params = (more: Partial<SessionRequest> = {}) => sessionParams(sessionRequest(more), 123_450, noon)

describe('what a page is asked for with', () => {
  it('is one line, our marks on the session and on its PaymentIntent, and nothing about payment methods', () => {
    const metadata = {
      attempt_id: 'att_1',
      payment_id: 'pay_1',
      type: 'balance',
      owner: 'ana',
      kind: 'hosted',
      booking_id: '7',
    }
    expect(params()).toEqual({
      mode: 'payment',
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: 'mxn',
            unit_amount: 123_450,
            product_data: { name: 'Second payment · Casa Azul', description: 'Booking #7 — 1 May → 8 May' },
          },
        },
      ],
      client_reference_id: 'pay_1',
      metadata,
      payment_intent_data: { metadata, description: 'Second payment · Casa Azul' },
      customer_creation: 'if_required',
      success_url: 'https://shop.example/paid?booking_id=7',
      cancel_url: 'https://shop.example/back?booking_id=7',
      expires_at: Math.floor(after(noon, 2 * hour) / 1_000),
    })
  })

  it('keeps a card for a customer: the known one, or a new one', () => {
    expect(params({ saveCard: true })).toMatchObject({
      customer_creation: 'always',
      payment_intent_data: { setup_future_usage: 'off_session' },
      metadata: { save_card: 'true' },
    })
    const known = params({ saveCard: true, customerId: 'cus_1' })
    expect(known.customer).toBe('cus_1')
    expect(known).not.toHaveProperty('customer_creation')
  })

  it('lets nobody overwrite our marks', () => {
    expect(params({ metadata: { attempt_id: 'att_evil', kind: 'off_session' } }).metadata).toMatchObject({
      attempt_id: 'att_1',
      kind: 'hosted',
    })
  })

  it('is the same whatever order the metadata was stored in', () => {
    expect(JSON.stringify(params({ metadata: { a: '1', z: '2' } }))).toBe(
      JSON.stringify(params({ metadata: { z: '2', a: '1' } })),
    )
  })

  it('leaves out a description that is empty', () => {
    const { line_items: items } = params({ item: { name: 'A', description: '' } })
    expect(items?.[0]?.price_data?.product_data).toEqual({ name: 'A' })
  })

  it.each([
    ['too soon', 5 * minute, 31 * minute],
    ['gone by', -hour, 31 * minute],
    ['the shortest', 31 * minute, 31 * minute],
    ['the longest', 24 * hour, 24 * hour],
    ['too late', 48 * hour, 24 * hour],
  ])('moves an ending into Stripe’s bounds: %s', (_name, wanted, expected) => {
    expect(params({ expiresAt: after(noon, wanted) }).expires_at).toBe((noon + expected) / 1_000)
  })

  it('is the same for every try while the ending is within bounds', () => {
    const request = sessionRequest({ expiresAt: after(noon, 24 * hour) })
    expect(sessionParams(request, 1, after(noon, 20 * minute))).toEqual(sessionParams(request, 1, noon))
  })
})

describe('the language of a page', () => {
  it.each([
    ['es', 'es'],
    ['es-MX', 'es-419'],
    ['es_AR', 'es-419'],
    ['es-ES', 'es'],
    ['en-US', 'en'],
    ['en-GB', 'en-GB'],
    ['EN-gb', 'en-GB'],
    ['pt-BR', 'pt-BR'],
    ['fr-CH', 'fr'],
    ['no', 'nb'],
    ['zh-Hant-TW', 'zh-TW'],
    ['zh-Hans-CN', 'zh'],
    ['hi', 'hi-IN'],
    ['fa', undefined],
    ['', undefined],
    ['constructor', undefined],
    ['x-y-z', undefined],
  ])('for %s is %s', (tag, expected) => {
    expect(toStripeLocale(tag)).toBe(expected)
  })
  it('is left to the page where it is not known', () => {
    expect(params()).not.toHaveProperty('locale')
    expect(params({ locale: 'fa-IR' })).not.toHaveProperty('locale')
    expect(params({ locale: 'es-MX' }).locale).toBe('es-419')
  })
})

describe('what a saved card is charged with', () => {
  it('is the whole sum at once, without its owner', () => {
    expect(chargeParams(chargeRequest(), 123_450)).toEqual({
      amount: 123_450,
      currency: 'mxn',
      customer: 'cus_1',
      payment_method: 'pm_1',
      confirm: true,
      off_session: true,
      description: 'Second payment · Casa Azul · Booking #7',
      metadata: { attempt_id: 'att_1', payment_id: 'pay_1', type: 'balance', kind: 'off_session', booking_id: '7' },
    })
  })
})

describe('what money is given back with', () => {
  it('names the PaymentIntent and our refund; a reason of ours only beside', () => {
    expect(refundParams(refundRequest(), 1_000)).toEqual({
      payment_intent: 'pi_1',
      amount: 1_000,
      expand: ['payment_intent'],
      metadata: { refund_id: 'rf_1', payment_id: 'pay_1', reason: 'late_payment' },
    })
    expect(refundParams(refundRequest({ reason: 'duplicate' }), 1).reason).toBe('duplicate')
  })
})

describe('a sum that Stripe would not take', () => {
  it('is refused before anything is sent', async () => {
    const httpClient = {
      getClientName: () => 'none',
      makeRequest: (): never => {
        throw new Error('asked')
      },
    }
    const provider = stripeProvider({ stripe: createStripe({ apiKey: 'sk_test_1', httpClient }), clock })
    const amount = money(501, 'ISK')
    for (const answer of [
      await provider.openSession(sessionRequest({ amount })),
      await provider.chargeSavedCard(chargeRequest({ amount })),
      await provider.refund(refundRequest({ amount })),
    ])
      expect(answer).toMatchObject({
        type: 'refused',
        failure: { code: 'provider_rejected', retryable: false, detail: expect.stringContaining('whole ISK') },
      })
  })
})
