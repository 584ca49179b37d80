import type {
  PaymentCase,
  PaymentId,
  PaymentStore,
  Queue,
  Task,
  Timeline,
  TimelineEntry,
  Transaction,
} from '@holdfast/core'
import type { Commit, TaskMove } from './commit.ts'

/** What is noted while a transaction runs. It is worth nothing before the transaction has committed. */
export class Notes implements Commit {
  readonly entries: TimelineEntry[] = []
  readonly cases = new Map<PaymentId, PaymentCase>()
  readonly tasks: TaskMove[] = []

  get isEmpty(): boolean {
    return this.entries.length === 0 && this.cases.size === 0 && this.tasks.length === 0
  }
}

/**
 * The same transaction, with what it keeps noted. Its stores are made when they are asked for, as before, and what an adapter keeps
 * beside them (for its own functions that take a `tx`) is there, also in a copy.
 */
export const notedTransaction = (tx: Transaction, notes: Notes): Transaction => {
  // A proxy may not say anything else of a property that never changes.
  const noted: Transaction = new Proxy(Object.isFrozen(tx) ? { ...tx } : tx, {
    get(target, key) {
      switch (key) {
        case 'payments':
          return notedPayments(target.payments, notes)
        case 'timeline':
          return notedTimeline(target.timeline, notes)
        case 'tasks':
          return notedTasks(target.tasks, notes)
        default:
          return Reflect.get(target, key) as unknown
      }
    },
    // Whoever copies it property by property copies what is noted.
    getOwnPropertyDescriptor(target, key) {
      const { configurable, enumerable } = Reflect.getOwnPropertyDescriptor(target, key) ?? {}
      return configurable === true
        ? { configurable, enumerable: enumerable === true, get: () => Reflect.get(noted, key) as unknown }
        : Reflect.getOwnPropertyDescriptor(target, key)
    },
  })
  return noted
}

// Each method by name, so that a store may be of any make, and a port that grows is noticed by the compiler.

const notedPayments = (store: PaymentStore, notes: Notes): PaymentStore => ({
  find: (id) => store.find(id),
  findPaymentOf: (by) => store.findPaymentOf(by),
  findPaymentOfRefund: (id) => store.findPaymentOfRefund(id),
  async save(kase, expected, now) {
    await store.save(kase, expected, now)
    notes.cases.set(kase.payment.id, kase)
  },
  listDueAttempts: (now, limit) => store.listDueAttempts(now, limit),
  listDueCharges: (now, limit) => store.listDueCharges(now, limit),
  listDueRefunds: (now, limit) => store.listDueRefunds(now, limit),
  list: (filter) => store.list(filter),
  stats: (period) => store.stats(period),
})

const notedTimeline = (timeline: Timeline, notes: Notes): Timeline => ({
  async append(entries) {
    await timeline.append(entries)
    notes.entries.push(...entries)
  },
  list: (paymentId, limit) => timeline.list(paymentId, limit),
})

const notedTasks = (queue: Queue<Task>, notes: Notes): Queue<Task> => ({
  append: (work, now) => queue.append(work, now),
  async lease(request) {
    const leased = await queue.lease(request)
    notes.tasks.push(...leased.map(({ id, lease }): TaskMove => ({ type: 'taken', id, lease })))
    return leased
  },
  async take(id, request) {
    const leased = await queue.take(id, request)
    if (leased !== undefined) notes.tasks.push({ type: 'taken', id, lease: leased.lease })
    return leased
  },
  async finish(id, lease, done) {
    const isMine = await queue.finish(id, lease, done)
    if (isMine) notes.tasks.push({ type: 'finished', id, lease, ...done })
    return isMine
  },
  prolong: (id, lease, until) => queue.prolong(id, lease, until),
  async postpone(id, lease, until, error) {
    const isMine = await queue.postpone(id, lease, until, error)
    if (isMine) notes.tasks.push({ type: 'postponed', id, lease })
    return isMine
  },
  async bury(id, lease, error, at) {
    const isMine = await queue.bury(id, lease, error, at)
    if (isMine) notes.tasks.push({ type: 'buried', id, lease })
    return isMine
  },
  find: (id) => queue.find(id),
  list: (filter) => queue.list(filter),
  revive: (id, dueAt) => queue.revive(id, dueAt),
  depth: (now) => queue.depth(now),
})
