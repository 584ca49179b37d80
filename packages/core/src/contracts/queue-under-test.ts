import type { Effect } from '../effect/effect.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Queue } from '../ports/queue.ts'
import type { Transaction, UnitOfWork } from '../ports/unit-of-work.ts'
import type { Task } from '../task/task.ts'
import { at, attemptId, intentId, paymentId, someEvent } from './samples.ts'

/** One of the three queues: all are leased from, finished and given up in the same way. */
export interface QueueUnderTest {
  readonly name: 'outbox' | 'inbox' | 'tasks'
  readonly of: (tx: Transaction) => Omit<Queue<unknown>, 'append'>
  readonly body: (id: string) => unknown
  readonly add: (tx: Transaction, id: string, dueAt: Instant, now: Instant) => Promise<unknown>
}

/** An effect that is told from others by this. */
export const effectOf = (id: string): Effect => ({
  type: 'close_attempt',
  paymentId: paymentId('p'),
  attemptId: attemptId(id),
})
/** A task that is told from others by this. */
export const taskOf = (id: string): Task => ({ type: 'abandon_intent', intentId: intentId(id) })

/** Effects. */
export const outbox: QueueUnderTest = {
  name: 'outbox',
  of: (tx) => tx.outbox,
  body: effectOf,
  add: (tx, id, dueAt, now) => tx.outbox.append([{ id, body: effectOf(id), dueAt }], now),
}
/** Tasks. */
export const tasks: QueueUnderTest = {
  name: 'tasks',
  of: (tx) => tx.tasks,
  body: taskOf,
  add: (tx, id, dueAt, now) => tx.tasks.append([{ id, body: taskOf(id), dueAt }], now),
}
/** Events. */
export const inbox: QueueUnderTest = {
  name: 'inbox',
  of: (tx) => tx.inbox,
  body: someEvent,
  add: (tx, id, dueAt, now) => tx.inbox.record(someEvent(id), { status: 'waiting', at: now, dueAt }),
}

/** What prolonging, finishing, postponing and burying answer whoever says to hold this lease. */
export const asHolderOf =
  (of: QueueUnderTest['of']) =>
  async (uow: UnitOfWork, id: string, lease: number, ms: number): Promise<readonly boolean[]> => [
    await uow.run((tx) => of(tx).prolong(id, lease, at(9_999))),
    await uow.run((tx) => of(tx).finish(id, lease, { at: at(ms) })),
    await uow.run((tx) => of(tx).postpone(id, lease, at(9_999), 'late')),
    await uow.run((tx) => of(tx).bury(id, lease, 'late', at(ms))),
  ]

/** How long every lease in these tests is. */
export const leaseMs = 100
