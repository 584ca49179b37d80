import { afterAll, expect, inject, it } from 'vitest'
import { difference } from '../src/compare.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { postgresDatabases } from '../src/system/postgres.ts'
import { drawStory } from '../src/workload/story.ts'

const sqlite = await sqliteDatabases('turns')
const postgres = await postgresDatabases(inject('pgAdminUrl'))
const statements = await postgresDatabases(inject('pgAdminUrl'), 'statement')
afterAll(async () => {
  for (const databases of [sqlite, postgres, statements]) await databases.dispose()
})

it.each([
  ['0x1', 'swarm'],
  ['0x2', 'crashes'],
  ['0x3', 'races'],
  ['0x5', 'swarm'],
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

it.each([
  ['0x3', 'swarm'],
  ['0x2', 'crashes'],
  ['0x5', 'races'],
] as const)('keeps every rule with a stop before every statement: %s, %s', async (seed, profile) => {
  const { failure } = await runStory(drawStory(seed, profile), { databases: statements })
  expect(
    failure,
    `npm run simulate -- --seed ${seed} --profile ${profile} --db postgres --gates statement`,
  ).toBeUndefined()
})

it('waits for locks and loses connections, and the same seed is the same run all the same', async () => {
  const story = drawStory('0x1', 'swarm')
  const first = await runStory(story, { databases: statements })
  const second = await runStory(story, { databases: statements })
  expect(second.hash).toBe(first.hash)
  expect(first.counts.get('waited_for_lock')).toBeGreaterThan(0)
  expect(first.counts.get('connections_cut')).toBeGreaterThan(0)
})
