import type { InstantProvider } from '../instant-provider.ts'
import type { Delivery, OpenPage } from '../paid-session.ts'
import type { Location } from '../scratch.ts'
import type { FullCart, Shop } from './shop.ts'

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

/** One way to place orders, measured beside others. */
export interface ShopLine {
  /** Places an order. Resolves when it can be paid. @throws unless it was taken. */
  place(cart: FullCart): Promise<void>
  /** Orders that can be paid, each with its payment, counted in the database. */
  countPayable(): Promise<number>
  /** Units that have been taken off what can be sold. @throws unless the rows that say for whom come to as many. */
  countTaken(): Promise<number>
  /** Rows written so far, on a database that counts them. */
  countWrites?(): Promise<number>
  close(): Promise<void>
}

/** One way to work off tasks, measured beside others. */
export interface TaskLine {
  /** Adds so many tasks that are due, for so many workers. Not measured. */
  add(count: number, workers: number): Promise<void>
  /** Works off all of them, by so many workers. Resolves when they are done. */
  work(count: number, workers: number): Promise<void>
  /** Tasks that are done, counted in the database. */
  countDone(): Promise<number>
  /** Rows written so far, on a database that counts them. */
  countWrites?(): Promise<number>
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

/** As {@link EventEntry}, for a line that sells what is in a shop. */
export interface ShopEntry {
  readonly name: string
  readonly open: (location: Location, shop: Shop) => Promise<ShopLine>
}

/** As {@link EventEntry}, for a line that works off tasks. */
export interface TaskEntry {
  readonly name: string
  readonly open: (location: Location) => Promise<TaskLine>
}
