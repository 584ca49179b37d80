import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { listFiles, readText, root } from './project.ts'
import { brokenLinks, quotes, regionOf, unmarked } from './quotes.ts'

const pages = listFiles().filter((file) => file.endsWith('.md') && !file.startsWith('.changeset/'))
const quoted = pages.flatMap((page) => quotes(page, readText(page)))

it('reads the README', () => {
  expect(pages).toContain('README.md')
})

it('quotes only what runs: every marked code block equals the region it comes from', () => {
  for (const { page, from, code } of quoted) {
    const [file = '', region] = from.split('#')
    expect(existsSync(path.join(root, file)), `${page} quotes ${file}`).toBe(true)
    expect(code, `${page} quotes ${from}`).toBe(regionOf(readText(file), region))
  }
})

it('shows no TypeScript on the front page that is not quoted from a file', () => {
  expect(unmarked(readText('README.md'))).toEqual([])
})

it('links only to what is there', () => {
  expect(pages.flatMap((page) => brokenLinks(page, readText(page), exists))).toEqual([])
})

const exists = (file: string): boolean => existsSync(path.join(root, file))

const page = [
  '# A page',
  '<!-- from: examples/pay.ts#pay -->',
  '```ts',
  'pay(1)',
  '```',
  'And [a page](docs/there.md#part), [another](docs/nowhere.md), [a site](https://example.com).',
  '```ts',
  'nobodyRuns(this)',
  '```',
].join('\n')

it('finds a quote, a code block that is none, and a link to nowhere', () => {
  expect(quotes('docs/a.md', page)).toEqual([{ page: 'docs/a.md', from: 'examples/pay.ts#pay', code: 'pay(1)' }])
  expect(unmarked(page)).toEqual(['nobodyRuns(this)'])
  expect(brokenLinks('README.md', page, (file) => file === 'docs/there.md')).toEqual(['README.md -> docs/nowhere.md'])
  expect(brokenLinks('docs/a.md', '[up](../README.md)', (file) => file === 'README.md')).toEqual([])
})

it('reads a region without its indentation, and a file without a region as a whole', () => {
  const text = 'before()\n  // #region pay\n  pay(1)\n    .then(two)\n  // #endregion pay\nafter()\n'
  expect(regionOf(text, 'pay')).toBe('pay(1)\n  .then(two)')
  expect(regionOf('all()\n', undefined)).toBe('all()')
  expect(regionOf(text, 'gone')).toBeUndefined()
})
