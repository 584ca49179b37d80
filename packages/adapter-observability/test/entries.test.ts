import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const source = path.resolve(import.meta.dirname, '../src')

/** What an entry brings with it from outside, through everything that it imports; types included. */
const broughtBy = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  const brought = new Set<string>()
  if (seen.has(file)) return brought
  seen.add(file)
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/\bfrom '([^']+)'/g)) {
    if (!name.startsWith('.')) brought.add(name)
    else for (const more of broughtBy(path.resolve(path.dirname(file), name), seen)) brought.add(more)
  }
  return brought
}

// Whoever counts need not install what traces.
it.each([
  ['index.ts', []],
  ['pino.ts', ['pino']],
  ['prometheus.ts', ['prom-client']],
  ['opentelemetry.ts', ['@opentelemetry/api']],
  ['inversify.ts', ['inversify']],
])('%s needs no more than it says', (entry, optional) => {
  const brought = [...broughtBy(path.join(source, entry))].filter((name) => !/^(node:|@holdfast\/core$)/.test(name))
  expect(brought).toEqual(optional)
})

it('lists all of it as optional', () => {
  const manifest = JSON.parse(readFileSync(path.join(source, '../package.json'), 'utf8')) as {
    readonly dependencies: object
    readonly peerDependencies: object
    readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
  }
  expect(Object.keys(manifest.dependencies)).toEqual(['@holdfast/core'])
  expect(Object.keys(manifest.peerDependencies)).toEqual(['@opentelemetry/api', 'inversify', 'pino', 'prom-client'])
  for (const name of Object.keys(manifest.peerDependencies))
    expect(manifest.peerDependenciesMeta[name]?.optional, name).toBe(true)
})
