import type { Inbox, Queue, QueueName, Transaction, UnitOfWork } from '@holdfast/core'
import { currentTurn, type Turn, type TurnEnd } from './turn.ts'
import { lifeOf, type RowKey } from './work-row.ts'

/** Told which rows of work a commit has changed. It returns at once and throws nothing. */
export type RowsChanged = (rows: readonly RowKey[]) => void

/** What one run of one transaction has done to rows of work. It counts when it is committed. */
interface Changes {
  rows: RowKey[]
  end?: TurnEnd
}

/**
 * A unit of work that does what `inner` does, and says after each commit which rows of work were changed.
 *
 * A commit whose outcome stays unknown is not told of.
 */
export const watchedUnitOfWork = (inner: UnitOfWork, rowsChanged: RowsChanged): UnitOfWork => ({
  async run(work) {
    // Asked here and not inside: a transaction may be run by whoever commits, for several callers together.
    const turn = currentTurn()
    let changes: Changes = { rows: [] }
    const result = await inner.run((tx) => {
      // It may run more than once: what counts is the last time.
      changes = { rows: [] }
      return work(watchedTransaction(tx, changes, turn))
    })
    if (turn !== undefined && changes.end !== undefined) turn.end = changes.end
    if (changes.rows.length > 0) rowsChanged(changes.rows)
    return result
  },
  read: (work) => inner.read(work),
})

/**
 * The transaction with all that an adapter keeps on it, whose queues are watched. Everything else is asked of the one that is given, which
 * may be decorated itself, and made when it is asked for.
 */
const watchedTransaction = (tx: Transaction, changes: Changes, turn: Turn | undefined): Transaction =>
  Object.create(Object.getPrototypeOf(tx) as object | null, {
    ...Object.fromEntries(
      Reflect.ownKeys(tx).map((key) => [key, { enumerable: true, get: () => Reflect.get(tx, key) as unknown }]),
    ),
    tasks: { enumerable: true, get: () => watchedQueue(tx.tasks, watch('tasks', changes, turn)) },
    outbox: { enumerable: true, get: () => watchedQueue(tx.outbox, watch('outbox', changes, turn)) },
    inbox: { enumerable: true, get: () => watchedInbox(tx.inbox, watch('inbox', changes, turn)) },
  } satisfies PropertyDescriptorMap & Record<QueueName, PropertyDescriptor>) as Transaction

interface Watch {
  /** The row that alone may be leased here, if there is one. */
  readonly only: Turn | undefined
  readonly changed: (id: string) => void
  readonly ended: (id: string, end: TurnEnd) => void
}

const watch = (queue: QueueName, changes: Changes, turn: Turn | undefined): Watch => {
  const only = turn?.queue === queue ? turn : undefined
  const changed = (id: string): void => void changes.rows.push({ queue, id })
  return {
    only,
    changed,
    ended(id, end) {
      if (id === only?.id) changes.end = end
      // Whose turn it is sees to the next one by itself, unless the row has begun another life.
      if (id !== only?.id || end.type !== 'postponed') changed(id)
    },
  }
}

type QueueWithoutAppend<Body> = Omit<Queue<Body>, 'append'>

const watchedQueue = <Body>(queue: Queue<Body>, watching: Watch): Queue<Body> => ({
  ...watchedEnds(queue, watching),
  async append(work, now) {
    await queue.append(work, now)
    for (const { id } of work) watching.changed(id)
  },
})

const watchedInbox = (inbox: Inbox, watching: Watch): Inbox => ({
  ...watchedEnds(inbox, watching),
  async record(event, as) {
    const recorded = await inbox.record(event, as)
    if (recorded === 'fresh' && as.status === 'waiting') watching.changed(event.id)
    return recorded
  },
  listRecent: (limit) => inbox.listRecent(limit),
})

const watchedEnds = <Body>(
  queue: QueueWithoutAppend<Body>,
  { only, changed, ended }: Watch,
): QueueWithoutAppend<Body> => ({
  async lease(request) {
    if (only === undefined) return queue.lease(request)
    const row = await queue.find(only.id)
    if (row?.status !== 'waiting' || lifeOf(row) !== only.life || row.dueAt > request.now) return []
    const taken = await queue.take(only.id, request)
    return taken === undefined ? [] : [taken]
  },
  take: (id, request) => queue.take(id, request),
  async finish(id, lease, done) {
    const isMine = await queue.finish(id, lease, done)
    if (isMine) ended(id, { type: 'done', ...(done.result === undefined ? {} : { result: done.result }) })
    return isMine
  },
  // Nobody needs to be told: who waits for the row looks again when the lease that it saw is over.
  prolong: (id, lease, until) => queue.prolong(id, lease, until),
  async postpone(id, lease, until, error) {
    const isMine = await queue.postpone(id, lease, until, error)
    if (isMine) ended(id, { type: 'postponed' })
    return isMine
  },
  async bury(id, lease, error, at) {
    const isMine = await queue.bury(id, lease, error, at)
    if (isMine) ended(id, { type: 'dead', error })
    return isMine
  },
  find: (id) => queue.find(id),
  list: (filter) => queue.list(filter),
  async revive(id, dueAt) {
    const isRevived = await queue.revive(id, dueAt)
    if (isRevived) changed(id)
    return isRevived
  },
  depth: (now) => queue.depth(now),
})
