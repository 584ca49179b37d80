import type { Instant } from '../kernel/instant.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { LastRun, Leased, Queue, Work } from '../ports/queue.ts'
import type { Inbox } from '../ports/unit-of-work.ts'
import { byNumberThenId, page, type MemoryTable } from './memory-table.ts'

/** Durable work with leases, for as long as the process lasts. */
export const memoryQueue = <Body>(works: MemoryTable<Work<Body>>): Queue<Body> => {
  const longestDueFirst = (): readonly Work<Body>[] => [...works.all()].sort(byNumberThenId(({ dueAt }) => dueAt))
  const take = (work: Work<Body>, until: Instant): Leased<Body> => {
    const { againAt: _seenToNow, ...rest } = work
    const { id, body } = work
    const [tries, lease] = [work.tries + 1, work.lease + 1]
    works.set(id, { ...rest, tries, lease, leasedUntil: until })
    return { id, body, tries, lease }
  }
  /** Changes a piece for whoever holds this lease. */
  const settle = (
    id: string,
    lease: number,
    change: (work: Work<Body>, againAt: Instant | undefined) => Work<Body>,
  ): boolean => {
    const work = works.get(id)
    if (work === undefined || !isHeldBy(work, lease)) return false
    const { leasedUntil: _over, againAt, ...free } = work
    works.set(id, change(free, againAt))
    return true
  }
  /** Ends a piece; one that was appended since it was taken waits again at once. */
  const end = (id: string, lease: number, at: Instant, ending: (work: Work<Body>) => Work<Body>): boolean =>
    settle(id, lease, (work, againAt) => {
      const ended = { ...ending(work), finishedAt: at }
      return againAt === undefined ? ended : asNew(ended, { dueAt: againAt, createdAt: at, before: ended })
    })
  return {
    async append(pieces, now) {
      for (const piece of pieces) {
        const { id, dueAt } = piece
        const known = works.get(id)
        if (known?.status !== 'waiting') works.set(id, asNew(piece, { dueAt, createdAt: now, before: known }))
        else
          works.set(id, {
            ...known,
            dueAt: earlier(known.dueAt, dueAt),
            ...(known.leasedUntil === undefined ? {} : { againAt: earlier(known.againAt ?? dueAt, dueAt) }),
          })
      }
    },
    async lease({ now, limit, leaseMs }) {
      return longestDueFirst()
        .filter((work) => work.status === 'waiting' && work.dueAt <= now && !isHeld(work, now))
        .slice(0, limit)
        .map((work) => take(work, later(now, leaseMs)))
    },
    async take(id, { now, leaseMs }) {
      const work = works.get(id)
      return work?.status === 'waiting' && !isHeld(work, now) ? take(work, later(now, leaseMs)) : undefined
    },
    async finish(id, lease, { at, result }) {
      return end(id, lease, at, ({ lastRun: _before, ...work }) => ({
        ...work,
        status: 'done',
        ...(result === undefined ? {} : { result }),
      }))
    },
    async prolong(id, lease, until) {
      const work = works.get(id)
      if (work === undefined || !isHeldBy(work, lease)) return false
      works.set(id, { ...work, leasedUntil: until })
      return true
    },
    async postpone(id, lease, until, error) {
      return settle(id, lease, (work, againAt = until) => ({
        ...work,
        dueAt: earlier(until, againAt),
        lastError: error,
      }))
    },
    async bury(id, lease, error, at) {
      return end(id, lease, at, (work) => ({ ...work, status: 'dead', lastError: error }))
    },
    async find(id) {
      return works.get(id)
    },
    async list({ status, limit, after }) {
      const later = page(longestDueFirst(), ({ id }) => id, { limit: Number.MAX_SAFE_INTEGER, after })
      return later.filter((work) => work.status === status).slice(0, limit)
    },
    async revive(id, dueAt) {
      const work = works.get(id)
      if (work?.status !== 'dead') return false
      const { finishedAt: _over, ...rest } = work
      works.set(id, { ...rest, status: 'waiting', dueAt, tries: 0 })
      return true
    },
    async depth(now) {
      const all = longestDueFirst()
      const waiting = all.filter(({ status }) => status === 'waiting')
      const oldest = waiting[0]
      return {
        waiting: waiting.length,
        dead: all.filter(({ status }) => status === 'dead').length,
        ...(oldest !== undefined && oldest.dueAt <= now ? { oldestDueAt: oldest.dueAt } : {}),
      }
    },
  }
}

/** The events received, for as long as the process lasts. */
export const memoryInbox = (works: MemoryTable<Work<ProviderEvent>>): Inbox => {
  const { append: _notHere, ...queue } = memoryQueue(works)
  return {
    ...queue,
    async record(event, { status, at, dueAt = at, error }) {
      if (works.get(event.id) !== undefined) return 'known'
      works.set(event.id, {
        id: event.id,
        body: event,
        status,
        dueAt,
        tries: 0,
        lease: 0,
        createdAt: at,
        ...(status === 'done' ? { finishedAt: at } : {}),
        ...(error === undefined ? {} : { lastError: error }),
      })
      return 'fresh'
    },
    async listRecent(limit) {
      return [...works.all()]
        .sort(byNumberThenId(({ createdAt }) => createdAt))
        .reverse()
        .slice(0, limit)
    },
  }
}

/** Work that begins anew. Of its life before, if it had one, the number of its lease and its last result are kept. */
const asNew = <Body>(
  { id, body }: Pick<Work<Body>, 'id' | 'body'>,
  { before, ...from }: Pick<Work<Body>, 'dueAt' | 'createdAt'> & { readonly before: Work<Body> | undefined },
): Work<Body> => {
  const lastRun = before && lastRunOf(before)
  const lease = before?.lease ?? 0
  return { id, body, status: 'waiting', tries: 0, lease, ...from, ...(lastRun === undefined ? {} : { lastRun }) }
}

const lastRunOf = ({ status, finishedAt, result, lastRun }: Work<unknown>): LastRun | undefined =>
  status === 'done' && finishedAt !== undefined
    ? { endedAt: finishedAt, ...(result === undefined ? {} : { result }) }
    : lastRun

const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b)

/** Whether this is the latest lease, and was not given back; it may have run out. */
const isHeldBy = (work: Pick<Work<unknown>, 'lease' | 'leasedUntil'>, lease: number): boolean =>
  work.lease === lease && work.leasedUntil !== undefined

const isHeld = ({ leasedUntil }: { readonly leasedUntil?: Instant }, now: Instant): boolean =>
  leasedUntil !== undefined && leasedUntil > now

const later = (now: Instant, ms: number): Instant => (now + ms) as Instant
