import { eventually } from '../../examples/server/test/eventually.ts'
import type { Readable } from '../src/system/database.ts'
import { advance } from './clock.ts'
import type { Machine } from './machine.ts'

/** Everything works again: nothing is paused or down, no call fails, webhooks come. What was lost stays lost. */
export const heal = async ({ servers, simulator, stripe }: Machine): Promise<void> => {
  for (const program of [simulator, ...servers]) program.resume()
  await simulator.start()
  await stripe.clearFaults()
  await stripe.webhooks('normal')
  for (const server of servers) await server.start()
}

/** How long a machine may take to come to rest, in real time. Days go by meanwhile on its own clock. */
const patienceMs = 90_000
// Whoever has taken work is given this long, in real time, before the clock is moved to the end of the lease.
const graceMs = 700

/**
 * Lets time go by, from one piece of work to the next, until nothing is left to do, here or at Stripe. Answers what the database holds
 * then: a sweep may begin right after it, and has work of its own while it looks.
 *
 * @throws what is still to be done when it takes too long.
 */
export const untilQuiet = async (machine: Machine): Promise<Readable> => {
  const { database, stripe } = machine
  let before = ''
  let since = Date.now()
  let left: readonly Due[] = []
  return eventually(
    'rest',
    async () => {
      const store = await database.snapshot()
      left = [...dueIn(store), ...(await dueAtStripe(stripe))]
      if (left.length === 0) return store
      const now = await stripe.nowMs()
      const next = left.reduce((first, each) => (each.at < first.at ? each : first))
      const seen = `${next.what} ${next.at}`
      if (seen !== before) [before, since] = [seen, Date.now()]
      if (next.at > now && (!next.isTaken || Date.now() - since > graceMs))
        await advance(machine, stepMs(next.at - now))
      return undefined
    },
    patienceMs,
  ).catch((error: unknown) => {
    throw new Error(`It does not come to rest: ${JSON.stringify(left.slice(0, 5))}`, { cause: error })
  })
}

// What is due at nearly the same time is due at once: a machine needs a second of real time for each step.
const stepMs = (waitMs: number): number => waitMs + (waitMs > dayMs ? 3 * dayMs : 10 * minuteMs)
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** Something that happens at a time of the simulator's clock. */
interface Due {
  readonly what: string
  readonly at: number
  /** True while somebody may be at it. */
  readonly isTaken: boolean
}

interface WorkRow {
  readonly id: string
  readonly due_at: number
  readonly leased_until: number | null
  readonly tries: number
}

const dueIn = (store: Readable): readonly Due[] => {
  const work = ['holdfast_inbox', 'holdfast_outbox', 'holdfast_tasks'].flatMap((table) =>
    store.query<WorkRow>(`SELECT id, due_at, leased_until, tries FROM ${table} WHERE status = 'waiting'`),
  )
  const unpaid = new Set(
    store.query<{ id: string }>("SELECT id FROM holdfast_attention WHERE code = 'balance_unpaid'").map(({ id }) => id),
  )
  // Charges that have succeeded are looked at for as long as they may be disputed: nothing waits for that.
  const looksAt = ['holdfast_attempts', 'holdfast_refunds'].flatMap((table) =>
    store
      .query<{ look_at: number }>(`SELECT look_at FROM ${table} WHERE look_at IS NOT NULL AND status <> 'succeeded'`)
      .map((row) => row.look_at),
  )
  return work.flatMap(({ id, due_at: dueAt, leased_until: leasedUntil }): readonly Due[] => {
    const at = Math.max(dueAt, leasedUntil ?? 0)
    const due = { what: id, at, isTaken: leasedUntil !== null }
    // The sweep goes on for ever; it is waited for while there is something to look at.
    if (id === 'sweep') return looksAt.length === 0 ? [] : [{ ...due, at: Math.max(at, Math.min(...looksAt)) }]
    // What is over and unpaid is looked at every day for ever, once a human has been told.
    const [task = '', reservationId = ''] = id.split(':')
    return task === 'complete_reservation' && unpaid.has(`balance_unpaid:${reservationId}`) ? [] : [due]
  })
}

/** Lets Stripe deliver all that it has to tell, and time go by until it has. Every server has to be up and awake. */
export const untilDelivered = ({ stripe }: Machine): Promise<boolean> =>
  eventually(
    'all to be delivered',
    async () => {
      const left = await dueAtStripe(stripe)
      if (left.length === 0) return true
      const waitMs = Math.min(...left.map(({ at }) => at)) - (await stripe.nowMs())
      if (waitMs > 0) await stripe.advance(waitMs)
      return undefined
    },
    patienceMs,
  )

const dueAtStripe = async (stripe: Machine['stripe']): Promise<readonly Due[]> =>
  (await stripe.ledger()).deliveries
    .filter(({ status }) => status === 'pending')
    .map(({ id, dueMs }) => ({ what: id, at: dueMs, isTaken: false }))
