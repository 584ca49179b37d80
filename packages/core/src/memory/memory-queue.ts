import type { Instant } from '../kernel/instant.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { Leased, Queue, Work } from '../ports/queue.ts'
import type { Inbox } from '../ports/unit-of-work.ts'
import { byNumberThenId, page, type MemoryTable } from './memory-table.ts'

/** Durable work with leases, for as long as the process lasts. */
export const memoryQueue = <Body>(works: MemoryTable<Work<Body>>): Queue<Body> => {
  const longestDueFirst = (): readonly Work<Body>[] =>
    [...works.all()].sort(
      byNumberThenId(
        ({ dueAt }) => dueAt,
        ({ id }) => id,
      ),
    )
  const take = (work: Work<Body>, until: Instant): Leased<Body> => {
    const { id, body, tries } = work
    works.set(id, { ...work, tries: tries + 1, leasedUntil: until })
    return { id, body, tries: tries + 1 }
  }
  /** Changes a piece for whoever holds the lease named by `tries`. */
  const settle = (id: string, tries: number, change: (work: Work<Body>) => Work<Body>): boolean => {
    const work = works.get(id)
    if (work?.status !== 'waiting' || work.tries !== tries || work.leasedUntil === undefined) return false
    const { leasedUntil: _over, ...free } = work
    works.set(id, change(free))
    return true
  }
  return {
    async append(pieces, now) {
      for (const { id, body, dueAt, leaseMs } of pieces) {
        const known = works.get(id)
        const fresh: Work<Body> = {
          id,
          body,
          status: 'waiting',
          dueAt,
          createdAt: now,
          ...(leaseMs === undefined ? { tries: 0 } : { tries: 1, leasedUntil: later(now, leaseMs) }),
        }
        if (known?.status !== 'waiting') works.set(id, fresh)
        else if (dueAt < known.dueAt) works.set(id, { ...known, dueAt })
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
    async finish(id, tries, { at, result }) {
      return settle(id, tries, (work) => ({
        ...work,
        status: 'done',
        finishedAt: at,
        ...(result === undefined ? {} : { result }),
      }))
    },
    async postpone(id, tries, until, error) {
      return settle(id, tries, (work) => ({ ...work, dueAt: until, lastError: error }))
    },
    async bury(id, tries, error, at) {
      return settle(id, tries, (work) => ({ ...work, status: 'dead', finishedAt: at, lastError: error }))
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
        createdAt: at,
        ...(status === 'done' ? { finishedAt: at } : {}),
        ...(error === undefined ? {} : { lastError: error }),
      })
      return 'fresh'
    },
    async listRecent(limit) {
      return [...works.all()]
        .sort(
          byNumberThenId(
            ({ createdAt }) => createdAt,
            ({ id }) => id,
          ),
        )
        .reverse()
        .slice(0, limit)
    },
  }
}

const isHeld = ({ leasedUntil }: { readonly leasedUntil?: Instant }, now: Instant): boolean =>
  leasedUntil !== undefined && leasedUntil > now

const later = (now: Instant, ms: number): Instant => (now + ms) as Instant
