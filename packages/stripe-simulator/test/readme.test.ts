import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { helpText } from '../src/command-line.ts'
import { faultKinds, testCards, webhookModes } from '../src/index.ts'

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

it('quotes an example that runs', async () => {
  const example = readFileSync(new URL('readme-example.ts', import.meta.url), 'utf8')
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  await import('./readme-example.ts')
  expect(log.mock.calls).toMatchObject([
    [expect.stringMatching(/^cus_/) as string, ['customer.created'], { sessions: [] }],
  ])
  log.mockRestore()
})
