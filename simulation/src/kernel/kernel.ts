import type { Policy } from './policy.ts'
import type { Tape } from './tape.ts'
import type { Trace } from './trace.ts'

/** One life of one process: from its start to its crash. What it waits for after its end never comes. */
export interface Epoch {
  readonly process: number
  /** `p1.2`: the second life of the first process. */
  readonly name: string
  /** Resolves when the scheduler lets it go on; never, once the epoch is over. */
  gate(lane: string): Promise<void>
  /** Resolves when this much virtual time has passed, and the scheduler lets it go on. */
  sleep(ms: number, lane?: string): Promise<void>
  /** Calls back when the epoch ends. */
  onEnd(told: () => void): void
  readonly alive: boolean
  /** A paused epoch stands still, and knows nothing of it. */
  setPaused(paused: boolean): void
  end(): void
}

/** Virtual time, and the only scheduler there is. */
export interface Kernel {
  readonly tape: Tape
  readonly trace: Trace
  now(): number
  readonly steps: number
  openEpoch(process: number, name: string): Epoch
  /** Runs something at a later moment. Answers how to take that back. */
  at(delayMs: number, label: string, run: () => void): () => void
  /** Time for what belongs to no process. */
  sleep(ms: number): Promise<void>
  /** Marks work that takes no virtual time, but may take turns of the event loop: nothing else happens meanwhile. */
  busy<T>(work: Promise<T>): Promise<T>
  /** Marks a wait for virtual time inside such work: meanwhile everything else happens. */
  aside<T>(wait: Promise<T>): Promise<T>
  /** Runs until `over`, or until nothing is left to do (`idle`), or too many steps were taken (`endless`). */
  run(over: () => boolean): Promise<'over' | 'idle' | 'endless'>
}

/** Thrown when something that takes no virtual time, such as a statement on a server, has not come to an end in real time either. */
export class StandsStill extends Error {
  override readonly name = 'StandsStill'
}

/** What decides, and what is told of every step. */
export interface KernelOptions {
  readonly tape: Tape
  readonly trace: Trace
  readonly policy: Policy
  readonly startMs: number
  readonly mostSteps: number
  /** For how long, in real milliseconds, what takes no virtual time may take; two minutes unless told. */
  readonly mostWaitMs?: number
  /** How likely time goes on although somebody could: a process that is slow. */
  readonly impatience: () => number
  /**
   * Told before a gate opens. `ended`: it does not, since its process has just ended. `paused`: not now, since its process has
   * just been paused.
   */
  readonly meets: (epoch: Epoch, lane: string) => 'nothing' | 'ended' | 'paused'
  /** Told after every step, once everything has come to rest again. */
  readonly afterStep: () => void
}

interface Gate {
  readonly epoch: Epoch
  readonly lane: string
  readonly process: number
  readonly open: () => void
}

interface Event {
  readonly atMs: number
  readonly label: string
  readonly run: () => void
  cancelled: boolean
}

// The machine's own, which is kept from everybody else while a run takes.
const { setTimeout: startRealTimer } = globalThis

/** A kernel at `startMs`, with nothing to do yet. */
export const createKernel = (options: KernelOptions): Kernel => {
  const { tape, trace, policy, mostWaitMs = 120_000 } = options
  let nowMs = options.startMs
  let steps = 0
  let activity = 0
  let underWay = 0
  let tellAtRest = (): void => {}
  let gates: Gate[] = []
  const paused = new Set<Epoch>()
  const events: Event[] = []

  const at: Kernel['at'] = (delayMs, label, run) => {
    const event: Event = { atMs: nowMs + Math.max(0, Math.round(delayMs)), label, run, cancelled: false }
    let low = 0
    let high = events.length
    // Behind all that are due at the same moment: first come, first served.
    while (low < high) {
      const middle = (low + high) >> 1
      if ((events[middle] ?? event).atMs <= event.atMs) low = middle + 1
      else high = middle
    }
    events.splice(low, 0, event)
    return () => void (event.cancelled = true)
  }

  const openEpoch = (process: number, name: string): Epoch => {
    let alive = true
    const told: (() => void)[] = []
    const gate = (lane: string): Promise<void> =>
      new Promise((resolve) => {
        activity += 1
        if (alive) gates.push({ epoch, lane, process, open: resolve })
      })
    const epoch: Epoch = {
      process,
      name,
      gate,
      sleep: (ms, lane = 'sleep') =>
        new Promise((resolve) => {
          activity += 1
          if (alive) at(ms, `${name} ${lane}`, () => void gate(lane).then(resolve))
        }),
      onEnd: (tell) => void told.push(tell),
      get alive() {
        return alive
      },
      setPaused: (stop) => void (stop ? paused.add(epoch) : paused.delete(epoch)),
      end() {
        alive = false
        paused.delete(epoch)
        gates = gates.filter((each) => each.epoch !== epoch)
        for (const tell of told.splice(0)) tell()
      },
    }
    return epoch
  }

  const atRest = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = startRealTimer(
        () =>
          reject(new StandsStill(`It stands still: ${underWay} that take no time have not ended in ${mostWaitMs} ms.`)),
        mostWaitMs,
      )
      tellAtRest = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  /**
   * Waits until everything that can go on by itself has. A tick of Node's comes when no promise is left that can be told
   * of; a turn of the event loop would ask the machine for news each time, which takes longer than most steps. Whatever takes
   * turns of its own has to say so, see {@link Kernel.busy}.
   */
  const drain = async (): Promise<void> => {
    for (let isQuiet = false; !isQuiet; ) {
      const before = activity
      if (underWay > 0) await atRest()
      await new Promise<void>((resolve) => process.nextTick(resolve))
      isQuiet = activity === before && underWay === 0
    }
  }

  const stopWork = (): void => {
    underWay -= 1
    if (underWay === 0) tellAtRest()
  }

  const nextEvent = (): Event | undefined => {
    while (events[0]?.cancelled === true) events.shift()
    return events[0]
  }

  const step = (ready: readonly Gate[]): 'stepped' | 'idle' => {
    const event = nextEvent()
    const soon = event !== undefined && event.atMs - nowMs <= longestStallMs
    if (ready.length > 0 && !(soon && tape.chance(options.impatience(), 'stall'))) {
      const gate = ready[tape.choose(ready.length, 'schedule', (random) => policy(ready, random))]
      if (gate === undefined) throw new RangeError('The tape chose nobody.')
      trace.write(`${nowMs} ${gate.epoch.name} ${gate.lane}`)
      const met = options.meets(gate.epoch, gate.lane)
      if (met !== 'paused') gates = gates.filter((each) => each !== gate)
      if (met === 'nothing') gate.open()
      else trace.write(`${nowMs} ${gate.epoch.name} ${met}`)
      return 'stepped'
    }
    if (event === undefined) return 'idle'
    events.shift()
    nowMs = Math.max(nowMs, event.atMs)
    trace.write(`${nowMs} ${event.label}`)
    event.run()
    return 'stepped'
  }

  return {
    tape,
    trace,
    now: () => nowMs,
    get steps() {
      return steps
    },
    openEpoch,
    at,
    sleep: (ms) =>
      new Promise((resolve) => {
        activity += 1
        at(ms, 'time passes', resolve)
      }),
    async busy(work) {
      underWay += 1
      try {
        return await work
      } finally {
        stopWork()
        activity += 1
      }
    },
    async aside(wait) {
      stopWork()
      try {
        return await wait
      } finally {
        underWay += 1
        activity += 1
      }
    },
    async run(over) {
      for (;;) {
        await drain()
        options.afterStep()
        if (over()) return 'over'
        if (steps >= options.mostSteps) return 'endless'
        steps += 1
        const ready = paused.size === 0 ? gates : gates.filter(({ epoch }) => !paused.has(epoch))
        if (step(ready) === 'stepped') continue
        // What took a turn of its own without saying so would be forgotten here.
        await turnOfTheMachine()
        await drain()
        if (gates.length === 0 && nextEvent() === undefined) return 'idle'
      }
    },
  }
}

/** Resolves when the machine has been asked for news of its own: files, sockets, other programs. */
export const turnOfTheMachine = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

// A process that stands still for longer than this is one that was paused, and that is decided elsewhere.
const longestStallMs = 3 * 60_000
