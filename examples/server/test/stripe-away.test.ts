import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { discrepancies, readBooks } from './buyer.ts'
import { eventually } from './eventually.ts'
import { freePort, runUntilListening, serverProgram, simulatorProgram, type Process } from './processes.ts'
import { startTestServer, type TestServer } from './running.ts'
import { stripeAt } from './stripe-payer.ts'
import { createVisitor, type Visitor } from './visitor.ts'

let server: TestServer | undefined
const undo: (() => unknown)[] = []
afterEach(async () => {
  await server?.remove()
  server = undefined
  for (const each of undo.splice(0).toReversed()) await each()
})

const sixHours = 6 * 3_600_000
const fiveMinutes = 5 * 60_000

const buyAt = async (visitor: Visitor, key: string): Promise<Response> => {
  const { csrfToken } = await visitor.signIn('ana@example.com')
  return visitor.send('/api/checkout', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken, 'idempotency-key': key },
    body: JSON.stringify({ lines: [{ article_id: 'taza-talavera', quantity: 1 }], currency: 'MXN' }),
  })
}

it('Stripe is away for six hours: a fast 503 that says when to come back, nothing is lost, and all is paid in the end', async () => {
  server = await startTestServer()
  const { url } = server
  const stripe = stripeAt(url)
  const [ana, staff] = [createVisitor(url), createVisitor(url)]
  await staff.signIn('staff@example.com')
  const circuit = async () => /data-circuit="(\w+)"/.exec((await staff.get('/console')).html)?.[1]
  const metric = async (line: string) => (await (await fetch(new URL('/metrics', url))).text()).includes(`\n${line}\n`)
  const called = async () =>
    (await stripe.ledger()).calls.filter(({ method, path }) => `${method} ${path}` === 'POST /v1/checkout/sessions')
      .length

  expect(await circuit()).toBe('closed')
  await stripe.fault({ match: 'POST /v1/checkout/sessions', kind: '500_not_kept', times: 10_000 })
  await stripe.fault({ match: 'GET /v1/checkout/sessions', kind: '500_no_effect', times: 10_000 })
  // Five calls in a row without an answer, and from then on nobody calls.
  await eventually(
    'the circuit to open',
    async () => {
      await buyAt(ana, 'first')
      return (await circuit()) === 'open'
    },
    60_000,
  )
  expect(await metric('holdfast_circuit_breaker_state{state="open"} 1')).toBe(true)
  expect((await staff.get('/console')).text).toContain('Stripe is left alone for a while')

  const before = await called()
  const answer = await buyAt(ana, 'second')
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ code: 'provider_unavailable', retryable: true })
  const retryAfter = Number(answer.headers.get('retry-after'))
  expect(retryAfter).toBeGreaterThan(0)
  expect(retryAfter).toBeLessThanOrEqual(60)
  expect(await called()).toBe(before)
  // What was ordered stands, with its goods.
  expect(readBooks(server).orders.map(({ status }) => status)).toEqual(['pending', 'pending'])

  await stripe.advance(sixHours)
  await stripe.clearFaults()
  await eventually(
    'the circuit to close',
    async () => {
      await buyAt(ana, 'third')
      return (await circuit()) === 'closed'
    },
    60_000,
  )
  const paid = await buyAt(ana, 'third')
  const { session_id: sessionId } = (await paid.json()) as { readonly session_id: string }
  expect(paid.status).toBe(200)
  expect(await stripe.pay(sessionId, 28_000)).toBe(200)
  await eventually('the order to be paid', async () => {
    const books = server === undefined ? undefined : readBooks(server)
    return books?.orders.some(({ status }) => status === 'completed')
  })
  // Stripe has never said whether there is a page for the two others. That there is none is believed some minutes after it was
  // asked last; until then they keep what they hold, and then they let go of it.
  await eventually('the others to be over', async () => {
    await stripe.advance(fiveMinutes)
    const statuses = server === undefined ? [] : readBooks(server).orders.map(({ status }) => status)
    return statuses.toSorted().join(' ') === 'cancelled cancelled completed'
  })
  expect(discrepancies(readBooks(server))).toEqual([])
  expect(await metric('holdfast_circuit_breaker_state{state="closed"} 1')).toBe(true)
  expect(await metric('holdfast_circuit_breaker_transitions_total{state="closed"} 1')).toBe(true)
}, 240_000)

it('The simulator is a process of its own and is gone: staff see how things stand, and what they cannot move', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stays-away-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  const [port, stripePort] = [await freePort(), await freePort()]
  const [origin, stripeOrigin] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${stripePort}`]
  const webhookSecret = 'whsec_of_a_simulator_that_is_gone'
  const running = async (...command: Parameters<typeof runUntilListening>): Promise<Process> => {
    const program = await runUntilListening(...command)
    undo.push(program.kill)
    return program
  }
  const startSimulator = () =>
    running(simulatorProgram({ port: stripePort, folder, servers: [origin], webhookSecret }), folder)
  const simulator = await startSimulator()
  await running(serverProgram, folder, {
    PORT: String(port),
    LOG_LEVEL: 'error',
    DEMO_CLOCK: '1',
    STRIPE_API_BASE: stripeOrigin,
    STRIPE_SECRET_KEY: 'sk_test_gone',
    STRIPE_WEBHOOK_SECRET: webhookSecret,
  })
  const staff = createVisitor(origin)
  await staff.signIn('staff@example.com')
  const console = await staff.get('/console')
  expect(console.text).toContain('Webhooks: on')

  await simulator.kill()
  const without = await staff.get('/console')
  expect(without.status).toBe(200)
  expect(without.html).toContain('data-circuit="closed"')
  expect(without.text).toContain('The Stripe simulator does not answer.')
  expect(without.html).not.toContain('action="/console/demo/')
  // Whoever still has the page from before is told the same.
  for (const [action, fields] of [
    ['/console/demo/clock', { by: 'hour' }],
    ['/console/demo/webhooks', { mode: 'drop' }],
  ] as const) {
    const answer = await staff.submit(console, action, fields)
    expect(answer.status).toBe(503)
    expect(answer.text).toContain('The Stripe simulator does not answer.')
  }

  await startSimulator()
  expect((await staff.get('/console')).text).toContain('Webhooks: on')
})
