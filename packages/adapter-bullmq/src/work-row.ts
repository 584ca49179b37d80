import type { Clock, Effect, Instant, ProviderEvent, QueueName, Task, Transaction, Work } from '@holdfast/core'

/** The three tables of work, each of which is a queue of BullMQ's, under the same name. */
export const queueNames = ['tasks', 'outbox', 'inbox'] as const satisfies readonly QueueName[]

/** A row of any of them. */
export type WorkRow = Work<Task> | Work<Effect> | Work<ProviderEvent>

/** Which row. */
export interface RowKey {
  readonly queue: QueueName
  readonly id: string
}

/** What a job carries: which row it does, and in which of its lives. Never the row's body, which may name people. */
export interface JobData {
  readonly id: string
  readonly life: number
}

/**
 * Which of a row's lives this is. A row that is done or dead and then asked for again starts anew: its tries are forgotten, while
 * the number of its lease only grows. So what lies between the two stays the same for one life, and is another in the next.
 */
export const lifeOf = ({ lease, tries }: Pick<WorkRow, 'lease' | 'tries'>): number => lease - tries

/** What a row's job is known by: the same life of the same row is one job. BullMQ allows no colon in it. */
export const jobIdOf = (row: Pick<WorkRow, 'id' | 'lease' | 'tries'>): string =>
  `${row.id.replace(/[%~]/g, encodeURIComponent).replaceAll('~', '%7E').replaceAll(':', '~')}.${lifeOf(row)}`

/** From when on a row that waits can be taken: it is due, and nobody has it. */
export const startOf = ({ dueAt, leasedUntil }: Pick<WorkRow, 'dueAt' | 'leasedUntil'>): Instant =>
  leasedUntil !== undefined && leasedUntil > dueAt ? leasedUntil : dueAt

/** Whether somebody has it now. */
export const isHeld = ({ leasedUntil }: Pick<WorkRow, 'leasedUntil'>, { now }: Pick<Clock, 'now'>): boolean =>
  leasedUntil !== undefined && leasedUntil > now()

/** What kind of work it is: the name that its job has on a dashboard. */
export const kindOf = ({ body }: WorkRow): string => body.type

/** The rows of one of the three that wait, longest due first, at most `limit`, after the one with id `after`. */
export const listWaiting = (
  tx: Transaction,
  queue: QueueName,
  page: { readonly limit: number; readonly after?: string },
): Promise<readonly WorkRow[]> => tx[queue].list({ status: 'waiting', ...page })

/** Reads one row of any of the three. */
export const findRow = (tx: Transaction, { queue, id }: RowKey): Promise<WorkRow | undefined> => tx[queue].find(id)
