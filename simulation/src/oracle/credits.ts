import { type Stored, type StoredPayment, type StoredRefund, type TrueCharge } from './truth.ts'
import { Violation } from './violation.ts'
import { entriesOf } from './wallets.ts'

/** A charge with what is known here of the money of it that its payer has in the wallet again. */
export interface KnownCharge extends TrueCharge {
  /** Minor units that were put into the wallet instead of going back to the card. */
  readonly credited: number
  /** Minor units that have left the charge, either way. */
  readonly gone: number
}

/** Minor units that were given back into the wallet from what one attempt brought. */
export const creditedFrom = (refunds: readonly StoredRefund[], attemptId: string): number =>
  refunds
    .filter(({ attempt_id, destination }) => attempt_id === attemptId && destination === 'wallet')
    .reduce((sum, { amount_minor }) => sum + amount_minor, 0)

/** Charges, with what of each went into a wallet. */
export const withCredits = ({ attempts, refunds }: Stored, charges: readonly TrueCharge[]): readonly KnownCharge[] =>
  charges.map((charge) => {
    const attempt = attempts.find(({ charge_id }) => charge_id === charge.intentId)
    const credited = attempt === undefined ? 0 : creditedFrom(refunds, attempt.id)
    return { ...charge, credited, gone: charge.back + credited }
  })

/**
 * What each payment has left in its owner's wallet at rest is what Stripe holds for it: what was paid in and did not go back
 * there, and card money that was given back into the wallet; less what was spent and not given back. What could not be taken
 * back any more is known to be missing.
 *
 * @throws {@link Violation} A8
 */
export const checkCredits = (stored: Stored, charges: readonly KnownCharge[]): void => {
  for (const payment of stored.payments) {
    const { id, purpose } = payment
    const moved = entriesOf(stored)
      .filter(({ payment_id }) => payment_id === id)
      .reduce((sum, { change_minor }) => sum + change_minor, 0)
    const due = dueFrom(stored, payment, charges)
    const missing = missingFrom(stored, id)
    const surplus = moved - due
    // What was missing for a refund that came to nothing after all is missing no longer, and stays on the list.
    const isLess = surplus >= 0 && surplus < missing && stored.refunds.some(cameToNothing(id))
    if (surplus !== missing && !isLess)
      throw new Violation(
        'A8',
        `${id} (${purpose}) left ${moved} in the wallet, and ${due} is theirs (${missing} missing)`,
      )
  }
}

const cameToNothing =
  (paymentId: string) =>
  ({ payment_id, status }: StoredRefund): boolean =>
    payment_id === paymentId && status === 'failed'

/** What one payment adds to its owner's wallet, or takes from it, by what Stripe knows. */
const dueFrom = ({ attempts, refunds }: Stored, payment: StoredPayment, charges: readonly KnownCharge[]): number => {
  const credited = attempts
    .filter(({ payment_id }) => payment_id === payment.id)
    .reduce((sum, { id }) => sum + creditedFrom(refunds, id), 0)
  const counted = attempts.find(({ id }) => id === payment.counted_attempt_id)
  if (counted?.kind === 'wallet') return credited - payment.amount_minor
  const charge = charges.find(({ intentId }) => intentId === counted?.charge_id)
  if (payment.purpose !== 'wallet_topup' || charge === undefined) return credited
  return credited + Math.max(0, charge.amount - charge.back - charge.lost)
}

/** What could not be taken out of a wallet when it went back at Stripe, as those who can see to it are told. */
const missingFrom = ({ attention }: Stored, paymentId: string): number =>
  attention
    .filter(({ code, payment_id }) => code === 'wallet_shortfall' && payment_id === paymentId)
    .map(({ data }) => JSON.parse(data) as { readonly missing: { readonly $bigint: string } })
    .reduce((sum, { missing }) => sum + Number(missing.$bigint), 0)
