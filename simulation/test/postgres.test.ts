import { afterAll, expect, inject, it } from 'vitest'
import { difference } from '../src/compare.ts'
import { Violation } from '../src/oracle/violation.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { postgresDatabases } from '../src/system/postgres.ts'
import { goldenStory } from '../src/workload/golden.ts'
import { drawStory } from '../src/workload/story.ts'

const adminUrl = inject('pgAdminUrl')
const sqlite = await sqliteDatabases('turns')
const postgres = await postgresDatabases(adminUrl)
const statements = await postgresDatabases(adminUrl, { gating: 'statement' })
const unlocked = await postgresDatabases(adminUrl, {
  gating: 'statement',
  rewrite: (sql) => sql.replace(/FOR UPDATE(?! SKIP LOCKED)/, ''),
})
afterAll(async () => {
  for (const databases of [sqlite, postgres, statements, unlocked]) await databases.dispose()
})

it.each([
  ['0x1', 'swarm'],
  ['0x3', 'crashes'],
  ['0x9', 'swarm'],
] as const)('goes the same way on both databases: %s, %s', async (seed, profile) => {
  const { failure, contents } = await runStory(drawStory(seed, profile), { databases: sqlite, against: postgres })
  expect(failure, `npm run simulate -- --seed ${seed} --profile ${profile} --db both`).toBeUndefined()
  expect(contents.length).toBeGreaterThan(10)
})

it('tells where two runs went apart', () => {
  const run = { hash: 'h', lines: ['1 p0.1 begin'], contents: ['holdfast_payments []'] }
  expect(difference(run, { ...run })).toBeUndefined()
  expect(difference(run, { ...run, hash: 'i', lines: ['1 p0.1 read'] })).toMatchObject({
    rule: 'D1',
    message: expect.stringContaining('1 p0.1 begin\n  and on the other: 1 p0.1 read') as string,
  })
  expect(difference(run, { ...run, contents: [] })).toMatchObject({ rule: 'D1' })
})

it('notices a row that is another on one of the databases', async () => {
  const confused = await postgresDatabases(adminUrl, {
    rewrite: (sql) => (sql.startsWith('INSERT INTO holdfast_customers') ? sql.replace('$2', "$2 || '?'") : sql),
  })
  const story = goldenStory('deposit and balance', { webhooks: true })
  const { failure } = await runStory(story, { databases: sqlite, against: confused })
  await confused.dispose()
  expect(failure).toMatchObject({ rule: 'D1' })
})

it.each([
  ['0x3', 'swarm'],
  ['0x3', 'crashes'],
] as const)('keeps every rule with a stop before every statement: %s, %s', async (seed, profile) => {
  const { failure } = await runStory(drawStory(seed, profile), { databases: statements })
  expect(
    failure,
    `npm run simulate -- --seed ${seed} --profile ${profile} --db postgres --gates statement`,
  ).toBeUndefined()
})

it.each([
  ['cut 8', 'connections_cut'],
  ['cut 9', 'waited_for_lock'],
] as const)('is the same run for the same seed where the server decides nothing: %s, with %s', async (seed, what) => {
  const first = await runStory(drawStory(seed), { databases: statements })
  const second = await runStory(drawStory(seed), { databases: statements })
  expect(first.failure).toBeUndefined()
  expect(first.counts.get(what)).toBeGreaterThan(0)
  if (!first.counts.has('server_decides')) expect(second.hash).toBe(first.hash)
})

it('notices that rows are read without being locked', async () => {
  for (let seed = 3; seed < 13; seed += 1) {
    const { failure } = await runStory(drawStory(`unlocked ${seed}`, 'races'), { databases: unlocked })
    if (failure instanceof Violation) return
    expect(failure).toBeUndefined()
  }
  expect.fail('Ten stories without locks, and every rule was kept.')
})
