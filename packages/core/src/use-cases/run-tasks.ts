import { backoffMs } from '../kernel/backoff.ts'
import { after, hour, second } from '../kernel/instant.ts'
import { nothingAround } from '../ports/around-work.ts'
import type { Leased } from '../ports/queue.ts'
import { decideReservation, evolveReservation } from '../reservation/reservation.ts'
import type { Task } from '../task/task.ts'
import type { Drained } from './apply-inbox.ts'
import type { Dependencies } from './dependencies.ts'
import { endTask, type RanTask } from './end-task.ts'
import { isGivenUp } from './given-up.ts'
import type { LetGo, LetGoRequest } from './let-go.ts'
import type { PayFromWallet } from './pay-from-wallet.ts'
import { payToppedUp } from './pay-topped-up.ts'
import type { Ran } from './ran.ts'
import type { StartBalance } from './start-balance.ts'
import { nextInMsAfterError, sweepResult, type Sweep, type SweepInPlace } from './sweep.ts'
import { never, placeLeaseMs, type IsStopping, type SweepPlace } from './sweep-place.ts'

/** The use case {@link runTasks}, wired. */
export type RunTasks = (limit: number, isStopping?: IsStopping) => Promise<Drained>

interface TaskDependencies extends Dependencies {
  readonly startBalance: StartBalance
  readonly letGo: LetGo
  readonly payFromWallet: PayFromWallet
  readonly sweep: Sweep
  readonly sweepInPlace: SweepInPlace
}

/** Runs tasks whose time has come, one after the other. What keeps failing ends among the dead letters. */
export const runTasks =
  (deps: TaskDependencies): RunTasks =>
  async (limit, isStopping = never) => {
    const { unitOfWork, clock, logger, aroundWork = nothingAround } = deps
    const takenAt = clock.now()
    const leased = await unitOfWork.run((tx) => tx.tasks.lease({ now: takenAt, limit, leaseMs: placeLeaseMs(deps) }))
    for (const work of sweepsLast(leased)) {
      const { id, tries, lease, body } = work
      try {
        await aroundWork({ queue: 'tasks', id, type: body.type }, async () =>
          endTask(deps, work, await run(deps, { work, takenAt }, isStopping)),
        )
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error)
        logger.log('error', 'task_failed', { task: id, tries, detail })
        await unitOfWork.run(async (tx) => {
          const now = clock.now()
          // The sweep is what everything falls back on: it is never given up, and comes again as after any error.
          const isPlannedSweep = body.type === 'sweep'
          const waitMs = isPlannedSweep
            ? nextInMsAfterError
            : backoffMs(tries, id, { firstMs: 10 * second, capMs: hour })
          if (isGivenUp(deps, work, error) && !isPlannedSweep) await tx.tasks.bury(id, lease, detail, now)
          else await tx.tasks.postpone(id, lease, after(now, waitMs), detail)
        })
      }
    }
    return { taken: leased.length }
  }

/** A sweep may take long, and nothing that was taken together with it has to wait for that. */
const sweepsLast = (leased: readonly Leased<Task>[]): readonly Leased<Task>[] => [
  ...leased.filter(({ body }) => !isSweep(body)),
  ...leased.filter(({ body }) => isSweep(body)),
]

const isSweep = ({ type }: Task): boolean => type === 'sweep' || type === 'sweep_once'

const run = async (deps: TaskDependencies, place: SweepPlace, isStopping: IsStopping): Promise<RanTask> => {
  const { body: task } = place.work
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
      const { swept, again } = await deps.sweepInPlace(place, isStopping)
      return { result: sweepResult(swept), againInMs: swept.nextInMs, again }
    }
    case 'sweep_once': {
      const outcome = await deps.sweep(isStopping)
      if (outcome.ok) return { result: sweepResult(outcome.value) }
      const { code, retryAfterMs } = outcome.error
      return { result: { refused: code }, againInMs: retryAfterMs }
    }
  }
}

const abandonIntent = async (
  { unitOfWork, letGo }: TaskDependencies,
  { intentId }: Extract<Task, { readonly type: 'abandon_intent' }>,
): Promise<Ran> => {
  const found = await unitOfWork.read((tx) => tx.intents.find(intentId))
  if (found === undefined || found.value.status !== 'open') return { result: { intent: found?.value.status ?? 'gone' } }
  return endInTime(letGo, { paymentId: found.value.paymentId, reason: 'abandoned' })
}

const expireOrder = async (
  { unitOfWork, letGo }: TaskDependencies,
  { orderId }: Extract<Task, { readonly type: 'expire_order' }>,
): Promise<Ran> => {
  const found = await unitOfWork.read((tx) => tx.orders.find(orderId))
  if (found?.value.status !== 'pending') return { result: { order: found?.value.status ?? 'gone' } }
  return endInTime(letGo, { paymentId: found.value.paymentId, reason: 'expired' })
}

/** Lets go of what nobody paid in time. Until the provider has said that nobody can, and while money is on its way, it comes again. */
const endInTime = async (letGo: LetGo, request: LetGoRequest): Promise<Ran> => {
  const outcome = await letGo(request)
  if (outcome.ok) return { result: { provider_cancellation: 'done' } }
  const result = { refused: outcome.error.code }
  switch (outcome.error.code) {
    case 'payment_already_completed':
      return { result }
    // It may still fail, and then nobody pays for it any more.
    case 'charge_in_flight':
      return { result, againInMs: 6 * hour }
    // The closing itself is owed by the outbox, which does not wait for this.
    case 'provider_unavailable':
      return { result, againInMs: hour }
  }
}

const completeReservation = async (
  { unitOfWork, clock }: TaskDependencies,
  { reservationId }: Extract<Task, { readonly type: 'complete_reservation' }>,
): Promise<Ran> => {
  const known = await unitOfWork.read((tx) => tx.reservations.find(reservationId))
  const paymentId = known?.value.balance?.paymentId
  return unitOfWork.run(async (tx): Promise<Ran> => {
    // Always the payment before its reservation: whoever locks both locks them in this order.
    const owed = paymentId === undefined ? undefined : await tx.payments.find(paymentId)
    const found = await tx.reservations.find(reservationId)
    if (found === undefined) return { result: { reservation: 'gone' } }
    const now = clock.now()
    const balance = owed?.value.payment.status === 'cancelled' ? 'waived' : 'due'
    const decision = decideReservation(found.value, { type: 'complete', at: now, balance })
    if (!decision.ok) {
      const { refusal } = decision
      const { code } = refusal
      // The clock of whoever took this was ahead, or was set back since.
      if (code === 'reservation_not_over') return { result: { refused: code }, againInMs: refusal.endsAt - now }
      if (code !== 'reservation_not_paid') return { result: { refused: code } }
      // Over, but not paid: a human has to see to it. It may still be paid, or waived, so look again tomorrow.
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
}
