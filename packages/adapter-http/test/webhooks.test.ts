import { Contention, encodeJson, StoreUnavailable } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { ana, openIntent, world, type World } from './world.ts'

const paidEvent = async (here: World) => {
  const { paymentId } = await openIntent(here)
  await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
  await here.provider.payer.pay('cs_1')
  const event = here.provider.events().at(-1)
  if (event === undefined) throw new Error('The provider told nothing.')
  return { paymentId, event }
}

/** Stands in for a real verifier: the raw bytes name one of the provider's own events. */
const verifierOf = (here: World) => ({
  verify: async ({ rawBody, signature }: { readonly rawBody: Uint8Array; readonly signature: string | undefined }) => {
    const event = here.provider.events().find((each) => encodeJson(each) === new TextDecoder().decode(rawBody))
    return signature === 'good' && event !== undefined
      ? ({ ok: true, value: event } as const)
      : ({ ok: false, error: { code: 'signature_invalid' } } as const)
  },
})

const delivered = (here: World, body: string, signature = 'good') =>
  here.call('POST', '/api/webhooks/stripe', { body, headers: { 'stripe-signature': signature } })

describe('a delivery of the provider', () => {
  it('is verified over its raw bytes, taken in once, and changes nothing the second time', async () => {
    const bare = world()
    const { paymentId, event } = await paidEvent(bare)
    const here = {
      ...bare,
      ...world({ holdfast: bare.holdfast, unitOfWork: bare.unitOfWork, webhookVerifier: verifierOf(bare) }),
    }
    const raw = encodeJson(event)
    expect((await delivered(here, ` ${raw}`)).json['code']).toBe('signature_invalid')
    const first = await delivered(here, raw)
    expect([first.status, first.json]).toEqual([200, { received: true, outcome: 'applied' }])
    expect((await delivered(here, raw)).json['outcome']).toBe('known')
    const { json } = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(json['payment_status']).toBe('COMPLETED')
  })

  it.each([
    [undefined, 'signature_missing', {}],
    ['invalid', 'signature_invalid', {}],
    ['old', 'signature_too_old', { age_s: 301 }],
    ['future', 'signature_in_future', { ahead_s: 600 }],
    ['unreadable', 'payload_invalid', {}],
  ])('with the signature %s is a 400: %s', async (signature, code, facts) => {
    const headers: Record<string, string> = signature === undefined ? {} : { 'stripe-signature': signature }
    const { status, json } = await world().call('POST', '/api/webhooks/stripe/', { body: '{}', headers })
    expect([status, json]).toMatchObject([400, { code, retryable: false, ...facts }])
  })

  it('needs no session, and no type of content', async () => {
    const here = world()
    const event = { id: 'evt_1', type: 'x', occurredAt: 0, livemode: false, news: { about: 'nothing' } }
    expect((await delivered(here, JSON.stringify(event))).status).toBe(200)
  })

  it.each([new Error('the disk is full: /secret/path'), new Contention('busy')])(
    'is a 503 while the store fails with %s, and is delivered again',
    async (failure) => {
      let failing = true
      const hooks = {
        beforeCommit: () => {
          if (failing) throw failure
        },
      }
      const here = world({}, hooks)
      const event = { id: 'evt_1', type: 'x', occurredAt: 0, livemode: false, news: { about: 'nothing' } }
      const turnedAway = await delivered(here, JSON.stringify(event))
      expect([turnedAway.status, turnedAway.json['code']]).toEqual([503, 'event_not_stored'])
      expect(turnedAway.headers.get('retry-after')).toBe('5')
      expect(turnedAway.text).not.toContain('secret')
      failing = false
      expect((await delivered(here, JSON.stringify(event))).json['outcome']).toBe('applied')
    },
  )

  it('is not read beyond the limit', async () => {
    const { status } = await delivered(world({ bodyLimitBytes: 100 }), 'x'.repeat(101))
    expect(status).toBe(413)
  })
})

describe('a store that keeps losing', () => {
  it.each([
    ['contention', '1', new Contention('busy')],
    ['store_unavailable', '2', new StoreUnavailable('gone')],
  ])('is a 503 to anybody else, with when to come back: %s', async (code, retryAfter, failure) => {
    const here = world(
      {},
      {
        beforeCommit: () => {
          throw failure
        },
      },
    )
    const { status, json, headers } = await here.call('POST', '/api/intents/', {
      as: ana,
      body: { kind: 'reservation', payload: { house: 'casa', day: 1 } },
    })
    expect([status, json['code'], json['retryable'], headers.get('retry-after')]).toEqual([503, code, true, retryAfter])
  })
})
