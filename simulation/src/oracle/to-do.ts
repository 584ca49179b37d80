import type { Stored, StoredAttention } from './truth.ts'
import { Violation } from './violation.ts'

/** What somebody has to be told with each thing that needs a human, to be able to do what there is to do about it. */
export const needed: Readonly<Record<string, readonly string[]>> = {
  amount_mismatch: ['attemptId', 'chargeId', 'policy', 'expected', 'reported'],
  livemode_mismatch: [],
  refund_failed: ['refundId', 'minorUnits', 'detail'],
  provider_refused: ['attemptId', 'call', 'code', 'detail'],
  unrecognized_status: ['status'],
  dispute_opened: ['disputeId', 'chargeId', 'amount', 'charged', 'status'],
  refund_owed_after_dispute: ['reason', 'amount'],
  balance_unpaid: ['reservationId'],
  wallet_shortfall: ['transfer', 'missing', 'currency'],
  refunded_twice: ['refundId', 'minorUnits'],
}

/** What is about the host's set-up, and about no payment that there is. */
const ofTheHost = new Set(['livemode_mismatch', 'unrecognized_status'])

/** Whatever needs a human says what it is about and all that is needed to see to it, and names only what is there. @throws {@link Violation} A14 */
export const checkToDo = ({ attention, payments, attempts, refunds, reservations }: Stored): void => {
  for (const item of attention) {
    const { id, code, payment_id: paymentId } = item
    const wanted = needed[code]
    if (wanted === undefined)
      throw new Violation('A14', `${id} needs a human, and nobody knows what to do about ${code}`)
    const data = JSON.parse(item.data) as Data
    const missing = wanted.find((name) => data[name] === undefined || data[name] === null)
    if (missing !== undefined) throw new Violation('A14', `${id} needs a human, and does not say ${missing}`)
    if (!ofTheHost.has(code) && !payments.some((each) => each.id === paymentId))
      throw new Violation('A14', `${id} needs a human, and does not say which payment it is about`)
    const isThere =
      names(data['refundId'], refunds, item) &&
      names(data['attemptId'], attempts, item) &&
      (typeof data['reservationId'] !== 'string' || reservations.some((each) => each.id === data['reservationId']))
    if (!isThere) throw new Violation('A14', `${id} needs a human, and names what is not there: ${item.data}`)
    const { refundId, minorUnits } = data
    const sum = refunds.find((each) => each.id === refundId)?.amount_minor
    if (sum !== undefined && minorUnits !== undefined && Number((minorUnits as Big).$bigint) !== sum)
      throw new Violation('A14', `${id} is about ${JSON.stringify(minorUnits)}, and ${String(refundId)} is of ${sum}`)
  }
}

type Data = Readonly<Record<string, unknown>>

interface Big {
  readonly $bigint: string
}

/** True where nothing is named, or what is named is that payment's own. */
const names = (
  id: unknown,
  all: readonly { readonly id: string; readonly payment_id: string }[],
  { payment_id: paymentId }: StoredAttention,
): boolean =>
  typeof id !== 'string' || all.some((each) => each.id === id && (paymentId === null || each.payment_id === paymentId))
