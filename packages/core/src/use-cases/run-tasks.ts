import { backoffMs } from '../kernel/backoff.ts'
import type { PaymentId } from '../kernel/ids.ts'
import { after, hour, isoTime, minute, second } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Leased } from '../ports/queue.ts'
import { decideReservation, evolveReservation } from '../reservation/reservation.ts'
import { taskId, type PlannedSweep, type Task } from '../task/task.ts'
import type { Drained } from './apply-inbox.ts'
import type { CancelPayment } from './cancel-payment.ts'
import type { Dependencies } from './dependencies.ts'
import type { PayFromWallet } from './pay-from-wallet.ts'
import { payToppedUp } from './pay-topped-up.ts'
import type { Ran } from './ran.ts'
import type { RecoverEvents } from './recover-events.ts'
import type { StartBalance } from './start-balance.ts'
import type { Sweep } from './sweep.ts'

/** The use case {@link runTasks}, wired. */
export type RunTasks = (limit: number) => Promise<Drained>

interface TaskDependencies extends Dependencies {
  readonly startBalance: StartBalance
  readonly cancelPayment: CancelPayment
  readonly payFromWallet: PayFromWallet
  readonly sweep: Sweep
  /** Absent: what was never delivered is found by asking alone. */
  readonly recoverEvents?: RecoverEvents
}

/** `again`: what runs again, where that is not quite the same. */
interface RanTask extends Ran {
  readonly again?: Task
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
        const { result, againInMs, again = work.body } = await run(deps, work)
        await unitOfWork.run(async (tx) => {
          const now = clock.now()
          const mine = await tx.tasks.finish(id, lease, { at: now, result })
          if (mine && againInMs !== undefined)
            await tx.tasks.append([{ id, body: again, dueAt: after(now, againInMs) }], now)
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

const run = async (deps: TaskDependencies, { body: task }: Leased<Task>): Promise<RanTask> => {
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
    case 'expire_order':
      return expireOrder(deps, task)
    case 'pay_from_wallet':
      return payToppedUp(deps, task)
    case 'complete_reservation':
      return completeReservation(deps, task)
    case 'sweep': {
      const { result, again, nextInMs } = await sweepAndRecover(deps, task)
      return { result, againInMs: nextInMs, again }
    }
    case 'sweep_once':
      return sweepOnce(deps)
  }
}

/**
 * Asks about everything that is due, then takes in what was told and never came. How far that has come is kept in the sweep that is
 * planned next, since the result of this one is forgotten with it. That the provider did not answer is no failure of the sweep.
 */
const sweepAndRecover = async (
  { sweep: look, recoverEvents }: TaskDependencies,
  planned: PlannedSweep,
): Promise<{ readonly result: Json; readonly again: PlannedSweep; readonly nextInMs: number }> => {
  const { nextInMs, ...seen } = await look()
  if (recoverEvents === undefined) return { result: seen, again: planned, nextInMs }
  const { listed, recovered, until, interrupted, nextInMs: soonerInMs } = await recoverEvents(planned.eventsUntil)
  return {
    result: { ...seen, listed, recovered, events_until: isoTime(until) },
    again: { ...planned, eventsUntil: until },
    // As after an error in the sweep itself, which is not hurried either.
    nextInMs: interrupted || seen.failed === 0 ? (soonerInMs ?? nextInMs) : nextInMs,
  }
}

/** In the place of the one that is planned, so that only one sweeps at a time; which is planned again from then on. */
const sweepOnce = async (deps: TaskDependencies): Promise<Ran> => {
  const { unitOfWork, clock, settings } = deps
  const planned: Task = { type: 'sweep' }
  const id = taskId(planned)
  const place = await unitOfWork.run(async (tx) => {
    const now = clock.now()
    const known = await tx.tasks.find(id)
    if (known?.status !== 'waiting') await tx.tasks.append([{ id, body: planned, dueAt: after(now, minute) }], now)
    return tx.tasks.take(id, { now, leaseMs: 5 * settings.leaseMs })
  })
  if (place === undefined) return { result: { refused: 'sweeping_already' }, againInMs: 5 * second }
  const { result, again, nextInMs } = await sweepAndRecover(deps, place.body.type === 'sweep' ? place.body : planned)
  await unitOfWork.run(async (tx) => {
    const now = clock.now()
    if (await tx.tasks.finish(id, place.lease, { at: now, result }))
      await tx.tasks.append([{ id, body: again, dueAt: after(now, nextInMs) }], now)
  })
  return { result }
}

const abandonIntent = async (
  { unitOfWork, cancelPayment }: TaskDependencies,
  { intentId }: Extract<Task, { readonly type: 'abandon_intent' }>,
): Promise<Ran> => {
  const found = await unitOfWork.read((tx) => tx.intents.find(intentId))
  if (found === undefined || found.value.status !== 'open') return { result: { intent: found?.value.status ?? 'gone' } }
  return letGo(cancelPayment, found.value.paymentId, 'abandoned')
}

const expireOrder = async (
  { unitOfWork, cancelPayment }: TaskDependencies,
  { orderId }: Extract<Task, { readonly type: 'expire_order' }>,
): Promise<Ran> => {
  const found = await unitOfWork.read((tx) => tx.orders.find(orderId))
  if (found?.value.status !== 'pending') return { result: { order: found?.value.status ?? 'gone' } }
  return letGo(cancelPayment, found.value.paymentId, 'expired')
}

/** Cancels what nobody paid in time, the provider asked first. Money that is on its way is waited for. */
const letGo = async (
  cancelPayment: CancelPayment,
  paymentId: PaymentId,
  reason: 'abandoned' | 'expired',
): Promise<Ran> => {
  const outcome = await cancelPayment({ actor: { type: 'system' }, paymentId, reason, unlessInFlight: true })
  if (outcome.ok) return { result: { provider_cancellation: outcome.value.providerCancellation } }
  const result = { refused: outcome.error.code }
  // It may still fail, and then nobody pays for it any more.
  return outcome.error.code === 'charge_in_flight' ? { result, againInMs: 6 * hour } : { result }
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
