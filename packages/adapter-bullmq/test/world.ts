import {
  after,
  createHoldfast,
  defaultSettings,
  effectId,
  instant,
  money,
  silentLogger,
  taskId,
  type Clock,
  type Effect,
  type Holdfast,
  type IntentId,
  type Json,
  type Logger,
  type Message,
  type OwnerId,
  type PaymentId,
  type ProviderEvent,
  type Settings,
  type Task,
  type UnitOfWork,
} from '@holdfast/core'
import { memoryPaymentProvider } from '@holdfast/core/memory'
import { randomIds, systemClock } from '@holdfast/core/system'
import type { Job, JobState, Queue } from 'bullmq'
import { expect, onTestFailed, vi } from 'vitest'
import { bullmqDispatch, type BullmqDispatch, type BullmqDispatchOptions } from '../src/index.ts'
import { openTestDatabase, type DatabaseKind } from './databases.ts'

/** A wall clock that can be put forward. */
export interface ShiftedClock extends Clock {
  advance(ms: number): void
}

/** One line of the log. */
export interface Logged {
  readonly level: string
  readonly event: string
  readonly data: Readonly<Record<string, Json>>
}

/** One process: a dispatch, and a Holdfast on it. */
export interface TestProcess {
  readonly dispatch: BullmqDispatch
  readonly holdfast: Holdfast
  readonly logged: readonly Logged[]
  queue(name: 'tasks' | 'outbox' | 'inbox'): Queue
  /** Begins to work. */
  start(): void
}

/** What a message does on its way: resolves when it has arrived. */
export type Post = (message: Message) => Promise<void>

/** A database, what was sent, and the processes that work on it. */
export interface World {
  readonly clock: ShiftedClock
  /** Where the database is. */
  readonly databasePlace: string
  /** As a host would see it that knows nothing of Redis. */
  readonly unitOfWork: UnitOfWork
  /** How often each message has arrived, by id. */
  readonly arrived: ReadonlyMap<string, number>
  /** A Holdfast on this very unit of work. */
  readonly strayHoldfast: Holdfast
  process(options: Partial<BullmqDispatchOptions> & Pick<BullmqDispatchOptions, 'connection'>): TestProcess
  close(): Promise<void>
}

/** Opens one. Messages go by `post`, which is at once unless said otherwise. */
export const openWorld = async (
  kind: DatabaseKind,
  { post = async () => {}, settings = {} }: { readonly post?: Post; readonly settings?: Partial<Settings> } = {},
): Promise<World> => {
  const database = await openTestDatabase(kind)
  const clock = shiftedClock()
  const arrived = new Map<string, number>()
  const processes: TestProcess[] = []
  const holdfastOn = (unitOfWork: UnitOfWork, logger: Logger): Holdfast =>
    createHoldfast({
      unitOfWork,
      paymentProvider: memoryPaymentProvider({ clock }),
      clock,
      ids: randomIds(),
      notifier: {
        async send(message) {
          await post(message)
          arrived.set(message.id, (arrived.get(message.id) ?? 0) + 1)
        },
      },
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [],
      settings: { ...defaultSettings, ...settings },
      logger,
    })
  const { unitOfWork } = database.open()
  onTestFailed(() => {
    for (const [at, { logged }] of processes.entries())
      for (const { level, event, data } of logged)
        console.log(`process ${at}: ${level} ${event} ${JSON.stringify(data)}`)
  })
  return {
    clock,
    databasePlace: database.place,
    unitOfWork,
    arrived,
    strayHoldfast: holdfastOn(unitOfWork, silentLogger),
    process(options) {
      const logged: Logged[] = []
      const logger: Logger = { log: (level, event, data) => void logged.push({ level, event, data }) }
      const dispatch = bullmqDispatch({
        unitOfWork: database.open().unitOfWork,
        clock,
        logger,
        refillMs: 200,
        idleMs: 20,
        ...options,
      })
      const holdfast = holdfastOn(dispatch.unitOfWork, logger)
      const made: TestProcess = {
        dispatch,
        holdfast,
        logged,
        queue: (name) => dispatch.queues.find((queue) => queue.name === name)!,
        start: () => dispatch.start(holdfast),
      }
      processes.push(made)
      return made
    },
    async close() {
      await Promise.all(processes.map(({ dispatch }) => dispatch.stop()))
      await database.close()
    },
  }
}

const shiftedClock = (): ShiftedClock => {
  const wall = systemClock()
  let shiftMs = 0
  return {
    now: () => after(wall.now(), shiftMs),
    sleep: (ms) => wall.sleep(ms),
    advance(ms) {
      shiftMs += ms
    },
  }
}

/** A message of this id, as an effect that is owed. */
export const messageEffect = (id: string): Effect => ({
  type: 'send_message',
  paymentId: 'pay_1' as PaymentId,
  message: {
    id,
    to: 'ana' as OwnerId,
    paymentId: 'pay_1' as PaymentId,
    template: 'confirmed',
    record: { type: 'reservation', id: 'res_1' },
    amount: money(100, 'EUR'),
  },
})

/** A task about an intent that there is none of: it is done with `{ intent: 'gone' }`. */
export const abandonTask = (id: string): Task => ({ type: 'abandon_intent', intentId: `int_${id}` as IntentId })

/** News about something that nobody here has asked for. */
export const eventAbout = (id: string, news: ProviderEvent['news']): ProviderEvent => ({
  id,
  type: 'charge.updated',
  occurredAt: instant(0),
  livemode: false,
  news,
})

/** Owes these messages, from `inMs` on. */
export const owe = (unitOfWork: UnitOfWork, clock: Clock, ids: readonly string[], inMs = 0): Promise<void> =>
  unitOfWork.run(async (tx) => {
    const now = clock.now()
    const work = ids.map(messageEffect).map((body) => ({ id: effectId(body), body, dueAt: after(now, inMs) }))
    await tx.outbox.append(work, now)
  })

/** Plans these tasks, for `inMs` from now. */
export const plan = (unitOfWork: UnitOfWork, clock: Clock, tasks: readonly Task[], inMs = 0): Promise<void> =>
  unitOfWork.run(async (tx) => {
    const now = clock.now()
    await tx.tasks.append(
      tasks.map((body) => ({ id: taskId(body), body, dueAt: after(now, inMs) })),
      now,
    )
  })

/** Waits until it holds, and says what did not when it never does. */
export const eventually = <T>(check: () => T | Promise<T>, timeout = 20_000): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 25 })

/** Waits until this job has come to this, and answers it as it is then. */
export const jobIn = (queue: Queue, id: string, state: JobState): Promise<Job> =>
  eventually(async () => {
    const job = await queue.getJob(id)
    expect([id, await job?.getState()]).toEqual([id, state])
    // Read after it was asked for its state: what it was before says nothing of how it ended.
    return (await queue.getJob(id))!
  })

/** Names that differ in their number: `m0`, `m1`, … */
export const numbered = (count: number, prefix = 'm'): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`)

/** Expects that each of these messages has arrived once, and nothing else. */
export const expectEachOnce = (world: World, ids: readonly string[]): void =>
  expect(Object.fromEntries(world.arrived)).toEqual(Object.fromEntries(ids.map((id) => [id, 1])))
