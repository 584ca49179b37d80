import type { Instant } from '../kernel/instant.ts'
import type { DisputeState } from '../payment/dispute.ts'
import type { SavedCard } from '../payment/payment.ts'
import type { PaymentProvider } from '../ports/payment-provider.ts'

/** What people do at the provider under test. */
export interface ContractPayer {
  /** Pays an open page, with a card that works. */
  pay(sessionId: string): Promise<void>
  /** Pays an open page by a method whose money comes days later, or does not. */
  payLater(sessionId: string, outcome: 'paid' | 'failed'): Promise<void>
  /** Lets those days pass. */
  settle(sessionId: string, outcome: 'paid' | 'failed'): Promise<void>
  /** Tries a card on an open page that its bank declines. */
  declineOnPage(sessionId: string): Promise<void>
  /** Lets an open page run out of time. */
  expire(sessionId: string): Promise<void>
  /** A card on file: one that works, one whose bank says no, or one that wants its owner present. Of a new customer, or of this one. */
  saveCard(kind: 'working' | 'declining' | 'authenticating', customerId?: string): Promise<SavedCard>
}

/** What can be made to go wrong with the next call of a name. */
export type ContractFault =
  | 'answer_lost'
  | 'request_lost'
  | 'unreachable'
  | 'error_with_effect'
  | 'error_without_effect'
  | 'unrecognized_status'

/** A provider with nothing in it yet, and what is needed to put it to the test. */
export interface PaymentProviderFixture {
  readonly provider: PaymentProvider
  readonly payer: ContractPayer
  /** Gives a part of a charge back at the provider, under no id of ours. */
  readonly refundThere: (chargeId: string, minorUnits: bigint) => Promise<void>
  /** Opens the dispute of a charge there, of so much of it or else of all, or ends it. */
  readonly disputeThere: (chargeId: string, outcome: DisputeState, minorUnits?: bigint) => Promise<void>
  /** Lets a bank send back a refund that had succeeded, by the provider's id of it. */
  readonly sendBackThere: (refund: string) => Promise<void>
  readonly faults: { next(call: keyof PaymentProvider, fault: ContractFault): void | Promise<void> }
  /** What exists there, whatever anybody was told. */
  readonly truth: {
    /** Pages ever opened. */
    pages(): Promise<number>
    /** Pages that can be paid now. */
    openPages(): Promise<number>
    /** Charges that brought money. */
    charges(): Promise<number>
    /** Refunds that were not failed. */
    refunds(): Promise<number>
  }
  /** The provider's own time. */
  readonly now: () => Instant
}
