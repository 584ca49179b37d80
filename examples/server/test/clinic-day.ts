import { afterEach, beforeEach, expect } from 'vitest'
import { countRecords } from './patient.ts'
import { startTestServer, type TestServer } from './running.ts'
import { doublyPayable, stripeAt } from './stripe-payer.ts'
import { createVisitor, type Visitor } from './visitor.ts'

/** What each test has for itself: a server, its Stripe, and Ana, who is signed in. */
export interface ClinicDay {
  readonly server: TestServer
  readonly stripe: ReturnType<typeof stripeAt>
  readonly ana: Visitor
}

/**
 * A day at the clinic for each test of a file, handed over as it begins. Whatever the story was: in the end nothing is there
 * that nobody has paid, and nothing could be paid twice.
 */
export const onADayOfItsOwn = (begin: (day: ClinicDay) => void): void => {
  let server: TestServer
  let stripe: ClinicDay['stripe']
  beforeEach(async () => {
    server = await startTestServer()
    stripe = stripeAt(server.url)
    const ana = createVisitor(server.url)
    await ana.signIn('ana@example.com')
    begin({ server, stripe, ana })
  })
  afterEach(async () => {
    const { ghosts } = await countRecords(server)
    const doubly = doublyPayable(await stripe.ledger())
    await server.remove()
    expect([ghosts, doubly]).toEqual([0, []])
  })
}
