import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect, it } from 'vitest'
import { type Boundaries, readBoundaries, unseenPackages } from '../boundaries.mjs'
import { plant, readText, root } from './project.ts'

interface Plant {
  readonly file: string
  readonly text: string
  /** It completes another plant, in whose name the violation is reported. */
  readonly silent?: true
}

const importing = (file: string, target: string): Plant => ({
  file,
  text: `import * as it from '${target}'\nexport const used = it\n`,
})
const importingTypes = (file: string, target: string): Plant => ({
  file,
  text: `import type * as It from '${target}'\nexport type Used = typeof It\n`,
})

/** One violation of each rule. What is imported is planted below, harmless. */
const violations: Readonly<Record<string, readonly Plant[]>> = {
  'kernel-imports-nothing': [importing('packages/core/src/kernel/planted.ts', '../payment/payment.ts')],
  'concept-knows-concepts': [
    importing('packages/core/src/payment/planted-port.ts', '../ports/clock.ts'),
    importingTypes('packages/core/src/payment/planted-use-case.ts', '../use-cases/pay.ts'),
    importing('packages/core/src/payment/planted-entry.ts', '../index.ts'),
  ],
  'concept-imports-types-of-others': [importing('packages/core/src/wallet/planted.ts', '../payment/payment.ts')],
  'ports-know-concepts': [importing('packages/core/src/ports/planted.ts', '../use-cases/pay.ts')],
  'use-cases-know-ports': [
    importing('packages/core/src/use-cases/planted.ts', '../memory/index.ts'),
    importing('packages/core/src/fulfilment/planted.ts', '../index.ts'),
  ],
  'core-entry-stays-lean': [importing('packages/core/src/planted-entry.ts', './memory/index.ts')],
  'contracts-belong-to-tests': [importing('packages/adapter-sql/src/planted-contract.ts', '@holdfast/core/contracts')],
  'core-has-no-dependencies': [
    importing('packages/core/src/payment/planted-package.ts', 'zod'),
    importing('packages/core/src/use-cases/planted-builtin.ts', 'node:fs'),
    importingTypes('packages/core/src/ports/planted-type.ts', 'stripe'),
    importing('packages/core/src/use-cases/planted-container.ts', 'inversify'),
    importing('packages/core/src/memory/planted-runner.ts', 'vitest'),
  ],
  'core-knows-the-container-in-one-file': [importing('packages/core/src/inversify.ts', 'zod')],
  'contracts-know-only-test-tools': [importing('packages/core/src/contracts/planted.ts', 'zod')],
  'adapters-know-only-the-core': [
    importing('packages/adapter-http/src/planted-adapter.ts', '@holdfast/adapter-sql'),
    importing('packages/adapter-cli/src/commands/planted-simulator.ts', '@holdfast/stripe-simulator'),
  ],
  'simulator-knows-nobody': [importingTypes('packages/stripe-simulator/src/planted-core.ts', '@holdfast/core')],
  'stripe-stays-in-its-adapter': [importingTypes('packages/adapter-sql/src/planted-stripe.ts', 'stripe')],
  'simulator-takes-only-types-of-stripe': [importing('packages/stripe-simulator/src/planted-client.ts', 'stripe')],
  'sql-stays-in-its-adapter': [
    importing('packages/adapter-http/src/planted-knex.ts', 'knex'),
    importing('packages/stripe-simulator/src/planted-sqlite.ts', 'better-sqlite3'),
  ],
  'http-stays-in-its-adapter': [
    importing('packages/adapter-sql/src/planted-hono.ts', 'hono'),
    importing('packages/adapter-stripe/src/planted-openapi.ts', '@hono/zod-openapi'),
  ],
  'command-line-stays-in-its-adapter': [
    importing('packages/adapter-http/src/planted-progress.ts', 'cli-progress'),
    importing('packages/stripe-simulator/src/planted-commander.ts', 'commander'),
  ],
  'redis-stays-in-its-adapter': [
    importing('packages/adapter-sql/src/planted-bullmq.ts', 'bullmq'),
    importing('packages/adapter-http/src/planted-redis.ts', 'ioredis'),
  ],
  'watching-stays-in-its-adapter': [
    importing('packages/adapter-http/src/planted-pino.ts', 'pino'),
    importing('packages/adapter-sql/src/planted-metrics.ts', 'prom-client'),
    importingTypes('packages/adapter-stripe/src/planted-tracing.ts', '@opentelemetry/api'),
  ],
  'packages-do-not-know-their-hosts': [
    importing('packages/adapter-stripe/src/planted-host.ts', '../../../examples/server/src/app.ts'),
  ],
  'source-imports-what-it-lists': [
    importing('packages/adapter-sql/src/planted-dev.ts', 'fast-check'),
    importing('examples/server/src/planted-unlisted.ts', 'publint'),
  ],
  'no-test-in-source': [importing('packages/adapter-stripe/src/planted-test.ts', '../test/stories.ts')],
  'no-circular': [
    importing('packages/adapter-stripe/src/planted-circle.ts', './planted-other-half.ts'),
    { ...importing('packages/adapter-stripe/src/planted-other-half.ts', './planted-circle.ts'), silent: true },
  ],
  'no-unresolvable': [importing('packages/adapter-stripe/src/planted-missing.ts', './nowhere.ts')],
}

/** What the rules allow, so that a rule that forbids too much is found as well. */
const allowed: readonly Plant[] = [
  importing('packages/core/src/payment/payment.ts', '../kernel/result.ts'),
  importingTypes('packages/core/src/wallet/wallet.ts', '../payment/payment.ts'),
  importing('packages/core/src/settlement/settlement.ts', '../payment/payment.ts'),
  importing('packages/core/src/ports/clock.ts', '../payment/payment.ts'),
  importing('packages/core/src/use-cases/pay.ts', '../ports/clock.ts'),
  importing('packages/core/src/fulfilment/stay.ts', '../ports/clock.ts'),
  importing('packages/core/src/memory/index.ts', '../use-cases/pay.ts'),
  importing('packages/core/src/contracts/index.ts', 'vitest'),
  importing('packages/core/src/index.ts', './use-cases/pay.ts'),
  importing('packages/core/test/payment.test.ts', 'vitest'),
  importing('packages/adapter-sql/src/index.ts', 'knex'),
  importing('packages/adapter-sql/src/unit-of-work.ts', '@holdfast/core'),
  importing('packages/adapter-sql/test/contract.test.ts', '@holdfast/core/contracts'),
  importing('packages/adapter-stripe/src/index.ts', 'stripe'),
  importing('packages/adapter-stripe/test/stories.ts', '@holdfast/stripe-simulator'),
  importing('packages/adapter-http/src/index.ts', 'hono'),
  importing('packages/adapter-cli/src/index.ts', 'cli-progress'),
  importing('packages/adapter-cli/src/run.ts', '@holdfast/core'),
  importing('packages/adapter-cli/src/stripe-simulator/load-simulator.ts', '@holdfast/stripe-simulator'),
  importing('packages/adapter-bullmq/src/index.ts', 'bullmq'),
  importing('packages/adapter-bullmq/src/connect.ts', 'ioredis'),
  importing('packages/adapter-observability/src/index.ts', 'prom-client'),
  importing('packages/adapter-observability/src/tracing.ts', '@opentelemetry/api'),
  importingTypes('packages/adapter-observability/src/logging.ts', 'pino'),
  importingTypes('packages/stripe-simulator/src/index.ts', 'stripe'),
  importing('packages/stripe-simulator/src/http-client.ts', 'stripe'),
  importing('packages/stripe-simulator/src/server.ts', '@hono/node-server'),
  importing('examples/server/src/app.ts', '@holdfast/adapter-sql'),
  importing('examples/server/src/stripe.ts', 'stripe'),
]

const listed = [
  'pino',
  'prom-client',
  '@opentelemetry/api',
  'bullmq',
  'ioredis',
  'cli-progress',
  'commander',
  'zod',
  'stripe',
  'knex',
  'better-sqlite3',
  'hono',
  '@hono/zod-openapi',
  '@hono/node-server',
  'inversify',
  'vitest',
]
const manifest = JSON.stringify({
  dependencies: Object.fromEntries(listed.map((name) => [name, '*'])),
  devDependencies: { 'fast-check': '*' },
})

const settings = ['.dependency-cruiser.cjs', 'tsconfig.boundaries.json']

const tree = (plants: readonly Plant[]): Record<string, string> => ({
  ...Object.fromEntries(settings.map((file) => [file, readText(file)])),
  ...Object.fromEntries(plants.map(({ file }) => [`${file.split('/').slice(0, 2).join('/')}/package.json`, manifest])),
  'packages/core/src/kernel/result.ts': 'export const ok = true\n',
  ...Object.fromEntries(plants.map(({ file, text }) => [file, text])),
})

const checkIn = (folder: string) =>
  spawnSync(process.execPath, [path.join(root, 'tools/check-boundaries.mjs')], { cwd: folder, encoding: 'utf8' })

it('finds nothing where every rule is kept', () => {
  expect(readBoundaries(plant(tree(allowed))).violations).toEqual([])
})

it('finds one planted violation of every rule, by that rule alone', () => {
  const boundaries: Boundaries = readBoundaries(plant(tree([...allowed, ...Object.values(violations).flat()])))
  const found = boundaries.violations.map(({ rule, from }) => `${from}: ${rule}`)
  const planted = Object.entries(violations).flatMap(([rule, plants]) =>
    plants.filter(({ silent }) => !silent).map(({ file }) => `${file}: ${rule}`),
  )
  expect(found.sort()).toEqual(planted.sort())
})

it('plants a violation of every rule there is, and every rule says why', () => {
  const rules: readonly { readonly name: string; readonly comment?: string; readonly severity?: string }[] =
    createRequire(import.meta.url)('../../.dependency-cruiser.cjs').forbidden
  expect(rules.map(({ name }) => name).sort()).toEqual(Object.keys(violations).sort())
  for (const { name, comment = '', severity } of rules) {
    expect(comment.length, `${name} says why`).toBeGreaterThan(40)
    expect(severity, name).toBe('error')
  }
})

it('fails, with the reason, when a rule is broken', () => {
  const { status, stderr } = checkIn(plant(tree([...allowed, ...violations['kernel-imports-nothing']!])))
  expect(stderr).toContain(
    'kernel-imports-nothing: packages/core/src/kernel/planted.ts -> packages/core/src/payment/payment.ts',
  )
  expect(stderr).toContain('The kernel is what everything else is said in.')
  expect(status).toBe(1)
})

it('fails when it saw nothing at all', () => {
  const { status, stderr } = checkIn(plant(Object.fromEntries(settings.map((file) => [file, readText(file)]))))
  expect(stderr).toContain('no module was seen')
  expect(status).toBe(1)
})

it('names a package of which it saw nothing', () => {
  const folder = plant({ ...tree(allowed), 'packages/adapter-new/src/index.txt': 'not code' })
  expect(unseenPackages(folder, readBoundaries(folder))).toEqual(['packages/adapter-new/src/'])
})
