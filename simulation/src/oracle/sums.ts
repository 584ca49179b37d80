import type { KnownCharge } from './credits.ts'
import type { Entry } from './edges.ts'
import type { Counts } from './sometimes.ts'
import type { Stored, StoredAttempt } from './truth.ts'
import { Violation } from './violation.ts'

/** What becomes of money that came in another sum or currency than was asked for, as the host has it. */
export type WrongAmount = 'refund' | 'hold'

/** Of what is on the list of those who can see to it, what is said of such money. */
interface Said {
  readonly attemptId: string
  readonly chargeId: string
  readonly expected: string
  readonly reported: string
  readonly policy: WrongAmount
}

interface Listed extends Said {
  readonly paymentId: string | null
}

/** All money that is on the list for having come in another sum or currency than was due. */
const listedOf = ({ attention }: Stored): readonly Listed[] =>
  attention
    .filter(({ code }) => code === 'amount_mismatch')
    .map(({ data, payment_id: paymentId }) => ({ ...(JSON.parse(data) as Said), paymentId }))

/** True for money that the host keeps until somebody has seen to it. */
export const isHeldForHumans = (stored: Stored, intentId: string, wrongAmount: WrongAmount): boolean =>
  wrongAmount === 'hold' && listedOf(stored).some(({ chargeId }) => chargeId === intentId)

const isAsAsked = (charge: KnownCharge, attempt: StoredAttempt): boolean =>
  charge.amount === attempt.amount_minor && charge.currency === attempt.amount_currency

/**
 * Money that came in another sum or currency than was asked for counts for nothing. It is on the list of those who can see to it, with
 * what was asked for and what came; all of it goes back, once, or nothing of it by itself where the host holds it. Nothing else is on that
 * list, and what is known here of any money is what came.
 *
 * @throws {@link Violation} A6
 */
export const checkSums = (
  stored: Stored,
  charges: readonly KnownCharge[],
  timeline: readonly Entry[],
  wrongAmount: WrongAmount,
): void => {
  const listed = listedOf(stored)
  for (const charge of charges) {
    const attempt = stored.attempts.find(({ charge_id }) => charge_id === charge.intentId)
    if (attempt === undefined) continue
    if (attempt.charge_minor !== charge.amount || attempt.charge_currency !== charge.currency)
      throw new Violation('A6', `${charge.intentId} brought ${inWords(charge)}, and is known here as something else`)
    if (!isAsAsked(charge, attempt)) checkWrong(stored, charge, attempt, { listed, wrongAmount })
  }
  for (const { attemptId, chargeId, paymentId, reported } of listed) {
    const charge = charges.find(({ intentId }) => intentId === chargeId)
    const attempt = stored.attempts.find(({ id }) => id === attemptId)
    // Of a page beside its attempt's own one it may not be known who paid.
    if (charge === undefined || attempt === undefined) continue
    if (reported !== inWords(charge) || paymentId !== attempt.payment_id)
      throw new Violation('A6', `${chargeId} brought ${inWords(charge)}, and is on the list as ${reported}`)
    if (isAsAsked(charge, attempt) && !timeline.some(changesPriceOf(attempt.payment_id)))
      throw new Violation('A6', `${chargeId} is what was asked for, and is on the list as if it were not`)
  }
}

const checkWrong = (
  stored: Stored,
  charge: KnownCharge,
  attempt: StoredAttempt,
  { listed, wrongAmount }: { readonly listed: readonly Listed[]; readonly wrongAmount: WrongAmount },
): void => {
  const { intentId, amount, gone, disputed } = charge
  if (stored.payments.some(({ counted_attempt_id: counted }) => counted === attempt.id))
    throw new Violation('A6', `${intentId} is not what was asked for, and ${attempt.payment_id} counts it`)
  const items = listed.filter(({ chargeId }) => chargeId === intentId)
  const [item] = items
  const asked = `${attempt.amount_minor} ${attempt.amount_currency}`
  if (items.length !== 1 || item?.expected !== asked)
    throw new Violation(
      'A6',
      `${intentId} came for ${asked}, and is on the list ${items.length} times (${item?.expected})`,
    )
  const back = stored.refunds.filter(({ attempt_id }) => attempt_id === attempt.id)
  const isElsewhere = back.find(({ amount_currency }) => amount_currency !== charge.currency)
  if (isElsewhere !== undefined)
    throw new Violation('A6', `${isElsewhere.id} gives back ${isElsewhere.amount_currency} of ${inWords(charge)}`)
  const byItself = back.filter(({ reason, status }) => reason === 'amount_mismatch' && status !== 'failed')
  if (byItself.length > (wrongAmount === 'hold' ? 0 : 1))
    throw new Violation('A6', `${intentId} was sent back ${byItself.length} times`)
  const isForHumans = stored.attention.some(
    ({ code, payment_id: id }) => code === 'refund_failed' && id === attempt.payment_id,
  )
  if (wrongAmount === 'refund' && gone < amount && !disputed && !isForHumans)
    throw new Violation('A6', `${intentId} is not what was asked for, and ${amount - gone} of ${amount} was kept`)
}

const inWords = ({ amount, currency }: Pick<KnownCharge, 'amount' | 'currency'>): string => `${amount} ${currency}`

const changesPriceOf =
  (paymentId: string) =>
  ({ payment_id: id, type, name }: Entry): boolean =>
    id === paymentId && type === 'command' && name === 'change_amount'

/** Counts money that came in another sum or currency than its page was opened for, and what the host does with it. */
export const countWrongSum = ({ type, name, data }: Entry, counts: Counts): void => {
  if (type !== 'attention' || name !== 'amount_mismatch') return
  const { expected, reported, policy } = JSON.parse(data) as Said
  const [asked = '', inCurrency] = expected.split(' ')
  const [came = '', currency] = reported.split(' ')
  if (expected === reported) return
  counts.add(`wrong_sum:${currency === inCurrency ? (Number(came) > Number(asked) ? 'more' : 'less') : 'currency'}`)
  counts.add(`wrong_sum:${policy}`)
}
