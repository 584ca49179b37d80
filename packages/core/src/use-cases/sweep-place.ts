import { after, minute, type Instant } from '../kernel/instant.ts'
import type { Leased } from '../ports/queue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { taskId, type Task } from '../task/task.ts'
import type { Dependencies } from './dependencies.ts'

/**
 * The place of the one that sweeps, across all processes: the lease on the sweep that is planned. Whoever asks for a sweep out of
 * turn takes it, too.
 */
export interface SweepPlace {
  readonly work: Leased<Task>
  /** Asked by the clock of whoever has it. */
  readonly takenAt: Instant
}

/** Whether to go on: the place is still had by whoever asks, who keeps it from then on, and is not about to end. Once `false`, stop. */
export type StillMine = () => Promise<boolean>

/** Whether whoever works is about to end: what takes long is left to the next. */
export type IsStopping = () => boolean

/** Somebody who goes on until it is done. */
export const never: IsStopping = () => false

/** How long the place belongs to whoever has taken it, or kept it. Much longer than asking about a few things takes. */
export const placeLeaseMs = ({ settings }: Pick<Dependencies, 'settings'>): number => 5 * settings.leaseMs

/** Takes the place, planning a sweep where none is. `heldUntil`: somebody has it, until then unless they keep it. */
export const takeSweepPlace = ({
  unitOfWork,
  clock,
  settings,
}: Pick<Dependencies, 'unitOfWork' | 'clock' | 'settings'>): Promise<SweepPlace | { readonly heldUntil: Instant }> =>
  unitOfWork.run(async (tx) => {
    const now = clock.now()
    await plan(tx, now)
    const work = await tx.tasks.take(sweepId, { now, leaseMs: placeLeaseMs({ settings }) })
    return work === undefined
      ? { heldUntil: (await tx.tasks.find(sweepId))?.leasedUntil ?? now }
      : { work, takenAt: now }
  })

/**
 * Keeps the place by asking whether it is still had, before each few things that are done in it. The lease is prolonged as soon as
 * a tenth of it has gone, so that what is done between two times of asking has the rest of it.
 */
export const keepSweepPlace = (
  { unitOfWork, clock, settings }: Pick<Dependencies, 'unitOfWork' | 'clock' | 'settings'>,
  { work: { id, lease }, takenAt }: SweepPlace,
  isStopping: IsStopping = never,
): StillMine => {
  const leaseMs = placeLeaseMs({ settings })
  let isLost = false
  let keptAt = takenAt
  return async () => {
    if (isLost || isStopping()) return false
    const now = clock.now()
    const age = now - keptAt
    if (age >= 0 && age < leaseMs / 10) return true
    isLost = !(await unitOfWork.run((tx) => tx.tasks.prolong(id, lease, after(now, leaseMs))))
    keptAt = now
    return !isLost
  }
}

/** The use case {@link planSweep}, wired. */
export type PlanSweep = () => Promise<void>

/** Makes sure that the sweep is planned. It plans itself from then on; safe to call at every start of every process. */
export const planSweep =
  ({ unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>): PlanSweep =>
  () =>
    unitOfWork.run((tx) => plan(tx, clock.now()))

const sweepId = taskId({ type: 'sweep' })

const plan = async (tx: Transaction, now: Instant): Promise<void> => {
  const known = await tx.tasks.find(sweepId)
  if (known?.status !== 'waiting')
    await tx.tasks.append([{ id: sweepId, body: { type: 'sweep' }, dueAt: after(now, minute) }], now)
}
