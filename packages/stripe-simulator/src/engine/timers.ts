import type { Timer } from './tables.ts'
import type { World } from './world.ts'

/** What happens when a timer of one kind is due. It must tolerate a target that has moved on meanwhile. */
export type TimerHandler = (world: World, target: string) => void

/** The handlers by kind; each area of the simulator contributes its own. */
export type TimerHandlers = Readonly<Record<string, TimerHandler>>

/** Arranges for `kind` to happen to `target` at `dueMs`. A second call for the same pair replaces the first. */
export const schedule = (world: World, kind: string, target: string, dueMs: number): void => {
  const id = `${kind}:${target}`
  world.remove('timer', id)
  world.put('timer', id, { id, kind, target, dueMs })
  nothingDueBeforeMs.set(world, Math.min(dueMs, nothingDueBeforeMs.get(world) ?? 0))
}

/** Takes back what {@link schedule} arranged, if it has not happened yet. */
export const unschedule = (world: World, kind: string, target: string): void =>
  world.remove('timer', `${kind}:${target}`)

/** The timer that is due first, the older of two with the same time. Undefined when there is none. */
export const findNextTimer = (world: World): Timer | undefined => {
  let next: Timer | undefined
  for (const timer of world.rows('timer')) if (next === undefined || timer.dueMs < next.dueMs) next = timer
  return next
}

/** Runs every timer due by now, in order of time, each at its own time and in its own transaction. */
export const runDueTimers = (world: World, handlers: TimerHandlers): void => {
  const nowMs = world.nowMs()
  if (nowMs < (nothingDueBeforeMs.get(world) ?? 0)) return
  let next = findNextTimer(world)
  while (next !== undefined && next.dueMs <= nowMs) {
    const { id, kind, target, dueMs } = next
    world.at(dueMs, () =>
      world.transaction(() => {
        world.remove('timer', id)
        handlers[kind]?.(world, target)
      }),
    )
    next = findNextTimer(world)
  }
  nothingDueBeforeMs.set(world, next?.dueMs ?? Number.POSITIVE_INFINITY)
}

// Spares a scan of all timers on every call. It may be too early, never too late.
const nothingDueBeforeMs = new WeakMap<World, number>()
