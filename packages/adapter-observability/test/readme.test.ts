import { readdirSync, readFileSync } from 'node:fs'
import { context, trace } from '@opentelemetry/api'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { openSql } from '@holdfast/adapter-sql'
import { defaultSettings } from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import { memoryClock, memoryNotifier, memoryPaymentProvider, sequentialIds } from '@holdfast/core/memory'
import { afterEach, expect, it } from 'vitest'
import { loggedFields } from '../src/index.ts'
import { readExposition } from './exposition.ts'
import { serve, startTracing, watch, watchVisitors } from './readme-example.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

afterEach(() => {
  trace.disable()
  context.disable()
})

it('quotes a wiring that works', async () => {
  const exporter = new InMemorySpanExporter()
  const provider = startTracing(exporter)
  const database = openSql({ kind: 'sqlite', filename: ':memory:' })
  await database.migrate()
  const lines: string[] = []
  const clock = memoryClock(rules.start)
  const { holdfast, registry, logger } = watch(
    database,
    {
      paymentProvider: memoryPaymentProvider({ clock }),
      clock,
      ids: sequentialIds(),
      notifier: memoryNotifier(),
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [],
      settings: defaultSettings,
    },
    { write: (line) => void lines.push(line) },
  )
  watchVisitors(registry, () => 3)
  const answer = serve(registry, async () => {
    await holdfast.workOnce()
    logger.log('info', 'worked', {})
    return new Response('done')
  })
  const sent = { headers: { 'x-request-id': 'mine' } }
  expect(await (await answer(new Request('https://shop.example/work', sent))).text()).toBe('done')
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ event: 'worked', request_id: 'mine' }])
  await provider.forceFlush()
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toContain('holdfast.work_once')

  const response = await answer(new Request('https://shop.example/metrics'))
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const families = readExposition(await response.text())
  expect(families.get('my_shop_visitors')?.samples[0]?.value).toBe(3)
  await database.close()

  // And lists each metric as it is, and no other.
  const rows = [...readme.matchAll(/^\| `([a-z_]+)(?:\{([a-z, ]+)\})?` \| (counter|gauge|histogram) \|/gm)]
  const listed = rows.map(([, name, labels = '', type]) => `${type} ${name} ${labels}`)
  const there = [...families.values()]
    .filter(({ name }) => name !== 'my_shop_visitors')
    .map(({ name, type, samples }) => {
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)))
      labels.delete('le')
      return `${type} ${name} ${[...labels].join(', ')}`
    })
  expect(listed.toSorted()).toEqual(there.toSorted())
})

it('lists the fields that are logged, and no others', () => {
  const [, list = ''] = /The fields that are logged: ([^.]+)\./.exec(readme) ?? []
  const listed = [...list.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name)
  expect(listed.toSorted()).toEqual([...loggedFields].toSorted())
})

it('names every span and attribute, and no others', () => {
  const sources = readdirSync(new URL('../src/tracing', import.meta.url)).map((file) =>
    readFileSync(new URL(`../src/tracing/${file}`, import.meta.url), 'utf8').replaceAll(/\/\*\*[\s\S]*?\*\//g, ''),
  )
  const used = sources.flatMap((text) =>
    [...text.matchAll(/'((?:holdfast|db|peer|error)\.[a-z_.]+)'/g)].map(([, name]) => name),
  )
  const [, chapter = ''] = /## Spans\n([\s\S]*?)\n## /.exec(readme) ?? []
  const named = [...chapter.matchAll(/`((?:holdfast|db|peer|error)\.[a-z_.]+)`/g)].map(([, name]) => name)
  expect([...new Set(used)].filter((name) => !named.includes(name))).toEqual([])
  expect([...new Set(named)].filter((name) => !used.includes(name) && name !== 'holdfast.start_checkout')).toEqual([])
})
