import Stripe from 'stripe'
import { expect, it } from 'vitest'
import { createBench, failure, header, sessionParams, type Bench } from './harness.ts'

const arm = async (bench: Bench, kind: string, more: object = {}): Promise<void> => {
  const armed = await bench.control('POST', '/faults', { match: 'POST /v1/checkout/sessions', kind, ...more })
  expect(armed.status).toBe(200)
}
const open = ({ stripe }: Bench, key = 'k') => stripe.checkout.sessions.create(sessionParams(), { idempotencyKey: key })
const sessions = ({ simulator }: Bench) => simulator.ledger().derived.sessions.length

it.each([
  ['timeout_before_effect', 0],
  ['timeout_after_effect', 1],
  ['reset_after_headers', 1],
])('%s loses the answer, with %i sessions made; the same key then gives one', async (kind, made) => {
  const bench = createBench()
  await arm(bench, kind, { ms: 50 })
  expect(await failure(open(bench))).toBeInstanceOf(Stripe.errors.StripeConnectionError)
  expect(sessions(bench)).toBe(made)
  const session = await open(bench)
  expect(header(session, 'idempotent-replayed')).toBe(made === 1 ? 'true' : null)
  expect(sessions(bench)).toBe(1)
})

it('malformed_json cuts the answer short after the effect', async () => {
  const bench = createBench()
  await arm(bench, 'malformed_json')
  const error = await failure(open(bench))
  expect(error).toBeInstanceOf(Stripe.errors.StripeAPIError)
  expect(sessions(bench)).toBe(1)
  expect((await open(bench)).status).toBe('open')
})

it.each([
  ['500_no_effect', 0],
  ['500_with_effect', 1],
])('%s keeps its 500 under the key, with %i sessions made', async (kind, made) => {
  const bench = createBench()
  await arm(bench, kind)
  for (const attempt of [1, 2, 3]) {
    const error = await failure(open(bench))
    expect(error).toMatchObject({ type: 'StripeAPIError', statusCode: 500, rawType: 'api_error' })
    expect(error.headers?.['idempotent-replayed']).toBe(attempt === 1 ? undefined : 'true')
  }
  expect(sessions(bench)).toBe(made)
  await open(bench, 'another key')
  expect(sessions(bench)).toBe(made + 1)
})

it('500_not_kept does nothing, and the same key may try again', async () => {
  const bench = createBench()
  await arm(bench, '500_not_kept')
  expect(await failure(open(bench))).toMatchObject({ type: 'StripeAPIError', statusCode: 500, rawType: 'api_error' })
  expect(sessions(bench)).toBe(0)
  expect(header(await open(bench), 'idempotent-replayed')).toBe(null)
  expect(bench.simulator.ledger().calls.map(({ executed }) => executed)).toEqual([false, true])
})

it('429 does nothing, carries Retry-After and keeps nothing', async () => {
  const bench = createBench()
  await arm(bench, '429', { times: 2, retry_after: 7 })
  const error = await failure(open(bench))
  expect(error).toMatchObject({ type: 'StripeRateLimitError', statusCode: 429, code: 'rate_limit' })
  expect(error.headers?.['retry-after']).toBe('7')
  await failure(open(bench))
  expect((await open(bench)).status).toBe('open')
  expect(sessions(bench)).toBe(1)
})

it('every answer says when it was made, by the clock of the simulator', async () => {
  const bench = createBench()
  const dateOf = async () => header(await bench.stripe.checkout.sessions.list(), 'date')
  const before = await dateOf()
  expect(before).toBe(new Date(bench.simulator.nowMs()).toUTCString())
  await bench.control('POST', '/clock', { advance_s: 90 })
  expect(Date.parse((await dateOf()) ?? '') - Date.parse(before ?? '')).toBe(90_000)
})

it('409_key_in_use does nothing', async () => {
  const bench = createBench()
  await arm(bench, '409_key_in_use')
  expect(await failure(open(bench))).toMatchObject({
    statusCode: 409,
    code: 'idempotency_key_in_use',
    rawType: 'idempotency_error',
  })
  expect((await open(bench)).status).toBe('open')
})

it('latency takes the time it is told, through the sleep it is given', async () => {
  const slept: number[] = []
  const bench = createBench({ sleep: (ms) => Promise.resolve(void slept.push(ms)) })
  await arm(bench, 'latency', { ms: 1234 })
  await open(bench)
  expect(slept).toEqual([1234])
})

it('strikes after and times as told, by pattern, and can be disarmed', async () => {
  const bench = createBench()
  await bench.control('POST', '/faults', {
    match: '* /v1/checkout/sessions/{id}/expire',
    kind: '500_no_effect',
    after: 1,
    times: 1,
  })
  const ids = [await open(bench, 'a'), await open(bench, 'b'), await open(bench, 'c')].map(({ id }) => id)
  await bench.stripe.checkout.sessions.expire(ids[0] ?? '')
  expect((await failure(bench.stripe.checkout.sessions.expire(ids[1] ?? ''))).statusCode).toBe(500)
  await bench.stripe.checkout.sessions.expire(ids[2] ?? '')
  expect(bench.simulator.ledger().faults).toMatchObject([{ seen: 2, struck: 1 }])

  await arm(bench, '429', { times: 100 })
  await bench.control('DELETE', '/faults')
  await open(bench, 'd')
})

it('says in the ledger what struck which call', async () => {
  const bench = createBench()
  await arm(bench, 'timeout_after_effect')
  await failure(open(bench))
  await open(bench)
  expect(bench.simulator.ledger().calls).toMatchObject([
    {
      method: 'POST',
      path: '/v1/checkout/sessions',
      idempotencyKey: 'k',
      status: 200,
      fault: 'timeout_after_effect',
      executed: true,
      replayed: false,
    },
    {
      method: 'POST',
      path: '/v1/checkout/sessions',
      idempotencyKey: 'k',
      status: 200,
      fault: null,
      executed: false,
      replayed: true,
    },
  ])
})

it.each([
  ['a minute', {}, 59, 61],
  ['as long as told', { ms: 5_000 }, 4, 6],
])(
  'list_lag keeps what is younger than %s out of lists, and nothing out of other calls',
  async (_, more, soon, later) => {
    const bench = createBench()
    const { stripe, control } = bench
    const old = await open(bench, 'old')
    await control('POST', '/clock', { advance_s: 3_600 })
    const young = await open(bench, 'young')
    const listed = async () => (await stripe.checkout.sessions.list()).data.map(({ id }) => id)
    const lag = { match: 'GET /v1/*', kind: 'list_lag', times: 2, ...more }
    expect(await control('POST', '/faults', lag)).toMatchObject({ status: 200 })

    await control('POST', '/clock', { advance_s: soon })
    expect(await listed()).toEqual([old.id])
    expect((await stripe.checkout.sessions.retrieve(young.id)).id).toBe(young.id)
    await control('POST', '/clock', { advance_s: later - soon })
    expect(await listed()).toEqual([young.id, old.id])
    expect(bench.simulator.ledger().calls.filter(({ fault }) => fault === 'list_lag')).toHaveLength(2)
  },
)

it('lets a program decide on the spot', async () => {
  const seen: unknown[] = []
  const bench = createBench({
    chooseFault: (call) => {
      seen.push(call)
      return seen.length === 1 ? { kind: 'timeout_after_effect' } : undefined
    },
  })
  await failure(open(bench))
  await open(bench)
  expect(seen).toEqual([
    { method: 'POST', path: '/v1/checkout/sessions', idempotencyKey: 'k', replay: false, isList: false },
    { method: 'POST', path: '/v1/checkout/sessions', idempotencyKey: 'k', replay: true, isList: false },
  ])
})

it.each([
  [{ kind: '429' }, 'match'],
  [{ match: 'nonsense', kind: '429' }, 'match'],
  [{ match: '* *', kind: 'earthquake' }, 'kind'],
  [{ match: '* *', kind: '429', times: 0 }, 'times'],
  [{ match: '* *', kind: '429', colour: 'red' }, 'colour'],
])('refuses the fault %j, naming %s', async (body, param) => {
  const { control } = createBench()
  expect(await control('POST', '/faults', body)).toMatchObject({ status: 400, body: { error: { param } } })
})
