import type { Ledger } from '@holdfast/stripe-simulator'
import type { Database } from '../system/database.ts'
import { isCollected, isLive } from './always.ts'
import { hasGone, readCharges, type Stored, type StoredPayment, type TrueCharge } from './truth.ts'
import type { Holes } from './holes.ts'
import { Violation } from './violation.ts'

/** What holds once everything has come to rest: here and at Stripe the same, and nothing left to do. */
export const checkAtRest = (stored: Stored, ledger: Ledger, database: Database, holes: Holes): void => {
  const charges = readCharges(ledger)
  for (const payment of stored.payments) {
    const own = charges.filter(({ paymentId }) => paymentId === payment.id)
    checkMoney(stored, payment, own, holes)
    checkRefunds(stored, payment, own, holes)
    checkSubject(stored, payment, own, holes)
    checkEnded(stored, payment)
  }
  for (const { id, status } of stored.intents)
    if (status === 'open' || status === 'paid') throw new Violation('A14', `intent ${id} is ${status} for ever`)
  for (const { intentId, paymentId } of charges)
    if (!stored.payments.some(({ id }) => id === paymentId)) throw new Violation('A2', `${intentId} is for no payment`)
  checkQueues(database)
}

/** Money that a bank would not take back, or that a dispute holds, is on the list of those who can see to it. */
const isForHumans = ({ attention }: Stored, payment: StoredPayment): boolean =>
  attention.some(({ code, payment_id: id }) => code === 'refund_failed' && id === payment.id)

const checkMoney = (stored: Stored, payment: StoredPayment, charges: readonly TrueCharge[], holes: Holes): void => {
  const { attempts } = stored
  const forHumans = isForHumans(stored, payment)
  const kept = charges.filter(({ amount, back }) => back < amount)
  if (kept.length > 1 && !forHumans)
    holes.throwUnless(
      charges.some((charge) => holes.hasUntoldFailure(charge)) && 'refund_failed_unheard',
      new Violation('A2', `${payment.id} keeps ${kept.length} charges`),
    )
  for (const { intentId, attemptId, amount, back, disputed } of charges) {
    const attempt = attempts.find(({ id }) => id === attemptId)
    if (attempt?.status !== 'succeeded')
      throw new Violation('A14', `${intentId} was paid, and its attempt is ${attempt?.status ?? 'unknown'}`)
    const counts = attempt.id === payment.counted_attempt_id && attempt.charge_id === intentId
    if (!counts && back !== amount && !forHumans && !disputed)
      holes.throwUnless(
        charges.some((charge) => holes.hasUntoldFailure(charge)) && 'refund_failed_unheard',
        new Violation('A2', `${intentId} counts for nothing, and ${amount - back} of ${amount} was kept`),
      )
  }
}

const checkRefunds = (
  { refunds }: Stored,
  payment: StoredPayment,
  charges: readonly TrueCharge[],
  holes: Holes,
): void => {
  const here = refunds.filter(({ payment_id }) => payment_id === payment.id)
  const there = charges.flatMap((charge) => charge.refunds)
  for (const { id, status, provider_id, amount_minor } of here) {
    if (status === 'requested' || status === 'pending') throw new Violation('A14', `refund ${id} is ${status} for ever`)
    const made = there.filter((refund) => refund.id === provider_id || refund.refundId === id)
    if (made.length > 1) throw new Violation('A5', `refund ${id} is ${made.length} refunds at Stripe`)
    const [twin] = made
    if (status === 'succeeded' && (twin === undefined || !hasGone(twin) || twin.amount !== amount_minor))
      holes.throwUnless(
        twin !== undefined && !hasGone(twin) && !holes.wasTold(twin.id, twin.status) && 'refund_failed_unheard',
        new Violation('A5', `refund ${id} succeeded here, and at Stripe it is ${twin?.status ?? 'not there'}`),
      )
    if (status === 'failed' && twin !== undefined && hasGone(twin))
      throw new Violation('A5', `refund ${id} failed here, and at Stripe it is ${twin.status}`)
  }
  for (const refund of there)
    if (hasGone(refund) && !here.some(({ id, provider_id }) => provider_id === refund.id || id === refund.refundId))
      holes.throwUnless(
        refund.refundId === undefined && !holes.wasTold(refund.id) && 'refund_there_unheard',
        new Violation('A5', `${refund.id} at Stripe is not known here`),
      )
}

const checkSubject = (stored: Stored, payment: StoredPayment, charges: readonly TrueCharge[], holes: Holes): void => {
  const { refunds, reservations } = stored
  if (payment.subject_type !== 'intent' || !isCollected(payment.status)) return
  const record = reservations.find(({ payment_id }) => payment_id === payment.id)
  const givenUp = refunds.filter(
    ({ payment_id, reason, status }) =>
      payment_id === payment.id && status !== 'failed' && (reason === 'slot_taken' || reason === 'unavailable'),
  )
  if (record !== undefined && givenUp.length > 0)
    throw new Violation('A4', `${payment.id} has its record, and its money went back as if it had not`)
  if (record === undefined && givenUp.length > 1)
    throw new Violation('A4', `${payment.id} was sent back ${givenUp.length} times`)
  const kept = charges.filter(({ amount, back, disputed }) => back < amount && !disputed)
  if (record === undefined && kept.length > 0 && !isForHumans(stored, payment))
    holes.throwUnless(
      charges.some((charge) => holes.hasUntoldFailure(charge)) && 'refund_failed_unheard',
      new Violation('A4', `${payment.id} was paid for nothing, and ${kept.length} charges were kept`),
    )
}

const checkEnded = ({ attempts, attention, reservations }: Stored, payment: StoredPayment): void => {
  for (const { id, status } of attempts.filter(({ payment_id }) => payment_id === payment.id))
    if (isLive(status)) throw new Violation('A14', `attempt ${id} is ${status} for ever`)
  if (isCollected(payment.status) || payment.status === 'cancelled') return
  const { id, status } = payment
  if (payment.subject_type === 'intent')
    throw new Violation('A14', `${id} is ${status} for ever, and its intent is over`)
  const stay = reservations.find(({ balance_payment_id }) => balance_payment_id === id)
  const listed = attention.some((item) => item.code === 'balance_unpaid' && item.payment_id === id)
  if (stay === undefined || stay.status === 'cancelled' || !listed)
    throw new Violation('A14', `balance ${id} is ${status} for ever, and nobody is told`)
  if (status !== 'failed' && status !== 'pending') throw new Violation('A14', `balance ${id} is ${status} for ever`)
}

const checkQueues = (database: Database): void => {
  for (const table of ['holdfast_outbox', 'holdfast_inbox', 'holdfast_tasks'])
    for (const { id, status, last_error: error } of database.query<{ id: string; status: string; last_error: string }>(
      `SELECT id, status, last_error FROM ${table} WHERE status <> 'done' ORDER BY id`,
    ))
      if (id !== 'sweep' && !(status === 'waiting' && id.startsWith('complete_reservation')))
        throw new Violation('A14', `${id} is ${status} for ever: ${error}`)
}
