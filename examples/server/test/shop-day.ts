import { afterEach, beforeEach, expect } from 'vitest'
import { discrepancies, readBooks } from './buyer.ts'
import { startTestServer, type TestServer } from './running.ts'
import { doublyPayable, stripeAt } from './stripe-payer.ts'
import { createVisitor, type Visitor } from './visitor.ts'

/** What each test has for itself: a server, its Stripe, and Ana and Ben, who are signed in. */
export interface ShopDay {
  readonly server: TestServer
  readonly stripe: ReturnType<typeof stripeAt>
  readonly ana: Visitor
  readonly ben: Visitor
  /** Signs Eva in, who looks after the shop. */
  readonly staff: () => Promise<Visitor>
}

/**
 * A day in the shop for each test of a file, handed over as it begins. Whatever the story was: in the end what is counted is
 * what the holds say, nothing is kept for an order that is over, and nothing could be paid twice.
 */
export const onADayInTheShop = (begin: (day: ShopDay) => void): void => {
  let day: ShopDay
  beforeEach(async () => {
    const server = await startTestServer()
    const signedIn = async (email: string): Promise<Visitor> => {
      const visitor = createVisitor(server.url)
      await visitor.signIn(email)
      return visitor
    }
    day = {
      server,
      stripe: stripeAt(server.url),
      ana: await signedIn('ana@example.com'),
      ben: await signedIn('ben@example.com'),
      staff: () => signedIn('staff@example.com'),
    }
    begin(day)
  })
  afterEach(async () => {
    const doubly = doublyPayable(await day.stripe.ledger())
    const wrong = discrepancies(readBooks(day.server))
    await day.server.remove()
    expect([doubly, wrong]).toEqual([[], []])
  })
}
