import type { Kernel } from '../kernel/kernel.ts'
import type { Database } from './database.ts'
import type { Process } from './process.ts'

/** Wakes the workers when there is something to do, so that idle time costs nothing. */
export interface Alarm {
  /** Something was committed, or somebody has become idle. */
  touch(): void
  /** Plans when who looks again, if anything has changed since it was asked last. */
  set(processes: readonly Process[]): void
}

/**
 * Workers look twice a second for what is due; here they look when something is. A sweep that would find nothing to ask
 * about only plans the next one, so it waits until there is something.
 */
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
      const dueMs = nextDue(database)
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

const waiting = (table: string, also: string): string =>
  `SELECT MIN(MAX(due_at, COALESCE(leased_until, 0))) AS due FROM ${table} WHERE status = 'waiting' ${also}`

const nextDue = (database: Database): number | undefined => {
  const first = (sql: string): number | undefined =>
    database.query<{ readonly due: number | null }>(sql)[0]?.due ?? undefined
  const sweep = first(waiting('holdfast_tasks', "AND id = 'sweep'"))
  const looks = [
    first("SELECT MIN(look_at) AS due FROM holdfast_attempts WHERE status IN ('requested', 'open', 'processing')"),
    first("SELECT MIN(look_at) AS due FROM holdfast_refunds WHERE status IN ('requested', 'pending')"),
  ].filter((due) => due !== undefined)
  const all = [
    first(waiting('holdfast_outbox', '')),
    first(waiting('holdfast_inbox', '')),
    first(waiting('holdfast_tasks', "AND id <> 'sweep'")),
    sweep === undefined || looks.length === 0 ? undefined : Math.max(sweep, Math.min(...looks)),
  ].filter((due) => due !== undefined)
  return all.length === 0 ? undefined : Math.min(...all)
}
