import type { AttemptId, PaymentId, RefundId } from '../../kernel/ids.ts'
import type { Instant } from '../../kernel/instant.ts'
import type { Money } from '../../kernel/money.ts'

/** In what way it is not the same here and at the provider. Codes never change. {@link driftMeaning} says what each means. */
export type DriftCode =
  | 'session_without_attempt'
  | 'session_not_stored'
  | 'session_beside_attempt'
  | 'attempt_open_session_gone'
  | 'charge_without_payment'
  | 'charge_without_attempt'
  | 'charge_not_counted'
  | 'charge_twice'
  | 'payment_without_charge'
  | 'amount_differs'
  | 'currency_differs'
  | 'refund_not_known'
  | 'refund_differs'
  | 'refund_without_twin'
  | 'dispute_not_known'
  | 'livemode_differs'

/** How something stands on one side, in that side's own words. */
export interface DriftSide {
  readonly status: string
  readonly amount?: Money
}

/**
 * What became of what was to be mended.
 *
 * `mended`: it is the same on both sides now. `unchanged`: asking again changed nothing, a human has to look. `unheard`: the
 * provider gave no answer, or somebody else is asking it right now; it may be asked again.
 */
export type MendedAs = 'mended' | 'unchanged' | 'unheard'

/** One thing that is not the same here and at the provider. */
export interface Drift {
  readonly code: DriftCode
  readonly about: 'session' | 'charge' | 'refund'
  /** When that was made: the provider's date, where it has one. */
  readonly at: Instant
  /** The provider's id of it. Absent where it was never heard. */
  readonly providerId?: string
  readonly paymentId?: PaymentId
  readonly attemptId?: AttemptId
  readonly refundId?: RefundId
  /** Absent where the provider holds nothing of the kind. */
  readonly there?: DriftSide
  /** Absent where nothing of the kind is known here. */
  readonly here?: DriftSide
  /** Whether `fix` mends it, by nothing but what is done anyway: asking again, and closing what nobody must pay. */
  readonly mendable: boolean
  /** Present once it was tried. */
  readonly outcome?: MendedAs
}

/** For whoever reads of it: what a drift means, and what to do about it where `fix` does not mend it. What matters most comes first. */
export const driftMeaning: Readonly<Record<DriftCode, { readonly means: string; readonly todo: string }>> = {
  livemode_differs: {
    means: 'One side takes real money, and the other does not. Nothing else about it was compared.',
    todo: 'Check which key, which database and which settings belong together.',
  },
  charge_without_payment: {
    means: 'Money came for a payment that is not known here: it belongs to nobody, and is not given back.',
    todo: 'Is this the database that belongs to the account, and is it whole? If the payment is lost, find out from the charge who paid and for what; then give the money back at the provider, or enter the sale by hand.',
  },
  charge_without_attempt: {
    means:
      'Money came for a payment that is known here, by an attempt that is not: the database was put back to an older state.',
    todo: 'If the payment is paid otherwise, or cancelled, give this charge back at the provider. If it is due still, see to it that it is not charged again.',
  },
  charge_not_counted: {
    means: 'Money came for an attempt that is known here, and nobody here has heard of it.',
    todo: 'See in its story what the provider was asked and answered.',
  },
  charge_twice: {
    means: 'An attempt brought two charges: one counts, and this one does not.',
    todo: 'Give this charge back at the provider.',
  },
  payment_without_charge: {
    means: 'A payment counts as paid here, and the provider holds no money of it.',
    todo: 'Never mended by itself. Check that the key is of the account that took the money. If it is, find out how the payment came to be paid, before anything more is given out for it.',
  },
  amount_differs: {
    means: 'The provider has another sum than is known here.',
    todo: 'Never mended by itself. Compare both, then refund or settle the difference by hand.',
  },
  currency_differs: {
    means: 'The provider has another currency than is known here.',
    todo: 'Never mended by itself. Refund the charge, and have it paid again in the right currency.',
  },
  refund_not_known: {
    means: 'Money went back at the provider, and nobody here has heard of it.',
    todo: 'Where its charge is not known here either, the database is not whole or not the right one.',
  },
  refund_differs: {
    means: 'A refund has ended otherwise at the provider than is known here.',
    todo: 'What failed after it had succeeded is with you again: refund once more, or pay the owner in another way.',
  },
  refund_without_twin: {
    means: 'A refund counts as made here, and the provider holds none.',
    todo: 'Never mended by itself. Check that the key is of the account that took the money; then give it back at the provider.',
  },
  dispute_not_known: {
    means: "A payer's bank asks for a charge, and nobody here has heard of it.",
    todo: 'Answer it at the provider before its deadline.',
  },
  session_without_attempt: {
    means:
      'A page of ours at the provider belongs to no attempt that is known here, and can be paid for nothing. It was lost here, or another installation shares the account and opened it: then leave it alone.',
    todo: 'Where the page is complete, its money may be on its way: look it up at the provider.',
  },
  session_not_stored: {
    means: 'The provider has opened a page, and its answer was never heard here.',
    todo: 'A worker asks again by itself. If this stays, see why none does.',
  },
  session_beside_attempt: {
    means: 'A page is open at the provider, though its attempt has ended here or goes by another page.',
    todo: 'Close the page at the provider: what is paid on it goes back, or counts if nothing else has.',
  },
  attempt_open_session_gone: {
    means: 'Somebody is waited for here on a page that cannot be paid any more, or that the provider does not have.',
    todo: 'If the provider has no such page, check that its key is of the account that opened it. Then cancel the payment or open a new page.',
  },
}
