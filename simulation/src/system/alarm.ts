import type { Kernel } from '../kernel/kernel.ts'
import type { Database } from './database.ts'
import { firstDue, readDue } from './due.ts'
import type { Process } from './process.ts'

/** Wakes the workers when there is something to do, so that idle time costs nothing. */
export interface Alarm {
  /** Something was committed, or somebody has become idle. */
  touch(): void
  /** Plans when who looks again, if anything has changed since it was asked last. */
  set(processes: readonly Process[]): void
}

/** Workers look twice a second for what is due; here they look when something is. */
export const createAlarm = (kernel: Kernel, database: Database): Alarm => {
  const planned = new Map<Process, { readonly atMs: number; readonly takeBack: () => void }>()
  let isTouched = true
  return {
    touch: () => void (isTouched = true),
    set(processes) {
      if (!isTouched) return
      isTouched = false
      for (const [process, { takeBack }] of planned)
        if (!processes.includes(process)) {
          takeBack()
          planned.delete(process)
        }
      if (processes.every(({ wake }) => wake === undefined)) return
      const dueMs = firstDue(readDue(database))
      for (const process of processes) {
        const known = planned.get(process)
        if (process.wake === undefined || dueMs === undefined) {
          known?.takeBack()
          planned.delete(process)
          continue
        }
        const atMs = Math.max(dueMs - process.skewMs, process.idleSinceMs + lookEveryMs) + process.index
        if (known?.atMs === atMs) continue
        known?.takeBack()
        const takeBack = kernel.at(atMs - kernel.now(), `wake ${process.epoch.name}`, () => {
          planned.delete(process)
          const { wake } = process
          process.wake = undefined
          wake?.()
        })
        planned.set(process, { atMs, takeBack })
      }
    },
  }
}

const lookEveryMs = 500
