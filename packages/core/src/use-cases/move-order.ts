import { bug } from '../kernel/bug.ts'
import type { OrderId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { decideOrder, evolveOrder, wantedBy, type Order, type OrderCommand } from '../order/order.ts'
import { isCollected, type Payment } from '../payment/payment.ts'
import { liveAttempt } from '../payment/payment-case.ts'
import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import type { CaseMove } from '../settlement/case-change.ts'
import type { Settings } from './dependencies.ts'
import { endHolds, takeHolds } from './move-holds.ts'
import { confirm, sendBackUnavailable } from './tell-owner.ts'

/** What is known where an order follows its payment. */
interface Context {
  readonly settings: Settings
  readonly now: Instant
}

/**
 * What an order does when its payment moves, in the transaction that moves it.
 *
 * Paid, it is completed and what it holds is consumed. Cancelled, or left by whoever was to pay, it is cancelled and all it
 * holds is released. Paid after that, where the host honours such money, it takes what it wants again, all of it; where
 * that is not there any more, the money goes back.
 */
export const moveOrder = async (
  tx: Transaction,
  change: CaseMove,
  moved: ReadonlySet<string>,
  context: Context,
): Promise<void> => {
  const { payment } = change.kase
  if (!followed.some((event) => moved.has(event))) return
  const id = payment.subject.id as OrderId
  const found = (await tx.orders.find(id)) ?? bug(`Payment '${payment.id}' is for an order that is not there.`)
  if (moved.has('captured'))
    return found.value.status === 'cancelled'
      ? reinstate(tx, change, found, context)
      : complete(tx, change, found, context)
  if (moved.has('amount_changed')) await reprice(tx, change, found)
  if (
    payment.status === 'failed' &&
    isOver(found.value, payment, context.now) &&
    liveAttempt(change.kase) === undefined
  )
    change.payment({ type: 'cancel', at: context.now, reason: reasonOf(payment) })
  if (change.kase.payment.status === 'cancelled') await cancel(tx, change, found, context)
}

/** What moves a payment and is news to its order. */
const followed = ['captured', 'cancelled', 'attempt_failed', 'amount_changed'] as const

/** Nobody can pay any more: the page has expired at the provider, or the last try failed after the order's time. */
const isOver = (
  { expiresAt }: Order,
  payment: Extract<Payment, { readonly status: 'failed' }>,
  now: Instant,
): boolean => payment.failure.code === 'session_expired' || expiresAt <= now

const reasonOf = ({ failure }: Extract<Payment, { readonly status: 'failed' }>): 'expired' | 'payment_failed' =>
  failure.code === 'session_expired' ? 'expired' : 'payment_failed'

const reprice = async (
  tx: Transaction,
  change: CaseMove,
  { value: order, version }: Versioned<Order>,
): Promise<void> => {
  const repriced = moveTo(change, order, { type: 'reprice', total: change.kase.payment.amount })
  if (repriced !== order) await tx.orders.save(repriced, version)
}

const complete = async (
  tx: Transaction,
  change: CaseMove,
  { value: order, version }: Versioned<Order>,
  { now }: Context,
): Promise<void> => {
  const paid = moveTo(change, order, { type: 'note_paid', at: now })
  if (paid === order) return
  await tx.orders.save(paid, version)
  await endHolds(tx, order, paid)
  confirm(change, order.id, { type: 'order', id: order.id })
}

const cancel = async (
  tx: Transaction,
  change: CaseMove,
  { value: order, version }: Versioned<Order>,
  { now }: Context,
): Promise<void> => {
  const { payment } = change.kase
  const reason = payment.status === 'cancelled' && isOfOrder(payment.reason) ? payment.reason : 'requested'
  const cancelled = moveTo(change, order, { type: 'cancel', at: now, reason })
  if (cancelled === order) return
  await tx.orders.save(cancelled, version)
  await endHolds(tx, order, cancelled)
}

const isOfOrder = (reason: string): reason is 'expired' | 'payment_failed' =>
  reason === 'expired' || reason === 'payment_failed'

const reinstate = async (
  tx: Transaction,
  change: CaseMove,
  { value: order, version }: Versioned<Order>,
  { settings, now }: Context,
): Promise<void> => {
  const { payment } = change.kase
  if (!isCollected(payment)) return
  const taken = await takeHolds(tx, wantedBy(order), { owner: order.owner, again: true })
  if (taken.ok) {
    const reinstated = moveTo(change, order, { type: 'reinstate', at: now })
    await tx.orders.save(reinstated, version)
    confirm(change, order.id, { type: 'order', id: order.id })
    return
  }
  const { id: of, details } = order
  sendBackUnavailable(change, payment, { of, reason: 'unavailable', told: taken.error.code, details, settings, now })
}

/** The order after a command, told in its payment's story; the same one where it refuses, or where it is so already. */
const moveTo = (change: CaseMove, order: Order, command: OrderCommand): Order => {
  const decision = decideOrder(order, command)
  if (!decision.ok) return order
  for (const event of decision.events) change.fact('order', order.id, event)
  return decision.events.reduce(evolveOrder, order)
}
