import type { Kernel } from '../kernel/kernel.ts'
import type { Database } from './database.ts'
import { firstDue, readDue } from './due.ts'
import type { Process, WorkerLoop } from './process.ts'

/** Wakes the workers when there is something to do, so that idle time costs nothing. */
export interface Alarm {
  /** Something was committed, or somebody has become idle. */
  touch(): void
  /** Plans when who looks again, if anything has changed since it was asked last. */
  set(processes: readonly Process[]): void
}

/** Workers look twice a second for what is due; here they look when something is. */
export const createAlarm = (kernel: Kernel, database: Database): Alarm => {
  const planned = new Map<WorkerLoop, { readonly atMs: number; readonly takeBack: () => void }>()
  let isTouched = true
  const forget = (loop: WorkerLoop): void => {
    planned.get(loop)?.takeBack()
    planned.delete(loop)
  }
  return {
    touch: () => void (isTouched = true),
    set(processes) {
      if (!isTouched) return
      isTouched = false
      const all = processes.flatMap((process) => process.loops.map((loop) => ({ process, loop })))
      const loops = new Set(all.map(({ loop }) => loop))
      for (const loop of planned.keys()) if (!loops.has(loop)) forget(loop)
      if (all.every(({ loop }) => loop.wake === undefined)) return
      const due = readDue(database)
      for (const { process, loop } of all) {
        const dueMs = firstDue(due, loop.queues)
        if (loop.wake === undefined || dueMs === undefined) {
          forget(loop)
          continue
        }
        const atMs = Math.max(dueMs - process.skewMs, loop.idleSinceMs + lookEveryMs) + process.index
        if (planned.get(loop)?.atMs === atMs) continue
        forget(loop)
        const takeBack = kernel.at(atMs - kernel.now(), `wake ${process.epoch.name} ${loop.name}`, () => {
          planned.delete(loop)
          const { wake } = loop
          loop.wake = undefined
          wake?.()
        })
        planned.set(loop, { atMs, takeBack })
      }
    },
  }
}

const lookEveryMs = 500
