import { describe, expect, it } from 'vitest'
import { ana, world } from './world.ts'

const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }

describe('pages of other origins', () => {
  it.each(['https://evil.example', 'null', 'https://host.example', '*'])(
    'are let in by nobody’s wish: %s',
    async (origin) => {
      const here = world()
      const read = await here.call('GET', '/api/payments/', { as: ana, headers: { origin } })
      const asked = await here.call('OPTIONS', '/api/intents/', { headers: { origin, ...preflight } })
      for (const { headers } of [read, asked])
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
      expect([asked.status, asked.json['code']]).toEqual([403, 'origin_not_allowed'])
    },
  )

  it('are let in by name, with credentials, and nobody else with them', async () => {
    const here = world({ allowedOrigins: ['https://shop.example'] })
    const headers = { origin: 'https://shop.example' }
    const read = await here.call('GET', '/api/payments/', { as: ana, headers })
    expect(read.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(read.headers.get('access-control-allow-credentials')).toBe('true')
    const asked = await here.call('OPTIONS', '/api/intents/', { headers: { ...headers, ...preflight } })
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-headers')).toContain('X-CSRF-Token')
    const other = await here.call('GET', '/api/payments/', {
      as: ana,
      headers: { origin: 'https://shop.example.evil' },
    })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    expect(other.headers.get('vary')).toContain('Origin')
  })

  it('may never call the webhook', async () => {
    const here = world({ allowedOrigins: ['https://shop.example'] })
    const headers = { origin: 'https://shop.example' }
    const asked = await here.call('OPTIONS', '/api/webhooks/stripe', { headers: { ...headers, ...preflight } })
    const sent = await here.call('POST', '/api/webhooks/stripe', { headers, body: '{}' })
    expect(asked.status).toBe(403)
    for (const each of [asked, sent]) expect(each.headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each(['*', 'null', 'shop.example', 'https://shop.example/', 'https://shop.example/path'])(
    'cannot be let in as %s',
    (origin) => {
      expect(() => world({ allowedOrigins: [origin] })).toThrow(RangeError)
    },
  )
})

describe('every answer', () => {
  it('is kept by nobody, framed by nobody and taken for nothing else', async () => {
    const { headers } = await world().call('GET', '/api/payments/', { as: ana })
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
  })
})
