import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')
const readme = read('../README.md')

it('quotes an example that runs', async () => {
  expect(readme).toContain(`\`\`\`ts\n${read('readme-example.ts')}\`\`\``)
  const { paymentProvider, webhookVerifier } = await import('./readme-example.ts')
  expect(paymentProvider).toHaveProperty('openSession')
  expect(webhookVerifier).toHaveProperty('verify')
})

it('lists the events that mean something, and no others', () => {
  const translated = [...read('../src/translate.ts').matchAll(/case '([a-z_.]+)':/g)].map(([, type]) => type)
  const [, table = ''] = /\| Event \| Means \|\n([\s\S]*?)\n\n/.exec(readme) ?? []
  const listed = table
    .split('\n')
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z_.]+)`/g)].map(([, type]) => type))
  expect(listed.toSorted()).toEqual(translated.toSorted())
  expect(translated.length).toBeGreaterThan(10)
})
