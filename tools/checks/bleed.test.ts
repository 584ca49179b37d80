import path from 'node:path'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'
import { plant, readText, root } from './project.ts'

/** What must not come along with the core. `node:` stands for every module of Node. */
const foreign = /^(stripe|knex|pg|better-sqlite3|hono|inversify|reflect-metadata|zod|vitest|fast-check|node:.*)(\/|$)/

interface Bundle {
  /** Every import from outside that the bundle still has, and every foreign package that was bundled. */
  readonly foreign: readonly string[]
  /** Our own modules that are part of it. */
  readonly modules: readonly string[]
}

/** Bundles one entry by itself, types removed, as a consumer's bundler would. */
const bundle = async (entry: string): Promise<Bundle> => {
  const build = await rolldown({ input: entry, platform: 'neutral', external: [foreign, /^[^./]/], logLevel: 'silent' })
  const { output } = await build.generate({ format: 'esm' })
  await build.close()
  const chunks = output.filter((part) => part.type === 'chunk')
  return {
    foreign: chunks
      .flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
      .filter((name) => !name.endsWith('.js')),
    modules: chunks.flatMap(({ moduleIds }) => moduleIds),
  }
}

it('bundles the core by itself: no package, no module of Node', async () => {
  const { foreign, modules } = await bundle(path.join(root, 'packages/core/src/index.ts'))
  expect(foreign).toEqual([])
  expect(modules.filter((id) => id.includes('node_modules'))).toEqual([])
  expect(modules.length).toBeGreaterThan(0)
})

it('keeps the test runner and the container out of the in-memory adapters', async () => {
  const { foreign } = await bundle(path.join(root, 'packages/core/src/memory/index.ts'))
  expect(foreign).toEqual([])
})

it.each(['stripe', 'knex', 'inversify', 'zod', 'vitest', 'node:fs'])('sees %s when it bleeds in', async (name) => {
  const folder = plant({
    'src/index.ts': "export * from './inner.ts'\n",
    'src/inner.ts': `import * as bled from '${name}'\nexport const names = (): readonly string[] => Object.keys(bled)\n`,
  })
  expect((await bundle(path.join(folder, 'src/index.ts'))).foreign).toEqual([name])
})

it('lists no dependency in the manifest of the core', () => {
  const manifest = JSON.parse(readText('packages/core/package.json')) as {
    readonly dependencies?: object
    readonly peerDependencies: object
    readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
  }
  expect(manifest.dependencies ?? {}).toEqual({})
  for (const peer of Object.keys(manifest.peerDependencies))
    expect(manifest.peerDependenciesMeta[peer]?.optional, peer).toBe(true)
})
