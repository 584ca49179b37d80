import { instant, ListingInterrupted } from '@holdfast/core'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { expect, it } from 'vitest'
import { traceEventHistory, traceProviderAudit } from '../src/opentelemetry.ts'
import { listenToSpans } from './spans.ts'

const period = { from: instant(0), to: instant(1_000) }

/** Lists these pages, and then breaks off where that is wanted. Says when somebody has let go of it. */
const listing = (sizes: readonly number[], breaksOff = false) => {
  const state = { isLetGo: false }
  const pages = async function* () {
    try {
      for (const size of sizes) yield Array.from({ length: size }, (_, index) => ({ id: `it_${index}` }) as never)
      if (breaksOff) throw new ListingInterrupted('It was reset by sk_live_51Secret.')
    } finally {
      state.isLetGo = true
    }
  }
  return { state, pages }
}

const drain = async (pages: AsyncIterable<readonly unknown[]>): Promise<readonly number[]> => {
  const sizes: number[] = []
  for await (const page of pages) sizes.push(page.length)
  return sizes
}

it('is a call for each page, of the history and of each list of an audit, with how much was on it', async () => {
  const { tracer, spans } = listenToSpans()
  const { pages } = listing([2, 1])
  const audit = traceProviderAudit({ sessions: pages, charges: pages, refunds: pages }, tracer)
  expect(await drain(traceEventHistory({ events: pages }, tracer, { service: 'stripe' }).events(period))).toEqual([
    2, 1,
  ])
  for (const list of ['sessions', 'charges', 'refunds'] as const)
    expect(await drain(audit[list](period))).toEqual([2, 1])
  expect(spans().map(({ name, kind, attributes }) => [name, kind, attributes])).toEqual([
    ...[2, 1, 0].map((listed) => [
      'payment_provider.list_events',
      SpanKind.CLIENT,
      { 'peer.service': 'stripe', 'holdfast.provider.listed': listed },
    ]),
    ...['sessions', 'charges', 'refunds'].flatMap((list) =>
      [2, 1, 0].map((listed) => [
        `payment_provider.list_${list}`,
        SpanKind.CLIENT,
        { 'holdfast.provider.listed': listed },
      ]),
    ),
  ])
})

it('is an error where a list breaks off, scrubbed, and throws what was thrown', async () => {
  const { tracer, spans } = listenToSpans()
  const traced = traceEventHistory({ events: listing([1], true).pages }, tracer)
  await expect(drain(traced.events(period))).rejects.toBeInstanceOf(ListingInterrupted)
  expect(spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.ERROR])
  expect(JSON.stringify(spans().map(({ status, events }) => [status, events]))).not.toContain('sk_live')
})

it('lets go of the list when whoever reads it stops in between', async () => {
  const { tracer, spans } = listenToSpans()
  const { state, pages } = listing([1, 1, 1])
  for await (const page of traceEventHistory({ events: pages }, tracer).events(period)) if (page.length === 1) break
  expect(state.isLetGo).toBe(true)
  expect(spans()).toHaveLength(1)
})

it('is what it was without a tracer', () => {
  const { pages } = listing([])
  const [history, audit] = [{ events: pages }, { sessions: pages, charges: pages, refunds: pages }]
  expect(traceEventHistory(history, undefined)).toBe(history)
  expect(traceProviderAudit(audit, undefined)).toBe(audit)
})
