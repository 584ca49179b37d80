import type { InstantProvider } from '../instant-provider.ts'
import type { Delivery, OpenPage } from '../paid-session.ts'
import type { Location } from '../scratch.ts'

/** One way to take in webhooks, measured beside the others. */
export interface EventLine {
  /** Makes payments whose pages are open at the provider. Not measured. */
  openPages(count: number): Promise<readonly OpenPage[]>
  /** Verifies, stores and applies one delivery. Resolves when it may be answered. @throws unless it was applied, and new. */
  receive(delivery: Delivery): Promise<void>
  /** Payments that are completed, counted in the database. */
  countCompleted(): Promise<number>
  /** Rows written so far, on a database that counts them. */
  countWrites?(): Promise<number>
  close(): Promise<void>
}

/** One way to open the page of a payment, measured beside the others. */
export interface CheckoutLine {
  /** Makes payments that wait for a page, and answers their ids. Not measured. */
  addPayments(count: number): Promise<readonly string[]>
  /** Opens the page of a payment under a key of the caller's. @throws unless there is a page, stored. */
  startCheckout(paymentId: string, idempotencyKey: string): Promise<void>
  /** Pages that are stored as open, counted in the database. */
  countOpen(): Promise<number>
  close(): Promise<void>
}

/** What a line is called, and how it begins on an empty database. */
export interface EventEntry {
  readonly name: string
  readonly open: (location: Location) => Promise<EventLine>
}

/** As {@link EventEntry}, for a line that asks a provider. */
export interface CheckoutEntry {
  readonly name: string
  readonly open: (location: Location, provider: InstantProvider) => Promise<CheckoutLine>
}
