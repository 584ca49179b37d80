import { afterEach, expect, it } from 'vitest'
import { discrepancies, readBooks } from './buyer.ts'
import { eventually } from './eventually.ts'
import { startTestServer, type TestServer } from './running.ts'
import { stripeAt } from './stripe-payer.ts'
import { createVisitor, type Visitor } from './visitor.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.remove()
  server = undefined
})

const sixHours = 6 * 3_600_000

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
  await stripe.fault({ match: 'POST /v1/checkout/sessions', kind: '500_no_effect', times: 10_000 })
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
  // The two that nobody could pay for in time have let go of what they held.
  await eventually('the others to be over', async () => {
    const statuses = server === undefined ? [] : readBooks(server).orders.map(({ status }) => status)
    return statuses.toSorted().join(' ') === 'cancelled cancelled completed'
  })
  expect(discrepancies(readBooks(server))).toEqual([])
  expect(await metric('holdfast_circuit_breaker_state{state="closed"} 1')).toBe(true)
  expect(await metric('holdfast_circuit_breaker_transitions_total{state="closed"} 1')).toBe(true)
}, 240_000)
