import { expect, it } from 'vitest'
import { createBench, failure, noonMs, secret, types, type Bench } from './harness.ts'

const customers = async ({ stripe }: Bench, count = 1): Promise<void> => {
  for (let each = 0; each < count; each += 1) await stripe.customers.create({ name: `Customer ${each}` })
}
const names = ({ received }: Bench) =>
  received.map(({ event }) => (event.data.object as { readonly name: string }).name)

it('signs each delivery so that the SDK accepts it', async () => {
  const bench = createBench()
  await customers(bench)
  await bench.simulator.settle()
  const { body, signature } = bench.received[0] ?? { body: '', signature: '' }
  const check = (payload: string, key = secret) =>
    bench.stripe.webhooks.constructEvent(payload, signature, key, 300, undefined, noonMs)
  expect(check(body)).toMatchObject({
    object: 'event',
    type: 'customer.created',
    api_version: '2026-10-28.endive',
    pending_webhooks: 1,
  })
  expect(() => check(`${body} `)).toThrow()
  expect(() => check(body, 'whsec_other')).toThrow()
})

it('does nothing by itself unless told to', async () => {
  const bench = createBench()
  await customers(bench, 2)
  expect(bench.received).toHaveLength(0)
  const due = bench.simulator.dueDeliveries()
  expect(due.map(({ eventType }) => eventType)).toEqual(['customer.created', 'customer.created'])
  expect(bench.simulator.nextDueAt()).toBe(noonMs)
  expect(await bench.simulator.deliver(due[1]?.id ?? '')).toMatchObject({ status: 'delivered' })
  expect(names(bench)).toEqual(['Customer 1'])
})

it.each([[500], ['nothing' as const]])(
  'tries again with growing waits for three days when the answer is %s',
  async (answer) => {
    const bench = createBench()
    bench.answerWith = answer
    await customers(bench)
    const waits: number[] = []
    for (let before = noonMs; ; ) {
      await bench.simulator.settle()
      const next = bench.simulator.nextDueAt()
      if (next === undefined) break
      waits.push((next - before) / 1000)
      await bench.simulator.advance(next - before)
      before = next
    }
    expect(waits.slice(0, 5)).toEqual([10, 40, 160, 640, 2560])
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(3 * 86_400)
    const [delivery] = bench.simulator.ledger().deliveries
    expect(delivery).toMatchObject({ status: 'failed' })
    expect(delivery?.attempts).toHaveLength(waits.length + 1)
    expect(delivery?.attempts[0]).toMatchObject({ status: answer === 500 ? 500 : null })
  },
)

it('counts an event as delivered once it was answered', async () => {
  const bench = createBench()
  bench.answerWith = 503
  await customers(bench)
  await bench.simulator.settle()
  expect((await bench.stripe.events.list({ delivery_success: false })).data).toHaveLength(1)
  bench.answerWith = 200
  await bench.simulator.advance(10_000)
  await bench.simulator.settle()
  expect((await bench.stripe.events.list({ delivery_success: false })).data).toHaveLength(0)
  expect(bench.received).toHaveLength(1)
})

it('holds everything while paused and sends it afterwards', async () => {
  const bench = createBench()
  await bench.control('POST', '/webhooks', { mode: 'paused' })
  await customers(bench, 2)
  await bench.simulator.settle()
  expect(bench.received).toHaveLength(0)
  await bench.control('POST', '/webhooks', { mode: 'normal' })
  await bench.simulator.settle()
  expect(names(bench)).toEqual(['Customer 0', 'Customer 1'])
})

it('flushes what waits, whatever it waits for', async () => {
  const bench = createBench()
  await bench.control('POST', '/webhooks', { mode: 'paused' })
  await customers(bench)
  await bench.control('POST', '/webhooks', { mode: 'delay', ms: 86_400_000 })
  await customers(bench)
  expect((await bench.control('POST', '/webhooks/flush')).body).toMatchObject({ flushed: 2 })
  expect(bench.received).toHaveLength(2)
})

it('drops events for ever, though they can be listed', async () => {
  const bench = createBench()
  await bench.control('POST', '/webhooks', { mode: 'drop' })
  await customers(bench)
  await bench.control('POST', '/webhooks', { mode: 'normal' })
  await bench.control('POST', '/webhooks/flush')
  await bench.simulator.advance(3 * 86_400_000)
  await bench.simulator.settle()
  expect(bench.received).toHaveLength(0)
  expect(types((await bench.stripe.events.list()).data)).toEqual(['customer.created'])
})

it('duplicates: the same event, as often as told', async () => {
  const bench = createBench()
  await bench.control('POST', '/webhooks', { mode: 'duplicate', copies: 3 })
  await customers(bench)
  await bench.simulator.settle()
  expect(new Set(bench.received.map(({ event }) => event.id)).size).toBe(1)
  expect(bench.received).toHaveLength(3)
})

it('reorders', async () => {
  const bench = createBench()
  await bench.control('POST', '/webhooks', { mode: 'reorder', ms: 60_000 })
  await customers(bench, 8)
  await bench.simulator.advance(60_000)
  await bench.simulator.settle()
  expect(names(bench)).toHaveLength(8)
  expect(names(bench)).not.toEqual([...names(bench)].sort())
})

it('delays', async () => {
  const bench = createBench()
  await bench.control('POST', '/webhooks', { mode: 'delay', ms: 5000 })
  await customers(bench)
  await bench.simulator.settle()
  expect(bench.received).toHaveLength(0)
  await bench.simulator.advance(5000)
  await bench.simulator.settle()
  expect(bench.received).toHaveLength(1)
})

it('delivers an event again by hand', async () => {
  const bench = createBench()
  await customers(bench)
  await bench.simulator.settle()
  const id = bench.received[0]?.event.id ?? ''
  expect((await bench.control('POST', `/events/${id}/deliver`)).body).toMatchObject({
    deliveries: [{ status: 'delivered', event: id }],
  })
  expect(bench.received).toHaveLength(2)
  expect((await bench.control('POST', '/events/evt_none/deliver')).status).toBe(400)
})

it('makes and changes endpoints through the API, with their own secret and choice of events', async () => {
  const bench = createBench({ webhooks: [] })
  const endpoint = await bench.stripe.webhookEndpoints.create({
    url: 'https://shop.test/hooks',
    enabled_events: ['customer.deleted'],
  })
  expect(endpoint.secret).toMatch(/^whsec_/)
  expect((await bench.stripe.webhookEndpoints.retrieve(endpoint.id)).secret).toBeUndefined()
  const customer = await bench.stripe.customers.create()
  await bench.stripe.customers.del(customer.id)
  await bench.simulator.settle()
  const [only] = bench.received
  expect(types(bench.received.map(({ event }) => event))).toEqual(['customer.deleted'])
  expect(
    bench.stripe.webhooks.constructEvent(
      only?.body ?? '',
      only?.signature ?? '',
      endpoint.secret ?? '',
      300,
      undefined,
      noonMs,
    ).type,
  ).toBe('customer.deleted')

  await bench.stripe.webhookEndpoints.update(endpoint.id, { disabled: true })
  await bench.stripe.customers.create()
  await bench.stripe.webhookEndpoints.del(endpoint.id)
  expect((await failure(bench.stripe.webhookEndpoints.retrieve(endpoint.id))).code).toBe('resource_missing')
})

it('lists events for thirty days, by type and time', async () => {
  const bench = createBench()
  await customers(bench)
  const [event] = (await bench.stripe.events.list({ type: 'customer.*' })).data
  expect((await bench.stripe.events.list({ types: ['customer.deleted'] })).data).toHaveLength(0)
  expect((await bench.stripe.events.retrieve(event?.id ?? '')).type).toBe('customer.created')
  await bench.simulator.advance(30 * 86_400_000 + 1000)
  expect((await bench.stripe.events.list()).data).toHaveLength(0)
  expect((await failure(bench.stripe.events.retrieve(event?.id ?? ''))).code).toBe('resource_missing')
  expect(bench.simulator.ledger().events).toHaveLength(1)
})
