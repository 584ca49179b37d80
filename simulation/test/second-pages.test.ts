import { afterAll, expect, it } from 'vitest'
import type { Ledger } from '@holdfast/stripe-simulator'
import { straysOf } from '../src/oracle/second-pages.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { twice } from '../src/system/network.ts'
import type { Act } from '../src/workload/command.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const second = 1_000

/** Somebody books while a proxy asks for the page twice, and then this happens. */
const askedTwice = (heard: (typeof twice)[number], ...then: readonly (readonly [number, Act])[]) => ({
  ...goldenStory('deposit and balance', { webhooks: true }),
  commands: [
    { do: 'send_twice', heard, process: 0, afterMs: 0 } as const,
    { do: 'book', who: 0, night: 1, checkout: true, key: true, process: 0, afterMs: second } as const,
    ...then.map(([afterMs, act]) => ({ ...act, afterMs, process: 0 })),
  ],
})

const sessionsOf = ({ derived }: Ledger, attemptId: string | undefined) =>
  derived.sessions.filter(({ metadata }) => metadata['attempt_id'] === attemptId)

it.each(twice)('there are two pages of one attempt, whichever answer is heard: %s', async (heard) => {
  let pages: readonly string[] = []
  const { failure, counts } = await runStory(askedTwice(heard), {
    databases,
    onEnd: (ledger) => {
      const [first] = ledger.derived.sessions
      pages = sessionsOf(ledger, first?.metadata['attempt_id']).map(({ id }) => id)
    },
  })
  expect(failure).toBeUndefined()
  expect(counts.get('page_asked_for_twice')).toBe(1)
  expect(pages).toHaveLength(2)
})

it('what is paid on a page that nobody knew of, after all was called off, goes back', async () => {
  const cancelled = [30 * second, { do: 'cancel', on: -1, times: 1, key: true }] as const
  const paid = [second, { do: 'pay', on: 0, card: 'pm_card_visa' }] as const
  const { failure, counts } = await runStory(askedTwice('first', cancelled, paid), { databases })
  expect(failure).toBeUndefined()
  expect(counts.get('late_money_refunded')).toBe(1)
})

it('the page that is stored for an attempt is its own one, and the first until one is', async () => {
  let ledger: Ledger | undefined
  await runStory(askedTwice('first'), { databases, onEnd: (truth) => void (ledger = truth) })
  if (ledger === undefined) throw new Error('There is no ledger.')
  const id = ledger.derived.sessions[0]?.metadata['attempt_id'] ?? ''
  const [one, other] = sessionsOf(ledger, id).map((session) => session.id)
  const strays = (provider_id: string | null) => [...straysOf(new Set([id]), ledger as Ledger, [{ id, provider_id }])]
  expect([strays(null), strays(one ?? ''), strays(other ?? '')]).toEqual([[other], [other], [one]])
  expect(straysOf(new Set(), ledger, [])).toEqual(new Set())
})
