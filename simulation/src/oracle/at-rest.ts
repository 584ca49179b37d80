import type { Ledger } from '@holdfast/stripe-simulator'
import type { Database } from '../system/database.ts'
import { isCollected, isLive } from './always.ts'
import { hasGone, readCharges, type Stored, type StoredPayment, type TrueCharge } from './truth.ts'
import { Violation } from './violation.ts'

/** What holds once everything has come to rest: here and at Stripe the same, and nothing left to do. */
export const checkAtRest = (
  stored: Stored,
  ledger: Ledger,
  database: Database,
  heardOf: (providerId: string) => boolean,
): void => {
  const charges = readCharges(ledger)
  for (const payment of stored.payments) {
    const own = charges.filter(({ paymentId }) => paymentId === payment.id)
    checkMoney(stored, payment, own)
    checkRefunds(stored, payment, own, heardOf)
    checkSubject(stored, payment, own)
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

const checkMoney = (stored: Stored, payment: StoredPayment, charges: readonly TrueCharge[]): void => {
  const { attempts } = stored
  const forHumans = isForHumans(stored, payment)
  const kept = charges.filter(({ amount, back }) => back < amount)
  if (kept.length > 1 && !forHumans) throw new Violation('A2', `${payment.id} keeps ${kept.length} charges`)
  for (const { intentId, attemptId, amount, back, disputed } of charges) {
    const attempt = attempts.find(({ id }) => id === attemptId)
    if (attempt?.status !== 'succeeded')
      throw new Violation('A14', `${intentId} was paid, and its attempt is ${attempt?.status ?? 'unknown'}`)
    const counts = attempt.id === payment.counted_attempt_id && attempt.charge_id === intentId
    if (!counts && back !== amount && !forHumans && !disputed)
      throw new Violation('A2', `${intentId} counts for nothing, and ${amount - back} of ${amount} was kept`)
  }
}

const checkRefunds = (
  { refunds }: Stored,
  payment: StoredPayment,
  charges: readonly TrueCharge[],
  heardOf: (providerId: string) => boolean,
): void => {
  const here = refunds.filter(({ payment_id }) => payment_id === payment.id)
  const there = charges.flatMap((charge) => charge.refunds)
  for (const { id, status, provider_id, amount_minor } of here) {
    if (status === 'requested' || status === 'pending') throw new Violation('A14', `refund ${id} is ${status} for ever`)
    const made = there.filter((refund) => refund.id === provider_id || refund.refundId === id)
    if (made.length > 1) throw new Violation('A5', `refund ${id} is ${made.length} refunds at Stripe`)
    const [twin] = made
    if (status === 'succeeded' && (twin === undefined || !hasGone(twin) || twin.amount !== amount_minor))
      throw new Violation('A5', `refund ${id} succeeded here, and at Stripe it is ${twin?.status ?? 'not there'}`)
    if (status === 'failed' && twin !== undefined && hasGone(twin))
      throw new Violation('A5', `refund ${id} failed here, and at Stripe it is ${twin.status}`)
  }
  // What somebody else did at Stripe is learned by its event alone: where that was lost, only a comparison finds it.
  for (const refund of there)
    if (hasGone(refund) && (refund.refundId !== undefined || heardOf(refund.id)) && !here.some(({ id, provider_id }) => provider_id === refund.id || id === refund.refundId))
      throw new Violation('A5', `${refund.id} at Stripe is not known here`)
}

const checkSubject = (stored: Stored, payment: StoredPayment, charges: readonly TrueCharge[]): void => {
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
    throw new Violation('A4', `${payment.id} was paid for nothing, and ${kept.length} charges were kept`)
}

const checkEnded = ({ attempts, attention, reservations }: Stored, payment: StoredPayment): void => {
  for (const { id, status } of attempts.filter(({ payment_id }) => payment_id === payment.id))
    if (isLive(status)) throw new Violation('A14', `attempt ${id} is ${status} for ever`)
  if (isCollected(payment.status) || payment.status === 'cancelled') return
  const { id, status } = payment
  if (payment.subject_type === 'intent') throw new Violation('A14', `${id} is ${status} for ever, and its intent is over`)
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
