import type { Database } from './database.ts'

/** When there will be something to do in each queue, in milliseconds; null: nothing waits. */
export interface Due {
  readonly inbox: number | null
  readonly outbox: number | null
  readonly tasks: number | null
}

/**
 * When each queue has something to do next. A sweep that would find nothing to ask about only plans the next one, so it
 * waits until there is something.
 */
export const readDue = (database: Database): Due =>
  database.query<Due>(sql)[0] ?? { inbox: null, outbox: null, tasks: null }

/** When anything in these has. */
export const firstDue = (due: Due, queues: readonly (keyof Due)[]): number | undefined => {
  const all = queues.map((queue) => due[queue]).filter((at) => at !== null)
  return all.length === 0 ? undefined : Math.min(...all)
}

const waiting = (table: string, also = ''): string =>
  `(SELECT MIN(MAX(due_at, COALESCE(leased_until, 0))) FROM ${table} WHERE status = 'waiting' ${also})`

const look = (table: string, statuses: string): string =>
  `SELECT MIN(look_at) AS look_at FROM ${table} WHERE status IN (${statuses})`

const sql = `
  WITH
    looks AS (
      SELECT MIN(look_at) AS first FROM (
        ${look('holdfast_attempts', "'requested', 'open', 'processing'")}
        UNION ALL ${look('holdfast_attempts', "'succeeded'")}
        UNION ALL ${look('holdfast_refunds', "'requested', 'pending'")}
      )
    ),
    tasks (due) AS (
      VALUES (${waiting('holdfast_tasks', "AND id <> 'sweep'")})
      UNION ALL SELECT MAX(first, ${waiting('holdfast_tasks', "AND id = 'sweep'")}) FROM looks
    )
  SELECT ${waiting('holdfast_inbox')} AS inbox, ${waiting('holdfast_outbox')} AS outbox,
    (SELECT MIN(due) FROM tasks) AS tasks`
