import { sqlCircuitBreakerStates } from '@holdfast/adapter-sql'
import { stripeEventHistory, stripeProvider, stripeWebhookVerifier } from '@holdfast/adapter-stripe'
import {
  consultationKind,
  createHoldfast,
  instant,
  listFreeSlots,
  planSweep,
  reservationKind,
  walletTopUpKind,
  type CircuitBreakerStates,
  type Clock,
  type Consultation,
  type Dependencies,
  type Holdfast,
  type Ids,
  type ListFreeSlots,
  type Logger,
  type Notifier,
  type Order,
  type OwnerId,
  type Payment,
  type PaymentProvider,
  type PendingIntent,
  type ReceiveEvent,
  type Reconcile,
  type Reservation,
  type Settings,
  type Transaction,
  type UnitOfWork,
  type Wallet,
  type WalletEntry,
  type WebhookVerifier,
} from '@holdfast/core'
import type { Epoch, Kernel } from '../kernel/kernel.ts'
import { hashText } from '../kernel/random.ts'
import { reconcileBy } from './audit.ts'
import { appointmentsIn, catalogueIn, consultationsIn, schedules, shop, topUps } from './catalogue.ts'
import type { Database } from './database.ts'
import { readDue, type Due } from './due.ts'
import { gatedUnitOfWork } from './gated-unit-of-work.ts'
import { withMadeUpKeys } from './made-up-keys.ts'
import type { Meddling } from './meddling.ts'
import type { Messenger } from './notifier.ts'
import type { CurrencyName } from './prices.ts'
import { borrowSdk } from './sdk.ts'
import type { Stripe } from './stripe.ts'

/** Whoever asked a process that ended hears this: a closed connection, and nothing about what was done. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded'
}

/** What takes the place of a port, to see whether anybody notices. */
export interface Sabotage {
  readonly unitOfWork?: (inner: UnitOfWork) => UnitOfWork
  readonly paymentProvider?: (inner: PaymentProvider, unitOfWork: UnitOfWork) => PaymentProvider
  readonly verifier?: (inner: WebhookVerifier) => WebhookVerifier
  readonly receiveEvent?: (inner: ReceiveEvent) => ReceiveEvent
  readonly notifier?: (inner: Notifier) => Notifier
  readonly holdfast?: (inner: Holdfast) => Holdfast
  readonly settings?: (inner: Settings) => Settings
  readonly circuit?: (inner: CircuitBreakerStates) => CircuitBreakerStates
  /** What becomes of statements and tables below the unit of work. */
  readonly database?: Meddling
}

/** Everything of one owner's that a host lists for them, newest first. */
export interface Belongings {
  readonly payments: readonly Payment[]
  readonly intents: readonly PendingIntent[]
  readonly reservations: readonly Reservation[]
  readonly consultations: readonly Consultation[]
  readonly orders: readonly Order[]
  readonly wallets: readonly Wallet[]
  readonly entries: readonly WalletEntry[]
}

/** What a process of the host can be asked. */
export interface Host extends Holdfast {
  readonly listFreeSlots: ListFreeSlots
  readonly reconcile: Reconcile
  readonly readGauges: Transaction['gauges']['read']
  /** The intent of a cookie, or those that their owner could still pay where the cookie is gone. */
  readonly findIntents: (
    by: { readonly token: string } | { readonly owner: OwnerId },
  ) => Promise<readonly PendingIntent[]>
  readonly listBelongings: (owner: OwnerId) => Promise<Belongings>
}

/** What every process of a run shares. */
export interface Surroundings {
  readonly kernel: Kernel
  readonly database: Database
  readonly stripe: Stripe
  readonly ids: Ids
  readonly messenger: Messenger
  /** The webhook secrets in the configuration, read by each life as it begins. */
  readonly secrets: () => readonly string[]
  readonly settings: Settings
  /** What everything but orders and wallets is paid in. */
  readonly currency: CurrencyName
  /** Whether the processes share a circuit breaker. */
  readonly breaker: boolean
  /** Whether the sweep takes in what Stripe lists of its events, too. */
  readonly history: boolean
  readonly statements: boolean
  readonly sabotage: Sabotage
  readonly onCommit: (process: Process) => void
  readonly count: (what: string) => void
  readonly onIdle: () => void
  /** Told whatever somebody who asked a process is answered. */
  readonly onAnswer: (answer: unknown) => void
  readonly onLog: (event: string, data: Readonly<Record<string, unknown>>) => void
  /** Told of what a process's own worker was thrown. */
  readonly onWorkerError: (error: unknown) => void
}

/** What sees to some of the queues, one after the other, until its process ends. */
export interface WorkerLoop {
  readonly name: string
  readonly queues: readonly (keyof Due)[]
  /** Present while it has nothing to do: call it when there may be something. */
  wake: (() => void) | undefined
  idleSinceMs: number
}

/** One life of a process: the whole of Holdfast over its own connection, with nothing kept from the life before. */
export interface Process {
  readonly epoch: Epoch
  readonly index: number
  /** How far its clock is ahead. */
  readonly skewMs: number
  /** Its clock is so far ahead from now on. */
  setSkew(ms: number): void
  readonly verifier: WebhookVerifier
  /** Asks it something. @throws {@link ProcessEnded} when it ends before it has answered. */
  call<T>(ask: (host: Host) => Promise<T>): Promise<T>
  readonly receive: ReceiveEvent
  now(): ReturnType<Clock['now']>
  /** What its worker does beside each other. */
  readonly loops: readonly WorkerLoop[]
  /** True once another life of the same process has begun. */
  replaced: boolean
  /** In how many transactions that write it is right now. */
  writing(): number
  /** Takes everything away from it at once. */
  kill(): void
}

/** Starts a life of process `index`, with its worker. */
export const startProcess = (around: Surroundings, index: number, life: number, skewMs: number): Process => {
  const { kernel, database, stripe, sabotage } = around
  const epoch = kernel.openEpoch(index, `p${index}.${life}`)
  let aheadMs = skewMs
  const clock: Clock = { now: () => instant(kernel.now() + aheadMs), sleep: (ms) => epoch.sleep(ms) }
  let draws = 0
  let writing = 0
  const random = (): number => {
    draws += 1
    return hashText(`${epoch.name}/${draws}`) / 2 ** 32
  }
  const sleep = (ms: number): Promise<void> => {
    around.count('busy_database')
    return epoch.sleep(ms, 'busy')
  }
  // Who gives up waiting for the connection does so when the scheduler lets it.
  const startTimer = (ms: number, run: () => void): (() => void) =>
    kernel.at(ms, `${epoch.name} timer`, () => void epoch.gate('timer').then(run))
  const connection = database.connect({
    startTimer,
    sleep,
    random,
    gate: epoch.gate,
    busy: kernel.busy,
    count: around.count,
    now: kernel.now,
    ...(sabotage.database === undefined ? {} : { meddling: sabotage.database }),
  })
  const gated = gatedUnitOfWork(connection.unitOfWork, epoch, {
    statements: around.statements,
    turns: database.turns,
    onWriting: (by) => void (writing += by),
    onCommit: () => around.onCommit(process),
  })
  const unitOfWork = sabotage.unitOfWork?.(gated) ?? gated
  const apiKey = around.settings.livemode ? 'sk_live_simulation' : 'sk_test_simulation'
  const sdk = borrowSdk(apiKey, withMadeUpKeys(stripe.clientOf(epoch), epoch.name))
  const real = stripeProvider({ stripe: sdk.stripe, clock })
  const notifier = around.messenger.notifierOf(epoch)
  const logger: Logger = { log: (_level, event, data) => around.onLog(event, data) }
  const circuit = sqlCircuitBreakerStates(unitOfWork)
  const states = sabotage.circuit?.(circuit) ?? circuit
  const dependencies: Dependencies = {
    unitOfWork,
    paymentProvider: sabotage.paymentProvider?.(real, unitOfWork) ?? real,
    clock,
    ids: around.ids,
    notifier: sabotage.notifier?.(notifier) ?? notifier,
    logger,
    settings: sabotage.settings?.(around.settings) ?? around.settings,
    returnUrls: {
      of: ({ id }) => ({ successUrl: `https://host.example/ok?${id}`, cancelUrl: `https://host.example/no?${id}` }),
    },
    fulfilmentKinds: [
      reservationKind({ catalogue: catalogueIn(around.currency), unitOfWork }),
      reservationKind({ name: 'appointment', catalogue: appointmentsIn(around.currency), unitOfWork }),
      consultationKind({ catalogue: consultationsIn(around.currency) }),
      walletTopUpKind({ ...topUps, unitOfWork }),
    ],
    shopCatalogue: shop,
    // The SDK would wait by the machine's own clock between two tries.
    ...(around.history ? { eventHistory: stripeEventHistory({ stripe: sdk.stripe, maxNetworkRetries: 0 }) } : {}),
    ...(around.breaker ? { circuitBreaker: { states, observe: ({ type }) => around.count(type) } } : {}),
  }
  const whole = createHoldfast(dependencies)
  const holdfast = sabotage.holdfast?.(whole) ?? whole
  const host: Host = {
    ...holdfast,
    listFreeSlots: listFreeSlots({ unitOfWork, clock, schedules }),
    reconcile: reconcileBy(sdk, { ...dependencies, ...holdfast }),
    readGauges: () => unitOfWork.read(({ gauges }) => gauges.read()),
    findIntents: (by) =>
      unitOfWork.read(async ({ intents }) => {
        if ('owner' in by) return intents.listOpen(by.owner, 20)
        const found = await intents.findByToken(by.token)
        return found === undefined ? [] : [found]
      }),
    listBelongings: (owner) => unitOfWork.read((tx) => listBelongings(tx, owner)),
  }
  const receive = sabotage.receiveEvent?.(holdfast.receiveEvent) ?? holdfast.receiveEvent
  const verifier = stripeWebhookVerifier({ secrets: around.secrets() })

  const ended = (): ProcessEnded => new ProcessEnded(`${epoch.name} has ended.`)
  const call = <T>(ask: (host: Host) => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      if (!epoch.alive) {
        reject(ended())
        return
      }
      epoch.onEnd(() => reject(ended()))
      ask(host).then((answer) => {
        around.onAnswer(answer)
        resolve(answer)
      }, reject)
    })

  const loopOf = (name: string, queues: WorkerLoop['queues']): WorkerLoop => ({
    name,
    queues,
    wake: undefined,
    idleSinceMs: kernel.now(),
  })
  const process: Process = {
    epoch,
    index,
    get skewMs() {
      return aheadMs
    },
    setSkew: (ms) => void (aheadMs = ms),
    verifier: sabotage.verifier?.(verifier) ?? verifier,
    call,
    receive,
    now: clock.now,
    loops: [loopOf('tasks', ['tasks']), loopOf('queues', ['inbox', 'outbox'])],
    replaced: false,
    writing: () => writing,
    kill() {
      for (const loop of process.loops) loop.wake = undefined
      void kernel.busy(connection.cut())
      epoch.end()
      sdk.giveBack()
    },
  }

  const take: Readonly<Record<keyof Due, () => Promise<{ readonly taken: number }>>> = {
    inbox: () => holdfast.applyInbox(batch),
    outbox: () => holdfast.drainOutbox(batch),
    tasks: () => holdfast.runTasks(batch),
  }
  // As the library's own worker does, but for queues in which nothing is due: a look there is steps in which nothing can happen.
  const once = async (queues: WorkerLoop['queues']): Promise<number> => {
    const due = readDue(database)
    let taken = 0
    try {
      for (const queue of queues) if ((due[queue] ?? Infinity) <= clock.now()) taken += (await take[queue]()).taken
      return taken
    } catch (error) {
      around.onWorkerError(error)
      return 0
    }
  }
  const isDone = (ask: () => Promise<void>): Promise<boolean> =>
    ask().then(
      () => true,
      (error: unknown) => {
        around.onWorkerError(error)
        return false
      },
    )
  const work = async (loop: WorkerLoop): Promise<never> => {
    for (;;) {
      if ((await once(loop.queues)) > 0) continue
      loop.idleSinceMs = kernel.now()
      await new Promise<void>((resolve) => {
        loop.wake = resolve
        around.onIdle()
      })
      await epoch.gate('work')
    }
  }
  const begin = async (loop: WorkerLoop): Promise<never> => {
    // As the library's own worker does: until it is planned, again and again.
    if (loop.queues.includes('tasks')) while (!(await isDone(planSweep(dependencies)))) await epoch.sleep(replanMs)
    return work(loop)
  }
  for (const loop of process.loops) void begin(loop)
  return process
}

const listBelongings = async (tx: Transaction, owner: OwnerId): Promise<Belongings> => {
  const asked = { owner, limit: mostListed }
  const wallets = await tx.wallets.listOf(owner)
  const entries: WalletEntry[] = []
  for (const { currency } of wallets) entries.push(...(await tx.wallets.listEntries({ ...asked, currency })))
  return {
    payments: (await tx.payments.list(asked)).map(({ payment }) => payment),
    intents: await tx.intents.listOpen(owner, mostListed),
    reservations: await tx.reservations.list(asked),
    consultations: await tx.consultations.list(asked),
    orders: await tx.orders.list(asked),
    wallets,
    entries,
  }
}

// More than anybody has in one run.
const mostListed = 500

// As much at a time as the library's own worker takes, and as long a wait as it has.
const batch = 20
const replanMs = 500
