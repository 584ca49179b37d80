import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, it } from 'vitest'
import { plant, readText, root } from './project.ts'

const tsconfig = JSON.stringify({
  compilerOptions: {
    target: 'ES2023',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    types: ['node'],
    noEmit: true,
  },
  include: ['**/*.ts'],
})

/** The rules that oxlint names when it reads one planted file. */
const rulesBrokenBy = (file: string, text: string): readonly string[] => {
  const folder = plant({ '.oxlintrc.json': readText('.oxlintrc.json'), 'tsconfig.json': tsconfig, [file]: text })
  const oxlint = path.join(root, 'node_modules/oxlint/bin/oxlint')
  const { stdout } = spawnSync(process.execPath, [oxlint, '--type-aware', '--format=json', 'packages'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly { readonly code: string }[] }
  return diagnostics.map(({ code }) => code.replace(/^.*\((.*)\)$/, '$1'))
}

const anywhere = 'packages/adapter-sql/src/planted.ts'
const core = 'packages/core/src/use-cases/planted.ts'

const broken: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['no-floating-promises', anywhere, 'const work = async (): Promise<void> => {}\nwork()\n'],
  [
    'no-misused-promises',
    anywhere,
    'export const f = (all: string[]): void => all.forEach(async () => { await Promise.resolve() })\n',
  ],
  [
    'switch-exhaustiveness-check',
    anywhere,
    "export const f = (a: 'x' | 'y'): number => {\n  switch (a) {\n    case 'x':\n      return 1\n  }\n  return 2\n}\n",
  ],
  ['no-explicit-any', anywhere, 'export const f = (a: any): unknown => a\n'],
  ['consistent-type-imports', anywhere, "import { Stats } from 'node:fs'\nexport type Used = Stats\n"],
  ['no-default-export', anywhere, 'export default 1\n'],
  [
    'no-focused-tests',
    'packages/core/test/planted.test.ts',
    "import { expect, it } from 'vitest'\nit.only('a', () => expect(1).toBe(1))\n",
  ],
  ['no-restricted-properties', core, 'export const now = (): number => Date.now()\n'],
  ['no-restricted-properties', core, 'export const random = (): number => Math.random()\n'],
  ['no-restricted-properties', core, 'export const wait = globalThis.structuredClone\n'],
  ...[
    'performance',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'process',
    'crypto',
    'fetch',
    'WeakRef',
    'FinalizationRegistry',
  ].map((name) => ['no-restricted-globals', core, `export const it: unknown = ${name}\n`] as const),
]

it.each(broken)('says %s of %s', (rule, file, text) => {
  expect(rulesBrokenBy(file, text)).toEqual([rule])
})

it('lets the one file that holds the real clock read it', () => {
  const text = 'export const now = (): number => Date.now()\nexport const id = (): string => crypto.randomUUID()\n'
  expect(rulesBrokenBy('packages/core/src/system.ts', text)).toEqual([])
})
