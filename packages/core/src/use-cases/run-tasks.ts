import { backoffMs } from '../kernel/backoff.ts'
import { after, hour, minute, second } from '../kernel/instant.ts'
import type { Leased } from '../ports/queue.ts'
import { decideReservation, evolveReservation } from '../reservation/reservation.ts'
import { taskId, type Task } from '../task/task.ts'
import type { Drained } from './apply-inbox.ts'
import type { CancelPayment } from './cancel-payment.ts'
import type { Dependencies } from './dependencies.ts'
import type { PayFromWallet } from './pay-from-wallet.ts'
import { payToppedUp } from './pay-topped-up.ts'
import type { Ran } from './ran.ts'
import type { StartBalance } from './start-balance.ts'
import type { Sweep } from './sweep.ts'

/** The use case {@link runTasks}, wired. */
export type RunTasks = (limit: number) => Promise<Drained>

interface TaskDependencies extends Dependencies {
  readonly startBalance: StartBalance
  readonly cancelPayment: CancelPayment
  readonly payFromWallet: PayFromWallet
  readonly sweep: Sweep
}

/** Runs tasks whose time has come, one after the other. What keeps failing ends among the dead letters. */
export const runTasks =
  (deps: TaskDependencies): RunTasks =>
  async (limit) => {
    const { unitOfWork, clock, settings, logger } = deps
    const leased = await unitOfWork.run((tx) =>
      tx.tasks.lease({ now: clock.now(), limit, leaseMs: 5 * settings.leaseMs }),
    )
    for (const work of leased) {
      const { id, tries, lease } = work
      try {
        const { result, againInMs } = await run(deps, work)
        await unitOfWork.run(async (tx) => {
          const now = clock.now()
          const mine = await tx.tasks.finish(id, lease, { at: now, result })
          if (mine && againInMs !== undefined)
            await tx.tasks.append([{ id, body: work.body, dueAt: after(now, againInMs) }], now)
        })
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error)
        logger.log('error', 'task_failed', { task: id, tries, detail })
        await unitOfWork.run(async (tx) => {
          const now = clock.now()
          const again = after(now, backoffMs(tries, id, { firstMs: 10 * second, capMs: hour }))
          // The sweep is what everything falls back on: it is never given up.
          if (tries < settings.triesBeforeDead || work.body.type === 'sweep')
            await tx.tasks.postpone(id, lease, again, detail)
          else await tx.tasks.bury(id, lease, detail, now)
        })
      }
    }
    return { taken: leased.length }
  }

/** The use case {@link planSweep}, wired. */
export type PlanSweep = () => Promise<void>

/** Makes sure that the sweep is planned. It plans itself from then on; safe to call at every start of every process. */
export const planSweep =
  ({ unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>): PlanSweep =>
  () =>
    unitOfWork.run(async (tx) => {
      const now = clock.now()
      const task: Task = { type: 'sweep' }
      const known = await tx.tasks.find(taskId(task))
      if (known?.status !== 'waiting')
        await tx.tasks.append([{ id: taskId(task), body: task, dueAt: after(now, minute) }], now)
    })

const run = async (deps: TaskDependencies, { body: task }: Leased<Task>): Promise<Ran> => {
  const actor = { type: 'system' } as const
  switch (task.type) {
    case 'charge_balance': {
      const outcome = await deps.startBalance({ actor, reservationId: task.reservationId })
      if (outcome.ok) return { result: { payment_status: outcome.value.paymentStatus } }
      const { error } = outcome
      const result = { refused: error.code }
      if (error.code === 'provider_unavailable') return { result, againInMs: error.retryAfterMs }
      // Should that money not come after all, the card is still to be charged.
      return error.code === 'charge_in_flight' ? { result, againInMs: 6 * hour } : { result }
    }
    case 'abandon_intent':
      return abandonIntent(deps, task)
    case 'pay_from_wallet':
      return payToppedUp(deps, task)
    case 'complete_reservation':
      return completeReservation(deps, task)
    case 'sweep': {
      const { asked, moved, failed, nextInMs } = await deps.sweep()
      return { result: { asked, moved, failed }, againInMs: nextInMs }
    }
  }
}

const abandonIntent = async (
  { unitOfWork, cancelPayment }: TaskDependencies,
  { intentId }: Extract<Task, { readonly type: 'abandon_intent' }>,
): Promise<Ran> => {
  const found = await unitOfWork.read((tx) => tx.intents.find(intentId))
  if (found === undefined || found.value.status !== 'open') return { result: { intent: found?.value.status ?? 'gone' } }
  const outcome = await cancelPayment({
    actor: { type: 'system' },
    paymentId: found.value.paymentId,
    reason: 'abandoned',
    unlessInFlight: true,
  })
  // It may still fail, and then nobody pays for it any more.
  if (!outcome.ok && outcome.error.code === 'charge_in_flight')
    return { result: { refused: outcome.error.code }, againInMs: 6 * hour }
  return {
    result: outcome.ok
      ? { provider_cancellation: outcome.value.providerCancellation }
      : { refused: outcome.error.code },
  }
}

const completeReservation = (
  { unitOfWork, clock }: TaskDependencies,
  { reservationId }: Extract<Task, { readonly type: 'complete_reservation' }>,
): Promise<Ran> =>
  unitOfWork.run(async (tx): Promise<Ran> => {
    const found = await tx.reservations.find(reservationId)
    if (found === undefined) return { result: { reservation: 'gone' } }
    const now = clock.now()
    const decision = decideReservation(found.value, { type: 'complete', at: now })
    if (!decision.ok) {
      const { code } = decision.refusal
      if (code !== 'reservation_not_paid') return { result: { refused: code } }
      // Over, but not paid: a human has to see to it. It may still be paid, so look again tomorrow.
      const paymentId = found.value.balance?.paymentId
      await tx.attention.raise([
        {
          id: `balance_unpaid:${reservationId}`,
          code: 'balance_unpaid',
          at: now,
          data: { reservationId },
          ...(paymentId === undefined ? {} : { paymentId }),
        },
      ])
      return { result: { refused: code }, againInMs: 24 * hour }
    }
    const reservation = decision.events.reduce(evolveReservation, found.value)
    if (decision.events.length > 0) {
      await tx.reservations.save(reservation, found.version)
      await tx.timeline.append(
        decision.events.map(({ type }) => ({
          paymentId: reservation.balance?.paymentId ?? reservation.paymentId,
          at: now,
          type: 'fact' as const,
          about: { type: 'reservation', id: reservationId },
          name: type,
          data: {},
        })),
      )
    }
    return { result: { reservation: reservation.status } }
  })
