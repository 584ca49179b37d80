import type { Ledger } from '@holdfast/stripe-simulator'
import type { Readable } from '../system/database.ts'
import { checkCards } from './cards.ts'
import { checkCredits, creditedFrom, withCredits, type KnownCharge } from './credits.ts'
import { readTimeline, type Entry } from './edges.ts'
import { checkHonoured } from './host-policy.ts'
import { checkMessages, isCancelling, readMessages } from './messages.ts'
import { noSecondPages, settleSecondPages, type SecondPages } from './second-pages.ts'
import { checkDeclines } from './declines.ts'
import { checkShopAtRest, type Restocked } from './shop.ts'
import { checkStays } from './stays.ts'
import { isCollected, isLive } from './statuses.ts'
import { checkSums, isHeldForHumans, type WrongAmount } from './sums.ts'
import { checkToppedUp, type Course } from './topped-up.ts'
import { disputesOf, hasGone, readCharges, type Stored, type StoredPayment } from './truth.ts'
import { Violation } from './violation.ts'

/**
 * What holds once everything has come to rest: here and at Stripe the same, and nothing left to do. `restocked`: what was put on
 * the shelves, where that is known. `second`: what is known of pages that somebody between us and Stripe has made. `course`: how
 * it came to rest.
 */
export const checkAtRest = (
  stored: Stored,
  ledger: Ledger,
  database: Readable,
  restocked?: ReadonlyMap<string, Restocked>,
  second: SecondPages = noSecondPages,
  course: Course = { isUndisturbed: false },
): void => {
  const { wrongAmount = 'refund' } = course
  const charges = settleSecondPages(stored, ledger, database, withCredits(stored, readCharges(ledger)), second)
  for (const payment of stored.payments) {
    const own = charges.filter(({ paymentId }) => paymentId === payment.id)
    checkMoney(stored, payment, own, wrongAmount)
    checkRefunds(stored, payment, own)
    checkDisputes(stored, payment, own)
    checkSubject(stored, payment, own, wrongAmount)
    checkEnded(stored, payment)
  }
  for (const { id, status } of stored.intents)
    if (status === 'open' || status === 'paid') throw new Violation('A14', `intent ${id} is ${status} for ever`)
  for (const { intentId, paymentId } of charges)
    if (!stored.payments.some(({ id }) => id === paymentId)) throw new Violation('A2', `${intentId} is for no payment`)
  const timeline = readTimeline(database)
  checkSums(stored, charges, timeline, wrongAmount)
  if (course.policy !== undefined) checkHonoured(stored, charges, course.policy)
  checkCards(stored, ledger)
  checkDeclines(stored, ledger, timeline)
  checkCredits(stored, charges)
  checkShopAtRest(stored, restocked)
  checkStays(stored, timeline)
  const messages = readMessages(database)
  checkPromised(stored, charges, timeline.filter(isCancelling))
  checkMessages(stored, messages, timeline)
  checkToppedUp(stored, database, messages, timeline, course)
  checkQueues(stored, database)
}

/** Money that a bank would not take back, or that a dispute holds, is on the list of those who can see to it. */
const isForHumans = ({ attention }: Stored, payment: StoredPayment): boolean =>
  attention.some(({ code, payment_id: id }) => code === 'refund_failed' && id === payment.id)

/** Somebody at Stripe gave back what the wallet here had already: those who can see to it know. */
const isGivenTwice = ({ attention }: Stored, payment: StoredPayment): boolean =>
  attention.some(({ code, payment_id: id }) => code === 'refunded_twice' && id === payment.id)

const checkMoney = (
  stored: Stored,
  payment: StoredPayment,
  charges: readonly KnownCharge[],
  wrongAmount: WrongAmount,
): void => {
  const { attempts } = stored
  const forHumans = isForHumans(stored, payment)
  const isHeld = ({ intentId }: KnownCharge): boolean => isHeldForHumans(stored, intentId, wrongAmount)
  const kept = charges.filter((charge) => charge.gone < charge.amount && !isHeld(charge))
  if (kept.length > 1 && !forHumans) throw new Violation('A2', `${payment.id} keeps ${kept.length} charges`)
  const spends = attempts.filter(
    ({ payment_id, kind, status }) => payment_id === payment.id && kind === 'wallet' && status === 'succeeded',
  )
  if (spends.length > 1) throw new Violation('A2', `${payment.id} was paid from a wallet ${spends.length} times`)
  if (spends.some(({ id }) => id !== payment.counted_attempt_id))
    throw new Violation('A2', `${payment.id} was paid from a wallet, and counts something else`)
  for (const charge of charges) {
    const { intentId, attemptId, amount, back, credited, gone, disputed } = charge
    const attempt =
      attempts.find(({ charge_id }) => charge_id === intentId) ?? attempts.find(({ id }) => id === attemptId)
    if (attempt?.status !== 'succeeded')
      throw new Violation('A14', `${intentId} was paid, and its attempt is ${attempt?.status ?? 'unknown'}`)
    const counts = attempt.id === payment.counted_attempt_id && attempt.charge_id === intentId
    if (!counts && gone < amount && !forHumans && !disputed && !isHeld(charge))
      throw new Violation('A2', `${intentId} counts for nothing, and ${amount - gone} of ${amount} was kept`)
    if (gone > amount && !isGivenTwice(stored, payment))
      throw new Violation('A5', `${intentId} of ${amount} went back: ${back} there, and ${credited} into a wallet`)
  }
}

/** Every refund here is one there with the same sum and the same end, and the other way round. */
const checkRefunds = ({ refunds }: Stored, payment: StoredPayment, charges: readonly KnownCharge[]): void => {
  const here = refunds.filter(({ payment_id }) => payment_id === payment.id)
  const there = charges.flatMap((charge) => charge.refunds)
  for (const { id, status, provider_id, amount_minor, amount_currency, destination } of here) {
    if (status === 'requested' || status === 'pending') throw new Violation('A14', `refund ${id} is ${status} for ever`)
    if (destination === 'wallet') {
      const twin = there.find((refund) => refund.refundId === id)
      if (twin !== undefined)
        throw new Violation('A5', `refund ${id} went into a wallet, and at Stripe it is ${twin.id}`)
      if (status !== 'succeeded') throw new Violation('A5', `refund ${id} into a wallet is ${status}`)
      continue
    }
    // Somebody between us and Stripe may have asked for it twice: then the other one is known by its own name.
    const isOther = (refund: (typeof there)[number]): boolean =>
      here.some((each) => each.id !== id && each.provider_id === refund.id)
    const made = there.filter((refund) => refund.id === provider_id || (refund.refundId === id && !isOther(refund)))
    if (made.length > 1) throw new Violation('A5', `refund ${id} is ${made.length} refunds at Stripe`)
    const [twin] = made
    // One that Stripe would not make has failed here and is nothing there.
    if (twin === undefined && status === 'failed') continue
    const isSame = twin?.amount === amount_minor && twin.currency === amount_currency
    if (twin === undefined || !isSame || hasGone(twin) !== (status === 'succeeded'))
      throw new Violation('A5', `refund ${id} is ${status} here, and at Stripe it is ${twin?.status ?? 'not there'}`)
  }
  for (const refund of there)
    if (
      !here.some(({ id, provider_id }) => provider_id === refund.id || (provider_id === null && id === refund.refundId))
    )
      throw new Violation('A5', `${refund.id} is ${refund.status} at Stripe, and is not known here`)
}

/** Every dispute there is known here and ended the same, and the payment is what became of the charge that counts. */
const checkDisputes = (
  { attempts, refunds }: Stored,
  payment: StoredPayment,
  charges: readonly KnownCharge[],
): void => {
  for (const { intentId, disputes } of charges) {
    const attempt = attempts.find(({ charge_id }) => charge_id === intentId)
    const here = attempt === undefined ? [] : disputesOf(attempt)
    const put = (all: readonly string[]): string => all.toSorted(inOrder).join(', ') || 'none'
    const known = put(
      here.map(({ id, status, amount }) => `${id} ${status} of ${amount.minorUnits.$bigint} ${amount.currency}`),
    )
    const there = put(
      disputes.map(({ id, standing, amount, currency }) => `${id} ${standing} of ${amount} ${currency}`),
    )
    if (known !== there)
      throw new Violation('A15', `the disputes of ${intentId} are ${known} here, and ${there} at Stripe`)
  }
  const counted = attempts.find(({ id }) => id === payment.counted_attempt_id)
  const charge = charges.find(({ intentId }) => intentId === counted?.charge_id)
  const spent =
    counted?.kind === 'wallet'
      ? { amount: payment.amount_minor, gone: creditedFrom(refunds, counted.id), lost: 0, disputes: [] }
      : undefined
  const money = charge ?? spent
  if (money === undefined) return
  const { status, refunded } = standingOf(money)
  if (payment.status !== status || payment.refunded_minor !== refunded)
    throw new Violation(
      'A15',
      `${payment.id} is ${payment.status} with ${payment.refunded_minor} back, and should be ${status} with ${refunded}`,
    )
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : 1)

const standingOf = ({
  amount,
  gone,
  lost,
  disputes,
}: Pick<KnownCharge, 'amount' | 'gone' | 'lost' | 'disputes'>): {
  readonly status: string
  readonly refunded: number
} => {
  const back = Math.min(gone + lost, amount)
  if (disputes.some(({ standing }) => standing === 'open')) return { status: 'disputed', refunded: back }
  return { status: back === 0 ? 'completed' : back < amount ? 'partially_refunded' : 'refunded', refunded: back }
}

const checkSubject = (
  stored: Stored,
  payment: StoredPayment,
  charges: readonly KnownCharge[],
  wrongAmount: WrongAmount,
): void => {
  const { attempts, refunds, reservations, consultations, orders } = stored
  // What a wallet was filled with is in it: that is for A8 to see.
  if (payment.subject_type === 'reservation' || payment.purpose === 'wallet_topup' || !isCollected(payment.status))
    return
  const had = orders.filter(({ status, cancel_reason }) => status !== 'cancelled' || cancel_reason === 'recalled')
  const record = [...reservations, ...consultations, ...had].find(({ payment_id }) => payment_id === payment.id)
  const givenUp = refunds.filter(
    ({ payment_id, reason, status }) =>
      payment_id === payment.id && status !== 'failed' && (reason === 'slot_taken' || reason === 'unavailable'),
  )
  if (record !== undefined && givenUp.length > 0)
    throw new Violation('A4', `${payment.id} has its record, and its money went back as if it had not`)
  if (record === undefined && givenUp.length > 1)
    throw new Violation('A4', `${payment.id} was sent back ${givenUp.length} times`)
  const kept = charges.filter(
    ({ intentId, amount, gone, disputed }) =>
      gone < amount && !disputed && !isHeldForHumans(stored, intentId, wrongAmount),
  )
  if (record === undefined && kept.length > 0 && !isForHumans(stored, payment))
    throw new Violation('A4', `${payment.id} was paid for nothing, and ${kept.length} charges were kept`)
  const spend = attempts.find(({ id, kind }) => id === payment.counted_attempt_id && kind === 'wallet')
  if (record === undefined && spend !== undefined && creditedFrom(refunds, spend.id) < payment.amount_minor)
    throw new Violation('A4', `${payment.id} was paid from a wallet for nothing, and the money was kept`)
}

/** Whoever was told that all of it goes back has it back; or a bank has what is missing, or those who can see to it know. */
const checkPromised = (stored: Stored, charges: readonly KnownCharge[], cancelled: readonly Entry[]): void => {
  for (const { payment_id: id, name, data } of cancelled) {
    const isPromise = data.includes('"refund":"all"')
    const payment = isPromise ? stored.payments.find((each) => each.id === id) : undefined
    if (payment === undefined || !isCollected(payment.status) || payment.status === 'refunded') continue
    const counted = stored.attempts.find((attempt) => attempt.id === payment.counted_attempt_id)
    const charge = charges.find(({ intentId }) => intentId === counted?.charge_id)
    const isGone = charge !== undefined && charge.gone + charge.lost >= charge.amount
    const isOwed = stored.attention.some(
      ({ code, payment_id }) => code === 'refund_owed_after_dispute' && payment_id === id,
    )
    if (!isGone && !isOwed && !isForHumans(stored, payment))
      throw new Violation('A5', `${name}: all of ${id} was to go back, and it is ${payment.status}`)
  }
}

const checkEnded = ({ attempts, attention, reservations }: Stored, payment: StoredPayment): void => {
  for (const { id, status } of attempts.filter(({ payment_id }) => payment_id === payment.id))
    if (isLive(status)) throw new Violation('A14', `attempt ${id} is ${status} for ever`)
  if (isCollected(payment.status) || payment.status === 'cancelled') return
  const { id, status } = payment
  if (payment.subject_type === 'intent')
    throw new Violation('A14', `${id} is ${status} for ever, and its intent is over`)
  if (payment.subject_type === 'order') throw new Violation('A14', `${id} is ${status} for ever, and its order is over`)
  const stay = reservations.find(({ balance_payment_id }) => balance_payment_id === id)
  const listed = attention.some((item) => item.code === 'balance_unpaid' && item.payment_id === id)
  if (stay === undefined || stay.status === 'cancelled' || !listed)
    throw new Violation('A14', `balance ${id} is ${status} for ever, and nobody is told`)
  if (status !== 'failed' && status !== 'pending') throw new Violation('A14', `balance ${id} is ${status} for ever`)
}

interface LeftOver {
  readonly id: string
  readonly status: string
  readonly tries: number
  readonly last_error: string
}

const checkQueues = ({ reservations }: Stored, database: Readable): void => {
  const over = new Set(reservations.filter(({ status }) => status === 'completed').map(({ id }) => id))
  for (const table of ['holdfast_outbox', 'holdfast_inbox', 'holdfast_tasks'])
    for (const { id, status, tries, last_error: error } of database.query<LeftOver>(
      `SELECT id, status, tries, last_error FROM ${table} WHERE status <> 'done' ORDER BY id`,
    )) {
      const [what, about = ''] = id.split(':')
      // What ends a stay comes again for as long as that is owed.
      const isEndless = id === 'sweep' || (status === 'waiting' && what === 'complete_reservation' && !over.has(about))
      // A message is given up, and lies with the dead letters, when it could not be sent for that often. Nothing else ever is.
      const isGivenUp = status === 'dead' && id.startsWith('send_message:') && tries >= fewestTries
      if (!isEndless && !isGivenUp) throw new Violation('A14', `${id} is ${status} for ever: ${error}`)
    }
}

// Ever further apart, they are most of a day: who gives up sooner loses what has to be told to a notifier that is away for an hour.
const fewestTries = 15
