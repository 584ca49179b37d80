import { readFileSync } from 'node:fs'
import Stripe from 'stripe'
import { expect, it } from 'vitest'
import { helpText } from '../src/command-line.ts'
import { createSimulator, faultKinds, simulatorHttpClient, testCards, webhookModes } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('names every fault, webhook mode and option there is', () => {
  for (const kind of faultKinds) expect(readme).toContain(`| \`${kind}\` |`)
  for (const mode of webhookModes) expect(readme).toContain(`\`${mode}\``)
  for (const [option] of helpText.matchAll(/--(?!help)[a-z-]+(?= <)/g)) expect(readme).toContain(`| \`${option}\` |`)
})

it('names only cards that exist, with their numbers', () => {
  const rows = [...readme.matchAll(/\| (\d[\d ]+) \| `(pm_card_\w+)`/g)]
  expect(rows.length).toBeGreaterThan(15)
  for (const [, number = '', id = ''] of rows) {
    expect(testCards.find((card) => card.number === number.replaceAll(' ', ''))?.ids).toContain(id)
  }
})

it('has an example that runs', async () => {
  const code = /<!-- example: in-process -->\n```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const body = code.replaceAll(/^import .*$/gm, '').replaceAll(': string[]', '').replace('((await request.json()) as Stripe.Event)', '(await request.json())')
  const printed: unknown[] = []
  const run = new Function('Stripe', 'createSimulator', 'simulatorHttpClient', 'console', `return (async () => {${body}})()`) as (
    ...given: readonly unknown[]
  ) => Promise<void>
  await run(Stripe, createSimulator, simulatorHttpClient, { log: (...args: readonly unknown[]) => printed.push(...args) })
  expect(printed).toMatchObject([expect.stringMatching(/^cus_/) as string, ['customer.created'], { sessions: [] }])
})
