import { bug } from '../kernel/bug.ts'
import type { IntentId, ReservationId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { isCollected } from '../payment/payment.ts'
import { getAttempt } from '../payment/payment-case.ts'
import { decideIntent, evolveIntent, type IntentCommand, type PendingIntent } from '../pending-intent/pending-intent.ts'
import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import { decideReservation, evolveReservation } from '../reservation/reservation.ts'
import type { CaseMove } from '../settlement/case-change.ts'
import { sendBack } from '../settlement/settlement.ts'
import type { Dependencies } from './dependencies.ts'
import { moveOrder } from './move-order.ts'
import { confirm, sendBackUnavailable } from './tell-owner.ts'

type ReactDependencies = Pick<Dependencies, 'fulfilmentKinds' | 'ids' | 'settings'>

/**
 * What the thing a payment is for does when the payment moves, in the transaction that moves it.
 *
 * A paid intent becomes its record here, once; or it cannot be had any more, and the money goes back.
 */
export const react = async (
  tx: Transaction,
  deps: ReactDependencies,
  change: CaseMove,
  now: Instant,
): Promise<void> => {
  const { payment } = change.kase
  const moved = new Set(
    change
      .done()
      .facts.filter(({ about }) => about.id === payment.id)
      .map(({ event }) => event.type),
  )
  if (moved.has('captured')) await rememberCustomer(tx, change)
  switch (payment.subject.type) {
    case 'intent':
      if (moved.has('captured')) await fulfilIntent(tx, deps, change, payment.subject.id as IntentId, now)
      else if (moved.has('cancelled')) await abandonIntent(tx, change, payment.subject.id as IntentId, now)
      return
    case 'order':
      await moveOrder(tx, change, moved, { settings: deps.settings, now })
      return
    case 'reservation':
      if (moved.has('captured')) await notePaidBalance(tx, deps, change, payment.subject.id as ReservationId, now)
      return
  }
}

const rememberCustomer = async (tx: Transaction, change: CaseMove): Promise<void> => {
  const attempt = capturedCharge(change)
  const customerId = attempt?.charge.customerId
  // A page that was asked for with a customer who is gone is opened without, and keeps its card for another.
  if (customerId !== undefined)
    await tx.customers.remember(change.kase.payment.owner, customerId, attempt?.page?.customerId)
}

const fulfilIntent = async (
  tx: Transaction,
  { fulfilmentKinds, ids, settings }: ReactDependencies,
  change: CaseMove,
  intentId: IntentId,
  now: Instant,
): Promise<void> => {
  const { payment } = change.kase
  const found = (await tx.intents.find(intentId)) ?? bug(`Payment '${payment.id}' is for an intent that is not there.`)
  const attempt = capturedCharge(change)
  if (!isCollected(payment) || attempt === undefined) return
  const paid = moveIntent(change, found.value, { type: 'note_paid', at: now })
  if (paid.status !== 'paid') return
  const kind =
    fulfilmentKinds.find(({ name }) => name === paid.kind) ??
    bug(`No fulfilment kind '${paid.kind}' is registered, but intent '${paid.id}' was opened with it.`)
  const fulfilment = await kind.fulfil({ tx, ids, intent: paid, payment, charge: attempt.charge, now })
  if (fulfilment.type === 'done') {
    const { record, transfers = [] } = fulfilment
    for (const transfer of transfers) change.transfer(transfer)
    await tx.intents.save(moveIntent(change, paid, { type: 'fulfil', at: now, record }), found.version)
    confirm(change, paid.id, record)
    return
  }
  const { reason } = fulfilment
  await tx.intents.save(moveIntent(change, paid, { type: 'give_back', at: now, reason }), found.version)
  sendBackUnavailable(change, payment, { of: paid.id, reason, details: paid.quote.details, settings, now })
}

const abandonIntent = async (tx: Transaction, change: CaseMove, intentId: IntentId, now: Instant): Promise<void> => {
  const found: Versioned<PendingIntent> | undefined = await tx.intents.find(intentId)
  if (found === undefined || found.value.status !== 'open') return
  await tx.intents.save(moveIntent(change, found.value, { type: 'abandon', at: now }), found.version)
}

const notePaidBalance = async (
  tx: Transaction,
  { settings }: ReactDependencies,
  change: CaseMove,
  id: ReservationId,
  now: Instant,
): Promise<void> => {
  const found =
    (await tx.reservations.find(id)) ??
    bug(`Payment '${change.kase.payment.id}' is for a reservation that is not there.`)
  const decision = decideReservation(found.value, { type: 'note_balance_paid' })
  if (!decision.ok) {
    const { payment } = change.kase
    if (isCollected(payment)) sendBack(change, payment.attemptId, { at: now, reason: 'late_payment', policy: settings })
    return
  }
  if (decision.events.length === 0) return
  for (const event of decision.events) change.fact('reservation', id, event)
  await tx.reservations.save(decision.events.reduce(evolveReservation, found.value), found.version)
}

const moveIntent = (change: CaseMove, intent: PendingIntent, command: IntentCommand): PendingIntent => {
  const decision = decideIntent(intent, command)
  if (!decision.ok) return intent
  for (const event of decision.events) change.fact('intent', intent.id, event)
  return decision.events.reduce(evolveIntent, intent)
}

const capturedCharge = (change: CaseMove) => {
  const { payment } = change.kase
  if (!isCollected(payment)) return undefined
  const attempt = getAttempt(change.kase, payment.attemptId)
  return attempt.status === 'succeeded' ? attempt : undefined
}
