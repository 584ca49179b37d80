import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'

/** The queues of a host: effects decided, events received, and work of our own. */
export type QueueName = 'outbox' | 'inbox' | 'tasks'

/** Work that waits in the database. `dead`: given up after many tries, until a human revives it. */
export type WorkStatus = 'waiting' | 'done' | 'dead'

/** Work to be added to a queue. */
export interface NewWork<Body> {
  /** What the work is known by. Chosen by the caller: the same work has the same id. */
  readonly id: string
  readonly body: Body
  readonly dueAt: Instant
}

/** What work came to the last time it was done, before it was asked for again. */
export interface LastRun {
  readonly endedAt: Instant
  readonly result?: Json
}

/** A piece of work as it is stored. */
export interface Work<Body> {
  readonly id: string
  readonly body: Body
  readonly status: WorkStatus
  readonly dueAt: Instant
  /** How often it has been taken since it was new, or as good as new. */
  readonly tries: number
  /**
   * The number of its latest lease; 0 before the first. It only grows, whatever becomes of the work, so that whoever held
   * an earlier one can never be taken for whoever holds this one.
   */
  readonly lease: number
  readonly leasedUntil?: Instant
  /** Appended since it was taken: as soon as its holder is done with it, it is due again at this time. */
  readonly againAt?: Instant
  readonly createdAt: Instant
  readonly finishedAt?: Instant
  readonly lastError?: string
  readonly result?: Json
  /** Of work that was done and then asked for again: kept until it is done once more, also where it is given up meanwhile. */
  readonly lastRun?: LastRun
}

/** A piece of work and the lease on it. */
export interface Leased<Body> {
  readonly id: string
  readonly body: Body
  readonly tries: number
  /** Shown by whoever finishes, postpones or buries the work: the lease is lost once there is a later one, or none. */
  readonly lease: number
}

/**
 * Durable work with leases, on which the outbox, the inbox and the tasks are built.
 *
 * A lease that ran out is no harm: what is done twice is safe to do twice, and a holder that lost its lease is told so.
 * Nor is anything lost that is asked for while somebody is at work: they may have looked before there was a reason to ask.
 */
export interface Queue<Body> {
  /**
   * Adds work, durable exactly when the surrounding transaction commits. Work that is waiting under the same id stays as
   * it is, but becomes due no later than now asked; where somebody has taken it, it is also remembered that it was asked
   * for since, at the earliest time asked. Work that is done or dead under the same id waits again as if it were new: its tries
   * and error are forgotten, and what it has come to is kept as its `lastRun`. The `now` is the time of creation.
   */
  append(work: readonly NewWork<Body>[], now: Instant): Promise<void>
  /**
   * Takes up to `limit` pieces that are due and that nobody holds, longest due first, by id among equals. Whoever
   * takes a piece comes after all that was asked for until then.
   */
  lease(request: {
    readonly now: Instant
    readonly limit: number
    readonly leaseMs: number
  }): Promise<readonly Leased<Body>[]>
  /** Takes this piece, due or not, unless it is done, dead or held: then `undefined`. */
  take(id: string, request: { readonly now: Instant; readonly leaseMs: number }): Promise<Leased<Body> | undefined>
  /**
   * Marks it done; or, where it was appended since it was taken, makes it wait again as if it were new, with this as its
   * `lastRun`. False when the lease was lost: somebody else has it, or had it and finished.
   */
  finish(id: string, lease: number, done: { readonly at: Instant; readonly result?: Json }): Promise<boolean>
  /**
   * Has its holder keep it until then, and remembers what was asked for meanwhile. It may come late, as long as nobody else has
   * taken the work. False when the lease was lost.
   */
  prolong(id: string, lease: number, until: Instant): Promise<boolean>
  /** Gives it back, due later, but no later than asked for since it was taken. False when the lease was lost. */
  postpone(id: string, lease: number, until: Instant, error: string): Promise<boolean>
  /** Gives it up; or makes it wait again, as {@link Queue.finish} does. False when the lease was lost. */
  bury(id: string, lease: number, error: string, at: Instant): Promise<boolean>
  find(id: string): Promise<Work<Body> | undefined>
  /** By status, longest due first, at most `limit`, after the piece with id `after`; none when there is no such piece. */
  list(filter: {
    readonly status: WorkStatus
    readonly limit: number
    readonly after?: string
  }): Promise<readonly Work<Body>[]>
  /** Makes dead work wait again, with its tries forgotten. False when there is no such dead work. */
  revive(id: string, dueAt: Instant): Promise<boolean>
  /** How much waits, and since when the longest due has been due. */
  depth(now: Instant): Promise<{ readonly waiting: number; readonly dead: number; readonly oldestDueAt?: Instant }>
}
