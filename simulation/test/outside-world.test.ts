import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, expect, it } from 'vitest'
import { guardOutsideWorld, OutsideWorld } from '../src/outside-world.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

/** What a slip would look like, made by a unit of work in the middle of a run. */
const slips: Readonly<Record<string, () => unknown>> = {
  'Date.now': () => Date.now(),
  'new Date()': () => new Date(),
  'performance.now': () => performance.now(),
  'Math.random': () => Math.random(),
  setTimeout: () => clearTimeout(setTimeout(() => {}, 0)),
  setInterval: () => clearInterval(setInterval(() => {}, 1_000)),
  fetch: () => fetch('data:,'),
  'crypto.randomUUID': () => crypto.randomUUID(),
  'node:crypto randomUUID': () => randomUUID(),
  'node:crypto randomBytes': () => randomBytes(8),
}

it.each(Object.entries(slips))(
  'sees a run that asks for %s, also where what is thrown is swallowed',
  async (_, slip) => {
    const { failure } = await runStory(goldenStory('deposit and balance', { webhooks: true }), {
      databases,
      sabotage: {
        unitOfWork: (inner) => ({
          ...inner,
          run: (work) => {
            try {
              slip()
            } catch {
              // As a catch that takes everything would.
            }
            return inner.run(work)
          },
        }),
      },
    })
    expect(failure).toBeInstanceOf(OutsideWorld)
  },
)

it('leaves dates that are given their time alone, and everything once it is lifted', () => {
  const guard = guardOutsideWorld()
  expect(new Date(0)).toBeInstanceOf(Date)
  expect(() => Date.now()).toThrow(OutsideWorld)
  guard.lift()
  expect(Date.now()).toBeGreaterThan(0)
  expect(new Date().getTime()).toBeGreaterThan(0)
})
