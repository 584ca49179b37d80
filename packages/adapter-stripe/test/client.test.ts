import { Container } from 'inversify'
import { describe, expect, it } from 'vitest'
import { createStripe } from '../src/index.ts'
import { stripeModule, type StripeModuleOptions } from '../src/inversify.ts'

describe('the client', () => {
  it.each([
    ['http://127.0.0.1:12111', 'http', '127.0.0.1', 12_111],
    ['http://localhost/', 'http', 'localhost', 80],
    ['https://stripe.internal', 'https', 'stripe.internal', 443],
    ['http://[::1]:8080', 'http', '::1', 8_080],
  ])('takes %s apart', (apiBase, protocol, host, port) => {
    const stripe = createStripe({ apiKey: 'sk_test_1', apiBase })
    expect(['protocol', 'host', 'port'].map((field) => stripe.getApiField(field as 'host'))).toEqual([
      protocol,
      host,
      port,
    ])
  })

  it('never retries, waits ten seconds and sends no telemetry', () => {
    const stripe = createStripe({ apiKey: 'sk_test_1' })
    expect(stripe.getMaxNetworkRetries()).toBe(0)
    expect(stripe.getApiField('timeout')).toBe(10_000)
    expect(stripe.getTelemetryEnabled()).toBe(false)
  })

  it.each([
    [{ apiKey: '' }, 'blank'],
    [{ apiKey: ' ' }, 'blank'],
    [{ apiKey: 'sk_test_1\n' }, 'spaces'],
    [{ apiKey: 'sk_test_1', apiBase: 'stripe' }, 'no http address'],
    [{ apiKey: 'sk_test_1', apiBase: 'ftp://stripe' }, 'no http address'],
    [{ apiKey: 'sk_test_1', apiBase: 'http://a/v1' }, 'no more'],
    [{ apiKey: 'sk_test_1', timeoutMs: 0 }, 'positive'],
    [{ apiKey: 'sk_test_1', timeoutMs: Number.NaN }, 'positive'],
  ])('refuses %j', (options, words) => {
    expect(() => createStripe(options)).toThrow(words)
  })
})

describe('the module', () => {
  const options: StripeModuleOptions = { apiKey: 'sk_test_1', webhooks: { secrets: ['whsec_1'] } }

  it('binds both ports by name', () => {
    const container = new Container()
    container.load(stripeModule(options))
    expect(container.get('paymentProvider')).toHaveProperty('openSession')
    expect(container.get('webhookVerifier')).toHaveProperty('verify')
  })

  it('stops the start of a server that has no secret', () => {
    expect(() => stripeModule({ ...options, webhooks: { secrets: [] } })).toThrow('No webhook signing secret')
    expect(() => stripeModule({ ...options, apiKey: '' })).toThrow('blank')
  })
})
