import type { Instant } from '../kernel/instant.ts'
import type { PaymentFailure } from './failure.ts'

/** A try on a hosted page that brought nothing, such as a card that was declined. The page stays open: the payer may try again. */
export interface DeclinedTry {
  /** The provider's name of the try: one try has one name, however often and in whatever way it is told of. */
  readonly id: string
  readonly failure: PaymentFailure
}

/** A {@link DeclinedTry}, and when we heard of it. */
export interface PageDecline extends DeclinedTry {
  readonly at: Instant
}

// A person tries a few cards. Whoever tries more is a program that tests stolen ones, and what it finds is not kept for it.
const mostDeclines = 50

/** True for a try that is not among these, and for which there is room yet. */
export const isNewDecline = (known: readonly PageDecline[] = [], { id }: DeclinedTry): boolean =>
  known.length < mostDeclines && !known.some((decline) => decline.id === id)
