import type { Delivery } from '../engine/tables.ts'
import { findNextTimer } from '../engine/timers.ts'
import type { World } from '../engine/world.ts'
import { listDueDeliveries, nextDeliveryDueMs } from '../webhooks/deliveries.ts'
import { sendDelivery, type Deliver } from '../webhooks/send.ts'

/** What makes things happen as time goes by: webhooks are sent, sessions expire. */
export interface Pump {
  /**
   * Sends one delivery now, whenever it is due. Undefined when there is none of this id, or it is under way already.
   */
  readonly deliver: (id: string) => Promise<Delivery | undefined>
  /** Sends everything that is due, in order, until nothing is. */
  readonly settle: () => Promise<void>
  /**
   * Moves the clock forward and lets everything on the way happen at its own time: timers always, webhooks if it
   * drives them.
   */
  readonly advance: (ms: number) => Promise<void>
  /** When the next thing is due; undefined when nothing is to come. */
  readonly nextDueAtMs: () => number | undefined
  /** Tells the pump that something may have become due. It acts by itself only when it was started. */
  readonly kick: () => void
  readonly start: () => void
  readonly stop: () => void
}

/** What a pump works on. */
export interface PumpOptions {
  readonly world: World
  readonly deliver: Deliver
  readonly catchUp: () => void
}

// As many webhooks are under way at once, so that one slow receiver does not hold up the rest.
const mostAtOnce = 8
// Timers cannot wait longer than this, and the clock may be moved meanwhile.
const longestSleepMs = 60_000

/** A pump that does nothing by itself until it is started. */
export const createPump = ({ world, deliver, catchUp }: PumpOptions): Pump => {
  const underWay = new Set<string>()
  let started = false
  let timer: NodeJS.Timeout | undefined

  const send = async (id: string): Promise<Delivery | undefined> => {
    if (underWay.has(id)) return undefined
    underWay.add(id)
    try {
      return await sendDelivery(world, id, deliver)
    } finally {
      underWay.delete(id)
    }
  }

  const settle = async (): Promise<void> => {
    for (;;) {
      catchUp()
      const due = listDueDeliveries(world).filter(({ id }) => !underWay.has(id))
      if (due.length === 0) return
      for (const { id } of due) await send(id)
    }
  }

  const kick = (): void => {
    if (!started) return
    clearTimeout(timer)
    for (const { id } of listDueDeliveries(world)) {
      if (underWay.size >= mostAtOnce) break
      if (!underWay.has(id)) void send(id).then(kick)
    }
    const nextMs = nextDueAtMs()
    if (nextMs === undefined || underWay.size >= mostAtOnce) return
    const waitMs = Math.min(Math.max(nextMs - world.nowMs(), 1), longestSleepMs)
    timer = setTimeout(() => {
      catchUp()
      kick()
    }, waitMs)
    timer.unref()
  }

  const nextDueAtMs = (): number | undefined => {
    const due = [nextDeliveryDueMs(world, underWay), findNextTimer(world)?.dueMs].filter((each) => each !== undefined)
    return due.length === 0 ? undefined : Math.min(...due)
  }

  return {
    deliver: send,
    settle,
    advance: async (ms) => {
      const targetMs = world.nowMs() + ms
      for (;;) {
        catchUp()
        if (started) await settle()
        const nextMs = started ? nextDueAtMs() : findNextTimer(world)?.dueMs
        if (nextMs === undefined || nextMs > targetMs) break
        if (nextMs > world.nowMs()) world.moveClock(nextMs - world.nowMs())
        else if (started) break
      }
      if (targetMs > world.nowMs()) world.moveClock(targetMs - world.nowMs())
      catchUp()
      kick()
    },
    nextDueAtMs,
    kick,
    start: () => {
      started = true
      kick()
    },
    stop: () => {
      started = false
      clearTimeout(timer)
    },
  }
}
