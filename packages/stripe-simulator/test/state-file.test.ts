import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createSimulator, UnreadableStateFile } from '../src/index.ts'
import { createBench, failure, ownStateFile, sessionParams } from './harness.ts'

const own = ownStateFile()

it('starts again exactly where it was left, without having been closed', async () => {
  const first = createBench({ stateFile: own.path })
  const customer = await first.stripe.customers.create({ email: 'ana@example.com' }, { idempotencyKey: 'k' })
  const session = await first.stripe.checkout.sessions.create(sessionParams({ customer: customer.id }))
  await first.pay(session.id)
  await first.control('POST', '/faults', { match: 'POST /v1/refunds', kind: '429', times: 2 })
  await first.control('POST', '/webhooks', { mode: 'paused' })
  await first.simulator.advance(3_600_000)
  const before = first.simulator.ledger()

  const second = createBench({ stateFile: own.path, seed: 'another' })
  expect(second.simulator.ledger()).toEqual(before)
  expect((await second.stripe.customers.create({ email: 'ana@example.com' }, { idempotencyKey: 'k' })).id).toBe(
    customer.id,
  )
  expect((await failure(second.stripe.refunds.create({ payment_intent: 'pi_none' }))).statusCode).toBe(429)
  await second.simulator.settle()
  expect(second.received).toHaveLength(before.deliveries.length)
  const next = await second.stripe.customers.create()
  expect(before.objects.customer.map(({ id }) => id)).not.toContain(next.id)
})

it('expires after a restart what ran out while it was down', async () => {
  let nowMs = Date.UTC(2027, 0, 15)
  const first = createBench({ stateFile: own.path, now: () => nowMs })
  const { id } = await first.stripe.checkout.sessions.create(sessionParams())
  nowMs += 2 * 86_400_000
  const second = createBench({ stateFile: own.path, now: () => nowMs })
  expect((await second.stripe.checkout.sessions.retrieve(id)).status).toBe('expired')
  expect(second.simulator.ledger().events[0]?.created).toBe(Date.UTC(2027, 0, 16) / 1000)
})

it('drops a line that was cut off wherever the process died, and nothing else', async () => {
  const first = createBench({ stateFile: own.path })
  await first.stripe.customers.create({ name: 'first' })
  const kept = readFileSync(own.path).length
  await first.stripe.customers.create({ name: 'second' })
  const whole = readFileSync(own.path).length
  const text = readFileSync(own.path, 'utf8')
  for (let length = whole; length >= kept; length -= 97) {
    writeFileSync(own.path, text)
    truncateSync(own.path, length)
    const names = createBench({ stateFile: own.path })
      .simulator.ledger()
      .objects.customer.map((customer) => ('name' in customer ? customer.name : null))
    expect(names).toEqual(length === whole ? ['first', 'second'] : ['first'])
  }
})

it.each([
  ['not JSON\n', /line 1.*not a state file/],
  ['a note of somebody, in one line', /line 1.*not a state file/],
  ['{"format":"something else"}\n', /line 1.*not a state file/],
  ['{"format":"stripe-simulator","version":2}\n', /line 1.*version 2/],
  ['{"format":"stripe-simulator","version":1}\n[{"table":"customer"}]\n[]\n', /line 2.*damaged/],
])('refuses %j with a sentence that names the line', (text, message) => {
  writeFileSync(own.path, text)
  expect(() => createSimulator({ stateFile: own.path })).toThrow(UnreadableStateFile)
  expect(() => createSimulator({ stateFile: own.path })).toThrow(message)
  expect(readFileSync(own.path, 'utf8')).toBe(text)
})

it('refuses a file that was damaged in the middle', async () => {
  const first = createBench({ stateFile: own.path })
  await first.stripe.customers.create()
  appendFileSync(own.path, '{"half\n[]\n')
  expect(() => createSimulator({ stateFile: own.path })).toThrow(/damaged/)
})

it('keeps a reset', async () => {
  const first = createBench({ stateFile: own.path })
  await first.stripe.customers.create()
  await first.control('POST', '/reset')
  const { objects, events } = createBench({ stateFile: own.path }).simulator.ledger()
  expect([objects.customer.length, events.length, objects.webhook_endpoint.length]).toEqual([0, 0, 1])
})
