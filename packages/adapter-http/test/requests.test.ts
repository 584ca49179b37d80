import { describe, expect, it } from 'vitest'
import { tokenBuckets, type HttpAdapterOptions } from '../src/index.ts'
import { ana, ben, openIntent, staff, world } from './world.ts'

const wanted = { kind: 'reservation', payload: { house: 'casa', day: 1 } }
const json = { 'content-type': 'application/json' }

describe('a body', () => {
  const post = (
    body: string | Uint8Array,
    headers: Record<string, string> = json,
    change: Partial<HttpAdapterOptions> = {},
  ) => world(change).call('POST', '/api/intents/', { as: ana, body, headers })

  it.each([
    ['text/plain', 'unsupported_media_type', 415],
    ['application/x-www-form-urlencoded', 'unsupported_media_type', 415],
    ['multipart/form-data; boundary=x', 'unsupported_media_type', 415],
    ['application/jsonp', 'unsupported_media_type', 415],
  ])('is not taken as %s', async (type, code, status) => {
    const answer = await post(JSON.stringify(wanted), { 'content-type': type })
    expect([answer.status, answer.json['code']]).toEqual([status, code])
  })

  it('is taken as JSON, whatever else its type says', async () => {
    expect((await post(JSON.stringify(wanted), { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(201)
  })

  it.each([
    '{',
    '',
    'undefined',
    '{"a":1,}',
    "{'a':1}",
    '\u{feff}',
    '{"kind":"\\ud800","payload":1}',
    '{"kind":"a\\u0000b","payload":1}',
    '{"kind":"a","payload":1e999}',
    'null',
    '[]',
    '"text"',
    '5',
  ])('is not taken when it is %j', async (body) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    expect(['invalid_json', 'invalid_request']).toContain(answer.json['code'])
  })

  it('is not taken when it is not UTF-8', async () => {
    const answer = await post(new Uint8Array([0x22, 0xff, 0xfe, 0x22]))
    expect([answer.status, answer.json['code']]).toEqual([400, 'invalid_json'])
  })

  it('is read up to its limit and no further, announced or not', async () => {
    const large = JSON.stringify({ ...wanted, more: 'x'.repeat(2_000_000) })
    const announced = await post(large)
    expect([announced.status, announced.json]).toMatchObject([413, { code: 'body_too_large', limit_bytes: 1_048_576 }])
    const promised = await post(JSON.stringify(wanted), { ...json, 'content-length': '1048577' })
    expect(promised.status).toBe(413)
    let chunks = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        chunks += 1
        controller.enqueue(new Uint8Array(1000))
      },
    })
    const { adapter } = world({ bodyLimitBytes: 5_000 })
    const response = await adapter.fetch(
      new Request('https://host.example/api/intents/', {
        method: 'POST',
        headers: { ...json, authorization: ana },
        body: endless,
        duplex: 'half',
      } as RequestInit),
    )
    expect(response.status).toBe(413)
    expect(chunks).toBeLessThan(20)
  })

  it('may be nested as deep as 32 and no deeper', async () => {
    const nested = (depth: number) =>
      `{"kind":"reservation","payload":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    expect((await post(nested(32))).json['code']).toBe('invalid_payload')
    expect((await post(nested(33))).json).toMatchObject({ code: 'json_too_deep', limit: 32 })
    expect((await post('['.repeat(500_000))).json['code']).toBe('json_too_deep')
    expect((await post(`{"kind":"${'['.repeat(20)}\\"${'['.repeat(33)}","payload":1}`)).json['code']).toBe(
      'unknown_kind',
    )
  })

  it.each([
    '{"kind":"reservation","payload":{"__proto__":{"polluted":true}}}',
    '{"kind":"reservation","payload":{"constructor":{"prototype":{"polluted":true}}}}',
    '{"__proto__":{"kind":"reservation","payload":{}}}',
  ])('reaches no prototype: %s', async (body) => {
    expect((await post(body)).json['code']).toBe('invalid_json')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('is not taken where none is', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const path = `/api/payments/${paymentId}/cancel/`
    const answer = await here.call('POST', path, { as: ana, body: { status: 'completed', order_id: 'x' } })
    expect(answer.json['errors']).toMatchObject([{ field: 'status' }, { field: 'order_id' }])
    expect((await here.call('POST', path, { as: ana, body: 'null', headers: json })).status).toBe(400)
    expect((await here.call('POST', path, { as: ana, body: {} })).status).toBe(200)
  })
})

describe('an id in a path', () => {
  const nasty = [
    "' OR 1=1--",
    '\0',
    'a'.repeat(10_000),
    'раy_0001',
    'pay_0001\n',
    '../../etc/passwd',
    '%',
    '{id}',
    'pay_0001 ',
    '__proto__',
    '💶',
    'pay_0001/../pay_0002',
  ]

  it.each(nasty)('names nothing when it is %j', async (id) => {
    const here = world()
    await openIntent(here)
    for (const path of [`/api/payments/${encodeURIComponent(id)}/status/`, `/api/intents/${encodeURIComponent(id)}/`]) {
      const { status } = await here.call('GET', path, { as: ana })
      expect(status).toBe(404)
    }
    expect((await here.call('POST', `/api/staff/outbox/${encodeURIComponent(id)}/retry`, { as: staff })).status).toBe(
      404,
    )
  })

  it.each(['%', '%zz', '%00', '%ff', '%c0%ae'])('names nothing when it is the bytes %s', async (raw) => {
    expect((await world().call('GET', `/api/payments/${raw}/status/`, { as: ana })).status).toBe(404)
  })
})

describe('a query', () => {
  it.each([
    'limit=0',
    'limit=-1',
    'limit=201',
    'limit=1.5',
    'limit=x',
    'limit=',
    'limit=1&limit=2',
    'after=%00',
    'after=',
    'status=gone',
    '__proto__=1',
    'limit[]=1',
  ])('is not taken with %s', async (query) => {
    const { status, json: body } = await world().call('GET', `/api/payments/?${query}`, { as: ana })
    expect([status, body['code']]).toEqual([400, 'invalid_request'])
  })
})

describe('a path', () => {
  it('is served with and without a slash at its end', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    for (const path of [
      `/api/payments/${paymentId}/status`,
      `/api/payments/${paymentId}/status/`,
      '/api/payments',
      '/api/payments/',
    ])
      expect((await here.call('GET', path, { as: ana })).status).toBe(200)
  })

  it('answers HEAD as it answers GET, without the body', async () => {
    const { status, text } = await world().call('HEAD', '/api/payments/', { as: ana })
    expect([status, text]).toEqual([200, ''])
  })

  it('that is not there is a problem like any other', async () => {
    const { status, json: body, headers } = await world().call('GET', '/api/nothing', { as: ana })
    expect([status, body['code']]).toEqual([404, 'not_found'])
    expect(headers.get('content-type')).toBe('application/problem+json')
  })

  it('says which methods it takes', async () => {
    const { status, headers } = await world().call('DELETE', '/api/intents/', { as: ana })
    expect([status, headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('may be mounted elsewhere', async () => {
    const here = world({ basePath: '/pay/v1', webhooksPath: '/hooks/stripe' })
    expect((await here.call('GET', '/pay/v1/payments/', { as: ana })).status).toBe(200)
    expect((await here.call('GET', '/api/payments/', { as: ana })).status).toBe(404)
    expect((await here.call('POST', '/hooks/stripe', { body: '{}' })).json['code']).toBe('signature_missing')
    expect((await world({ basePath: '' }).call('GET', '/payments/', { as: ana })).status).toBe(200)
    for (const basePath of ['api', '/api/', '/']) expect(() => world({ basePath })).toThrow(RangeError)
  })
})

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'k-1' }
  const open = (here: ReturnType<typeof world>, day: number, as = ana) =>
    here.call('POST', '/api/intents/', {
      as,
      headers: key,
      body: { kind: 'reservation', payload: { house: 'casa', day } },
    })

  it('gets the same answer for the same request, and 422 for another', async () => {
    const here = world()
    const first = await open(here, 1)
    expect((await open(here, 1)).text).toBe(first.text)
    const other = await open(here, 2)
    expect([other.status, other.json['code']]).toEqual([422, 'idempotency_key_reused'])
    expect((await open(here, 2, ben)).status).toBe(201)
  })

  it('is kept for refusals too', async () => {
    const here = world()
    await here.call('POST', '/api/payments/pay_0001/cancel/', { as: ana })
    const { paymentId } = await openIntent(here)
    const cancel = () =>
      here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana, headers: { ...key, 'x-request-id': 'r' } })
    await here.call('POST', `/api/payments/${paymentId}/cancel/`, { as: ana })
    const first = await cancel()
    expect(first.status).toBe(409)
    expect((await cancel()).text).toBe(first.text)
  })

  it('is kept where the use case itself takes none', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const change = (amount: string) =>
      here.call('POST', `/api/payments/${paymentId}/amount/`, { as: staff, headers: key, body: { amount } })
    expect((await change('50')).json['amount']).toBe('50.00')
    expect((await change('50.00')).json['amount']).toBe('50.00')
    expect((await change('60')).status).toBe(422)
  })

  it('has its first answer for good, and does nothing again', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const change = (amount: string, headers = {}) =>
      here.call('POST', `/api/payments/${paymentId}/amount/`, { as: staff, headers, body: { amount } })
    await change('50', key)
    await change('60')
    expect((await change('50', key)).json['amount']).toBe('50.00')
    const { json: now } = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(now['amount']).toBe('60.00')
  })

  it('goes on where it stood after an answer that said "not now"', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    const change = () =>
      here.call('POST', `/api/payments/${paymentId}/amount/`, { as: staff, headers: key, body: { amount: '50' } })
    here.provider.faults.next('closeAttempt', 'unreachable')
    expect((await change()).status).toBe(503)
    expect((await change()).json['amount']).toBe('50.00')
  })

  it.each(['', 'x'.repeat(256), 'tab\there', 'ñ'])('is not taken when it is %j', async (value) => {
    const headers = { 'idempotency-key': value }
    const answer = await world().call('POST', '/api/intents/', { as: ana, headers, body: wanted })
    expect([answer.status, answer.json['code']]).toEqual([400, 'invalid_idempotency_key'])
  })
})

describe('a request id', () => {
  it('is the sender’s own where it will do, else a new one; it is in the answer and in the log', async () => {
    const here = world()
    const asked = async (id: string) => {
      const { headers, json: body } = await here.call('GET', '/api/payments/none/status', {
        as: ana,
        headers: { 'x-request-id': id },
      })
      expect(body['request_id']).toBe(headers.get('x-request-id'))
      expect(here.logged.at(-1)?.data['request_id']).toBe(headers.get('x-request-id'))
      return headers.get('x-request-id')
    }
    expect(await asked('abc-123')).toBe('abc-123')
    for (const bad of ['', 'a b', '<script>', 'x'.repeat(129)]) expect(await asked(bad)).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is logged with the route and staff’s name, without owners’ names, paths or bodies', async () => {
    const here = world()
    await here.call('POST', '/api/intents/', { as: ana, body: wanted })
    await here.call('GET', '/api/staff/tasks/', { as: staff })
    expect(here.logged).toMatchObject([
      { level: 'info', event: 'request_answered', data: { route: 'open_intent', status: 201, actor: 'owner' } },
      { level: 'info', event: 'request_answered', data: { route: 'list_tasks', status: 200, actor: 'staff:eve' } },
    ])
    expect(JSON.stringify(here.logged)).not.toMatch(/ana|casa|token/)
  })
})

describe('too many requests', () => {
  it('are refused by caller where they open intents or pages, with when to come back', async () => {
    const clock = world().clock
    const here = world({ rateLimiter: tokenBuckets({ clock, burst: 2, perMinute: 60 }) })
    for (const _each of [1, 2])
      expect((await here.call('POST', '/api/intents/', { as: ana, body: wanted })).status).toBe(201)
    const third = await here.call('POST', '/api/intents/', { as: ana, body: wanted })
    expect([third.status, third.json['code'], third.headers.get('retry-after')]).toEqual([429, 'rate_limited', '1'])
    expect((await here.call('GET', '/api/payments/', { as: ana })).status).toBe(200)
    expect((await here.call('POST', '/api/intents/', { as: ben, body: wanted })).status).toBe(201)
    await clock.advance(1_000)
    expect((await here.call('POST', '/api/intents/', { as: ana, body: wanted })).status).toBe(201)
  })

  it.each([
    [1, '1'],
    [1_000, '1'],
    [1_001, '2'],
  ])('may come back in whole seconds, never sooner than they may: %i ms', async (retryAfterMs, seconds) => {
    const here = world({ rateLimiter: { take: async () => ({ ok: false, retryAfterMs }) } })
    const { headers } = await here.call('POST', '/api/intents/', { as: ana, body: wanted })
    expect(headers.get('retry-after')).toBe(seconds)
  })

  it('are remembered for so many callers and no more', async () => {
    const { clock } = world()
    const limiter = tokenBuckets({ clock, burst: 1, perMinute: 1, remembered: 2 })
    for (const key of ['a', 'b', 'c']) expect(await limiter.take(key)).toEqual({ ok: true })
    expect(await limiter.take('c')).toEqual({ ok: false, retryAfterMs: 60_000 })
    expect(await limiter.take('a')).toEqual({ ok: true })
  })
})

describe('what goes wrong inside', () => {
  it('is a 500 that says nothing of it, and a log entry that does', async () => {
    const here = world()
    const broken = world({
      holdfast: { ...here.holdfast, syncPayment: () => Promise.reject(new Error('password is hunter2')) },
    })
    const { status, json: body, text } = await broken.call('POST', '/api/payments/pay_1/sync_status/', { as: ana })
    expect([status, body['code']]).toEqual([500, 'internal_error'])
    expect(text).not.toContain('hunter2')
    expect(broken.logged[0]).toMatchObject({
      level: 'error',
      event: 'request_failed',
      data: { route: 'sync_payment_status', request_id: body['request_id'] },
    })
  })

  it('is a 500 even when it is no error at all', async () => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- this is what is tested
    const broken = world({ authenticator: { authenticate: () => Promise.reject('text') } })
    expect((await broken.call('GET', '/api/payments/', {})).status).toBe(500)
  })
})
