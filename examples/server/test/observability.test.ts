import { pinoLogger } from '@holdfast/adapter-observability/pino'
import { createDatabase } from '@holdfast/pg-test'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { readExposition, type Family } from '../../../packages/adapter-observability/test/exposition.ts'
import { eventually } from './eventually.ts'
import { book, toNextDueDate } from './guest.ts'
import { startTestServer, type TestServer } from './running.ts'
import { stripeAt } from './stripe-payer.ts'
import { createVisitor } from './visitor.ts'

const exporter = new InMemorySpanExporter()
beforeAll(() => {
  // As a host's own `--import` would, before the server starts.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
})
afterAll(() => {
  trace.disable()
  context.disable()
})

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each()
})

const start = async (kind: 'sqlite' | 'postgres') => {
  const lines: string[] = []
  const logger = pinoLogger(pino({ level: 'debug', base: null }, { write: (line) => void lines.push(line) }))
  const environment: Record<string, string> = { SESSION_SECRET: 'a-secret-that-nobody-should-ever-read-anywhere' }
  if (kind === 'postgres') {
    const database = await createDatabase(inject('pgAdminUrl'))
    undo.push(() => database.drop())
    environment['DATABASE_URL'] = database.url
  }
  const server: TestServer = await startTestServer(environment, logger)
  undo.push(() => server.remove())
  const scrape = async () => {
    const response = await fetch(new URL('/metrics', server.url))
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    return readExposition(await response.text())
  }
  return { url: server.url, lines, scrape, stripe: stripeAt(server.url) }
}

const told = (families: ReadonlyMap<string, Family>, name: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    (families.get(name)?.samples ?? [])
      .filter(({ value }) => value !== 0)
      .map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  )

describe.each(['sqlite', 'postgres'] as const)('who watches over the server, on %s', (kind) => {
  it('sees three payments, of which one failed and two go back, in metrics, logs and spans', async () => {
    exporter.reset()
    const { url, lines, scrape, stripe } = await start(kind)
    const [ana, ben, staff] = [createVisitor(url), createVisitor(url), createVisitor(url)]
    const tokens = [await ana.signIn('ana@example.com'), await ben.signIn('ben@example.com')]
    await staff.signIn('staff@example.com')

    // Two guests pay for the same nights. The second has everything back.
    const [first, second] = [await book(ana), await book(ben)]
    await stripe.pay(first.sessionId, first.amount)
    await eventually('the booking', async () => (await ana.get('/bookings')).html.includes('/bookings/res_'))
    await stripe.pay(second.sessionId, second.amount)
    await eventually('the refund', async () => {
      const { objects } = await stripe.ledger()
      return objects.refund.length === 1 && objects.refund[0]?.status === 'succeeded'
    })
    // On the day the balance is due, the card of the first no longer works: a page waits for her.
    const payments = await staff.get('/console/payments')
    for (const [, id] of payments.html.matchAll(/console\/payments\/(pay_\w+)"/g)) {
      const page = await staff.get(`/console/payments/${id}`)
      if (page.html.includes('/fail-card')) await staff.submit(page, `/console/payments/${id}/fail-card`)
    }
    await toNextDueDate(staff)
    await eventually('the message', async () =>
      (await ana.get('/messages')).text.includes('Your balance could not be charged'),
    )
    // Her deposit goes back.
    const depositId = Object.keys((await stripe.ledger()).derived.money_by_payment_id)[0] ?? ''
    const eva = await staff.signIn('staff@example.com')
    const refunded = await staff.send(`/api/payments/${depositId}/refunds/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': eva.csrfToken, 'x-request-id': 'refund-by-eva' },
      body: JSON.stringify({ reason: 'requested_by_customer' }),
    })
    expect([refunded.status, await refunded.text()]).toEqual([201, expect.any(String)])

    const families = await eventually('the metrics', async () => {
      const found = await scrape()
      return told(found, 'payment_refunds_succeeded_total')['requested_by_customer'] === 1 && found
    })
    expect(told(families, 'payment_attempts_total')).toEqual({ hosted: 3, off_session: 1 })
    expect(told(families, 'payment_success_total')).toEqual({ hosted: 2 })
    expect(told(families, 'payment_failures_total')).toEqual({ 'off_session provider_rejected': 1 })
    expect(told(families, 'payment_retries_total')).toEqual({ hosted: 1 })
    expect(told(families, 'payment_refunds_total')).toEqual({ slot_taken: 1, requested_by_customer: 1 })
    expect(told(families, 'payment_refunds_succeeded_total')).toEqual({ slot_taken: 1, requested_by_customer: 1 })
    expect(told(families, 'active_payments')).toEqual({ '': 1 })
    expect(told(families, 'holdfast_gauges_up')).toEqual({ '': 1 })
    expect(told(families, 'holdfast_ghost_records')).toEqual({})
    expect(told(families, 'holdfast_work_dead')).toEqual({})
    // Those that were there before keep their names.
    for (const name of ['failed_payments', 'payment_retries', 'open_intents', 'ghost_records'])
      expect(families.get(`holdfast_${name}`), name).toMatchObject({ type: 'gauge' })

    // Each fact once, whoever brought it about, with its payment; and what a request did bears its id.
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(logged.filter(({ event }) => event === 'payment_captured')).toHaveLength(2)
    const byEva = logged.filter(({ request_id }) => request_id === 'refund-by-eva').map(({ event }) => event)
    expect(byEva).toEqual(expect.arrayContaining(['refund_payment_asked', 'refund_requested', 'request_answered']))
    for (const { event, payment_id } of logged)
      if (/^(payment|attempt|refund|intent|reservation)_/.test(String(event))) expect(payment_id).toMatch(/^pay_/)
    const written = lines.join('')
    const secrets = [
      'ana@example.com',
      'ben@example.com',
      'staff@example.com',
      ...[...tokens, eva].map(({ csrfToken }) => csrfToken),
      'whsec_',
      'sk_test',
      'nobody-should-ever-read',
      '4242424242424242',
      '/c/pay/cs_',
      '"ana"',
      'pm_card',
    ]
    for (const secret of secrets) expect(written).not.toContain(secret)
    const tellable = logged.flatMap(({ redacted = [] }) => redacted as readonly string[])
    expect([...new Set(tellable)].toSorted()).toEqual(hidden)

    // Spans: the call to Stripe within the use case that made it, and its transactions with it.
    const spans = exporter.getFinishedSpans()
    const use = spans.find(({ name }) => name === 'holdfast.refund_payment')
    expect(use?.attributes).toMatchObject({ 'holdfast.payment.id': depositId, 'holdfast.outcome': 'ok' })
    const inside = spans.filter((span) => span.parentSpanContext?.spanId === use?.spanContext().spanId)
    expect(inside.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['holdfast.transaction', 'payment_provider.refund']),
    )
    expect(inside.find(({ name }) => name === 'holdfast.transaction')?.attributes).toMatchObject({
      'db.system.name': kind === 'sqlite' ? 'sqlite' : 'postgresql',
    })
  })
})

/** What facts hold and the log does not. */
const hidden = ['charge.customer_id', 'charge.payment_method_id', 'url']
