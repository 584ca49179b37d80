import { Contention, defaultSettings, StoreUnavailable, type Settings } from '@holdfast/core'
import { CommitUnknown } from '@holdfast/adapter-sql'
import type { FaultKind } from '@holdfast/stripe-simulator'
import { createKernel, type Epoch, type Kernel } from './kernel/kernel.ts'
import { hashText } from './kernel/random.ts'
import { policyOf } from './kernel/policy.ts'
import type { Tape } from './kernel/tape.ts'
import { createTrace } from './kernel/trace.ts'
import { createWatch, isOfFullDisk, type Watch } from './oracle/watch.ts'
import { createCounts, type Counts } from './oracle/sometimes.ts'
import { Violation } from './oracle/violation.ts'
import { createAlarm } from './system/alarm.ts'
import { capacityOf, start } from './system/catalogue.ts'
import type { Database } from './system/database.ts'
import { seededIds } from './system/ids.ts'
import { createMessenger, type NotifierFault } from './system/notifier.ts'
import { twice, type Doubled, type Twice } from './system/network.ts'
import { limits, type CurrencyName } from './system/prices.ts'
import { createPostman, type Postman } from './system/postman.ts'
import { createSecrets, type Secrets } from './system/secrets.ts'
import { ProcessEnded, startProcess, type Process, type Sabotage, type Surroundings } from './system/process.ts'
import { createStripe, type Asked, type Stripe } from './system/stripe.ts'
import type { Profile } from './workload/story.ts'

/** Everything there is in one run: processes, database, Stripe, the post between them, and those who watch. */
export interface World {
  readonly kernel: Kernel
  /** What the host does business in. */
  readonly currency: CurrencyName
  readonly database: Database
  readonly stripe: Stripe
  readonly postman: Postman
  readonly counts: Counts
  /** The current life of a process, or of another where that one is down. */
  pick(index: number): Process | undefined
  crash(index: number, downMs: number): void
  pause(index: number, ms: number, replace: boolean): void
  /** Somebody sets the clock of a process: it is so far ahead, or behind, until the process is started anew. */
  setClock(index: number, aheadMs: number): void
  /** Waits for the next process that comes to a gate. */
  ambush(trap: Trap): void
  /** A proxy sends the next request for one of these a second time, without its key. */
  sendTwice(what: Doubled, heard: Twice): void
  /** The payments to which whoever was to pay them never comes back. */
  readonly left: Set<string>
  /** The cards that their owners have removed, and when they were told so, in milliseconds. */
  readonly removedCards: Map<string, number>
  /** Every process ends at once. */
  blackOut(downMs: number): void
  /** The processes are started anew, one after the other. */
  deploy(): Promise<void>
  readonly secrets: Secrets
  /** For so long there is no room for anything more in the database, where that can be done. */
  fillDisk(ms: number): Promise<void>
  /** For so long, nearly every call to Stripe goes wrong. */
  breakStripe(ms: number): void
  /** For so long, no message is taken. */
  silenceNotifier(ms: number): void
  /** Counts what may be thrown, and remembers what may not. */
  judge(error: unknown): void
  fail(violation: Violation): void
  readonly failure: unknown
  readonly watch: Watch
  /** How often a process could have been interrupted so far. */
  readonly gates: number
  /** True when every process is up. */
  isWhole(): boolean
  /** From now on nothing goes wrong any more. What was lost stays lost. */
  heal(): void
  close(): Promise<void>
}

/** Trouble that waits for a process to come by: it crashes, or stands still, or all of them crash, for so long. */
export interface Trap {
  readonly lane: string
  readonly by: 'crash' | 'pause' | 'black_out'
  readonly ms: number
}

/** What a world is made of. */
export interface WorldOptions {
  readonly seed: string
  readonly profile: Profile
  readonly tape: Tape
  readonly database: Database
  readonly sabotage?: Sabotage
  readonly keepLines?: number
  readonly mostSteps?: number
  /** Trouble exactly here and nowhere else, instead of by chance. */
  readonly script?: Script
}

/** For how long a process stands still, and whether another takes its place meanwhile. */
export interface Standstill {
  readonly ms: number
  readonly isReplaced: boolean
}

/** Trouble at certain points, which are counted from 1. */
export interface Script {
  /**
   * Told every gate of every process, in order, with how much has changed for good by then, here, at Stripe and with the
   * notifier: for how long the process is down if it crashes there.
   */
  readonly crashAt?: (gate: number, lane: string, changes: number) => number | undefined
  /** As {@link Script.crashAt}: whether the process stands still there, and how. */
  readonly standStillAt?: (gate: number, lane: string) => Standstill | undefined
  /** Told every call to Stripe, in order: what goes wrong with it. */
  readonly faultAt?: (call: number, asked: Asked) => FaultKind | undefined
  /** Told every message that is sent, in order: what goes wrong with it. */
  readonly notifierAt?: (count: number) => NotifierFault | undefined
}

/** A world in which nothing has happened yet, its processes started. */
export const createWorld = (options: WorldOptions): World => {
  const { seed, profile, tape, database } = options
  const counts = createCounts()
  const lives: Process[] = []
  let failure: unknown
  let healed = false
  let outageUntilMs = 0
  let silentUntilMs = 0
  let gates = 0
  let changes = 0
  let wasDiskFull = false
  const traps = new Set<Trap>()
  const toSendTwice = new Map<Doubled, Twice[]>()
  const secrets = createSecrets()

  const fail = (error: unknown): void => {
    failure ??= error
  }
  const judge = (error: unknown): void => {
    if (error instanceof ProcessEnded) return
    if (error instanceof Contention || error instanceof CommitUnknown) counts.add('contention')
    else if (error instanceof Violation) fail(error)
    else if (wasDiskFull && error instanceof Error && isOfFullDisk.test(error.message)) counts.add('disk_full')
    else if (cutRate > 0 && error instanceof StoreUnavailable) counts.add('store_unavailable')
    else fail(new Violation('A13', `something unforeseen was thrown: ${String(error)}`, error))
  }
  const attempt = (check: () => void): void => {
    if (failure !== undefined) return
    try {
      check()
    } catch (error) {
      fail(error)
    }
  }

  // Not part of a profile, which says the same of every database.
  const cutRate =
    database.cutConnections === undefined ? 0 : ([0, 0, 0.001, 0.005][hashText(`${seed}/server`) % 4] ?? 0)
  const cutConnections = (): void => {
    counts.add('connections_cut')
    if (database.cutConnections !== undefined) void kernel.busy(database.cutConnections())
  }

  const drawTwice = (what: Doubled): Twice | undefined =>
    tape.chance(profile.doubleRate, what === 'page' ? 'sent twice' : `${what} sent twice`)
      ? twice[tape.choose(twice.length, 'heard of two')]
      : undefined

  const meets = (epoch: Epoch, lane: string): 'nothing' | 'ended' | 'paused' => {
    if (healed) return 'nothing'
    gates += 1
    if (options.script !== undefined) {
      const still = options.script.standStillAt?.(gates, lane)
      if (still !== undefined) {
        pauseEpoch(epoch, still.ms, still.isReplaced)
        return 'paused'
      }
      const downMs = options.script.crashAt?.(gates, lane, changes + stripe.calls)
      if (downMs === undefined) return 'nothing'
      crashEpoch(epoch, downMs)
      return 'ended'
    }
    if (tape.chance(cutRate, 'connections cut')) kernel.at(0, 'connections cut', cutConnections)
    const trap = [...traps].find((each) => each.lane === lane)
    if (trap !== undefined) {
      traps.delete(trap)
      counts.add(`ambush:${trap.by}`)
      if (trap.by === 'pause') pauseEpoch(epoch, trap.ms, true)
      else if (trap.by === 'black_out') blackOut(trap.ms)
      else crashEpoch(epoch, trap.ms)
      return epoch.alive ? 'paused' : 'ended'
    }
    if (!tape.chance(profile.crashRate, 'crash')) return 'nothing'
    crashEpoch(epoch, [0, 1_000, 120_000, 3 * 3_600_000, 26 * 3_600_000][tape.choose(5, 'down')] ?? 0)
    return 'ended'
  }

  const kernel = createKernel({
    tape,
    trace: createTrace(options.keepLines ?? 50),
    policy: policyOf(profile.policy),
    startMs: start,
    mostSteps: options.mostSteps ?? 400_000,
    impatience: () => (healed ? 0 : profile.impatience),
    meets,
    afterStep: () => {
      if (stripe.takeDirty()) {
        changes += 1
        expectOfStripe(0)
        attempt(watch.stripeMoved)
      }
      if (failure === undefined) alarm.set(lives)
    },
  })
  const stripe = createStripe({
    kernel,
    seed,
    livemode: profile.livemode,
    faultRate: () => (healed ? 0 : kernel.now() < outageUntilMs ? 0.9 : profile.faultRate),
    ...(options.script?.faultAt === undefined
      ? {}
      : { faultAt: (call, asked) => (healed ? undefined : options.script?.faultAt?.(call, asked)) }),
    onFault: (kind, key) => {
      counts.add(`fault:${kind}`)
      watch.faulted(kind, key)
    },
    onGivenUp: (key) => {
      counts.add('given_up')
      if (key !== null) watch.givenUp(key)
    },
    onAsk: (lane) => attempt(() => watch.asking(lane)),
    onCall: (epoch, call) => attempt(() => watch.called(epoch, call)),
    sendsTwice: (what) => {
      if (healed) return undefined
      const heard = toSendTwice.get(what)?.shift() ?? drawTwice(what)
      if (heard !== undefined) counts.add(`${what}_asked_for_twice`)
      return heard
    },
    onNews: (news) => postman.take(news),
  })
  const watch = createWatch({ kernel, database, stripe, counts, profile, capacityOf })
  const alarm = createAlarm(kernel, database)

  // What happens at Stripe by itself, and what it has to tell: when it is due, and again when the next thing is.
  let takeBack: (() => void) | undefined
  const askStripe = (delayMs: number): void => {
    takeBack?.()
    takeBack = kernel.at(delayMs, 'stripe moves', () => {
      takeBack = undefined
      void stripe.catchUp().then(() => {
        attempt(watch.stripeMoved)
        if (takeBack === undefined) expectOfStripe(1)
      })
    })
  }
  const expectOfStripe = (soonestMs: number): void => {
    const dueMs = stripe.simulator.nextDueAt()
    if (dueMs !== undefined) askStripe(Math.max(soonestMs, dueMs - kernel.now()))
  }

  const { lateMoney, wrongAmount, walletRefunds, livemode } = profile
  const settings: Settings = {
    ...defaultSettings,
    lateMoney,
    wrongAmount,
    walletRefunds,
    livemode,
    orderLimits: limits,
  }
  const around: Surroundings = {
    kernel,
    database,
    stripe,
    ids: seededIds(seed),
    messenger: createMessenger({
      kernel,
      isAway: () => !healed && kernel.now() < silentUntilMs,
      faultRate: () => (healed ? 0 : profile.notifierFaultRate),
      count: counts.add,
      ...(options.script === undefined ? {} : { faultAt: (count: number) => options.script?.notifierAt?.(count) }),
      onAsk: () => attempt(() => watch.asking('notifier')),
      onTaken(message) {
        changes += 1
        attempt(() => watch.told(message))
      },
    }),
    secrets: () => secrets.accepted,
    settings,
    currency: profile.currency,
    statements: profile.statements,
    breaker: profile.breaker,
    history: profile.history,
    sabotage: options.sabotage ?? {},
    onCommit: (process) => {
      changes += 1
      if (process.replaced) counts.add('zombie_commit')
      alarm.touch()
      attempt(() => watch.committed(process.epoch))
    },
    onIdle: () => alarm.touch(),
    onAnswer: (answer) => attempt(() => watch.answered(answer)),
    count: counts.add,
    onLog: (event, data) => attempt(() => watch.logged(event, data)),
    onWorkerError: judge,
  }

  const lifeCounts = new Map<number, number>()
  const begin = (index: number): void => {
    const life = (lifeCounts.get(index) ?? 0) + 1
    lifeCounts.set(index, life)
    if (life > 1) counts.add('restart')
    lives.push(startProcess(around, index, life, profile.skewMs[index] ?? 0))
  }
  const isUp = (index: number): boolean => lives.some((each) => each.index === index && !each.replaced)
  const remove = (process: Process): void => {
    process.kill()
    alarm.touch()
    lives.splice(lives.indexOf(process), 1)
  }
  const crashEpoch = (epoch: Epoch, downMs: number): void => {
    const process = lives.find((each) => each.epoch === epoch)
    if (process === undefined) return
    counts.add('crash')
    watch.crashed(epoch)
    remove(process)
    if (process.replaced) return
    kernel.at(healed ? 0 : downMs, `start p${process.index}`, () => {
      if (!isUp(process.index)) begin(process.index)
    })
    attempt(watch.crashedAfterAcknowledgement)
  }

  const pick = (index: number): Process | undefined => {
    const up = lives.filter(({ replaced }) => !replaced)
    return up.find((each) => each.index === index) ?? up[0]
  }
  const postman = createPostman({
    kernel,
    post: profile.post,
    secrets: () => secrets.signing,
    pick: () => pick(tape.choose(profile.processes, 'webhook to')),
    onAcknowledged: (letter) => attempt(() => watch.acknowledged(letter)),
    count: counts.add,
    onLost: (news) => watch.lost(news),
    onError: judge,
  })

  const pauseEpoch = (epoch: Epoch, ms: number, replace: boolean): void => {
    const process = lives.find((each) => each.epoch === epoch)
    if (process === undefined) return
    counts.add('pause')
    epoch.setPaused(true)
    // Whoever stands still in a transaction keeps everybody else from writing: only for a moment.
    const isHolding = process.writing() > 0
    if (replace && !isHolding && !process.replaced) {
      process.replaced = true
      begin(process.index)
      kernel.at(ms + zombieMs, `end ${epoch.name}`, () => {
        if (epoch.alive) remove(process)
      })
    }
    kernel.at(isHolding ? Math.min(ms, longestHoldMs) : ms, `resume ${epoch.name}`, () => epoch.setPaused(false))
  }
  const blackOut = (downMs: number): void => {
    for (const process of lives.slice()) crashEpoch(process.epoch, downMs)
  }

  for (let index = 0; index < profile.processes; index += 1) begin(index)

  return {
    kernel,
    currency: profile.currency,
    database,
    stripe,
    postman,
    counts,
    pick,
    judge,
    fail,
    watch,
    get gates() {
      return gates
    },
    get failure() {
      return failure
    },
    crash(index, downMs) {
      const process = pick(index)
      if (process !== undefined) crashEpoch(process.epoch, downMs)
    },
    pause(index, ms, replace) {
      const process = pick(index)
      if (process !== undefined) pauseEpoch(process.epoch, ms, replace)
    },
    setClock(index, aheadMs) {
      const process = pick(index)
      if (process === undefined || process.skewMs === aheadMs) return
      counts.add(process.skewMs < aheadMs ? 'clock_set_forward' : 'clock_set_back')
      process.setSkew(aheadMs)
      // Whoever waits for a time has to look at the clock again.
      alarm.touch()
    },
    ambush: (trap) => void traps.add(trap),
    sendTwice: (what, heard) => void toSendTwice.set(what, [...(toSendTwice.get(what) ?? []), heard]),
    left: new Set(),
    removedCards: new Map(),
    blackOut,
    async deploy() {
      for (let index = 0; index < profile.processes; index += 1) {
        const process = lives.find((each) => each.index === index && !each.replaced)
        if (process !== undefined) crashEpoch(process.epoch, 2_000)
        await kernel.sleep(10_000)
      }
      counts.add('deploy')
    },
    secrets,
    async fillDisk(ms) {
      if (database.setFull === undefined) return
      wasDiskFull = true
      watch.diskFilled()
      database.setFull(true)
      await kernel.sleep(ms)
      database.setFull(false)
    },
    breakStripe: (ms) => void (outageUntilMs = kernel.now() + ms),
    silenceNotifier: (ms) => void (silentUntilMs = kernel.now() + ms),
    isWhole: () => Array.from({ length: profile.processes }, (_, index) => index).every(isUp),
    heal() {
      healed = true
      watch.healed()
      traps.clear()
      if (wasDiskFull) database.setFull?.(false)
      for (const process of lives.slice()) {
        process.epoch.setPaused(false)
        if (process.replaced) remove(process)
      }
      for (let index = 0; index < profile.processes; index += 1) if (!isUp(index)) begin(index)
      postman.heal(profile.webhooksAtTheEnd)
    },
    async close() {
      for (const process of lives.splice(0)) process.kill()
      await database.close()
    },
  }
}

// Longer than others are willing to wait.
const longestHoldMs = 20_000

// How long a process that was replaced while it stood still may go on.
const zombieMs = 10 * 60_000
