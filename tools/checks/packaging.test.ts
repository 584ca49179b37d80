import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { listFiles, readText, root } from './project.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly license?: string
  readonly type?: string
  readonly private?: boolean
  readonly sideEffects?: boolean
  readonly engines?: { readonly node?: string }
  readonly files?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | { readonly types: string; readonly import: string }>>
  readonly dependencies?: Readonly<Record<string, string>>
}

const manifests: readonly (readonly [folder: string, manifest: Manifest])[] = listFiles()
  .filter((file) => /^packages\/[^/]+\/package\.json$/.test(file))
  .map((file) => [path.dirname(file), JSON.parse(readText(file)) as Manifest])

const published = manifests.filter(([, { private: isPrivate }]) => isPrivate !== true)

/** The source that `tsc` makes a file of `dist` from. */
const sourceOf = (built: string): string => built.replace(/^\.\/dist\//, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts')

it('finds the packages', () => {
  expect(published.map(([, { name }]) => name)).toContain('@holdfast/core')
})

it('gives all published packages one version', () => {
  expect(new Set(published.map(([, { version }]) => version)).size).toBe(1)
})

it('releases all published packages together', () => {
  const { fixed } = JSON.parse(readText('.changeset/config.json')) as { readonly fixed: readonly (readonly string[])[] }
  expect(fixed).toEqual([['@holdfast/*']])
})

describe.each(published)('%s', (folder, manifest) => {
  it('says what it is, under which licence, and for which Node', () => {
    expect(manifest.description).toMatch(/\.$/)
    expect(manifest).toMatchObject({
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=20.19.0' },
    })
  })

  it('publishes what was built and its source, and no tests', () => {
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'src', '!dist/.tsbuildinfo']))
    expect(manifest.files?.filter((pattern) => /^!|^(dist|src|LICENSE)$|\.(json|md)$/.test(pattern))).toEqual(
      manifest.files,
    )
  })

  it('exports only what has a source, with the types beside the code', () => {
    const { './package.json': own, ...entries } = manifest.exports ?? {}
    expect(own).toBe('./package.json')
    expect(Object.keys(entries)).toContain('.')
    for (const [name, entry] of Object.entries(entries)) {
      if (typeof entry === 'string') throw new Error(`${name} has no types`)
      expect(entry.types, name).toBe(entry.import.replace(/\.js$/, '.d.ts'))
      expect(existsSync(path.join(root, folder, sourceOf(entry.import))), `${name}: ${sourceOf(entry.import)}`).toBe(
        true,
      )
    }
  })

  it('has the source of every command it installs', () => {
    for (const [name, built] of Object.entries(manifest.bin ?? {}))
      expect(existsSync(path.join(root, folder, sourceOf(built))), `${name}: ${sourceOf(built)}`).toBe(true)
  })

  it('depends on the other packages at their exact version', () => {
    const ours = Object.entries(manifest.dependencies ?? {}).filter(([name]) => name.startsWith('@holdfast/'))
    expect(ours.filter(([, range]) => range !== manifest.version)).toEqual([])
  })
})
