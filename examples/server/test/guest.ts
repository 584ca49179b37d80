import { eventually } from './eventually.ts'
import { sessionIn, type Ledger, type stripeAt } from './stripe-payer.ts'
import type { SeenPage, Visitor } from './visitor.ts'

const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const at = (days: number) => ({ arrival: dayIn(days), departure: dayIn(days + 3) })

/** What all these stories book: three nights at the Casa del Mar, long before any due date. */
export const stay = { slug: 'casa-del-mar', ...at(90), at, depositMinor: 216_000, balanceMinor: 504_000 }

/** A guest who stands before the payment page. */
export interface AtCheckout {
  readonly page: SeenPage
  readonly sessionId: string
  readonly amount: number
  /** Where the payment page will lead back to. */
  readonly returnPath: (ledger: Ledger) => string
}

/** Chooses the nights and goes on to the payment page of the deposit. */
export const book = async (guest: Visitor, { arrivesIn = 90 } = {}): Promise<AtCheckout> => {
  const { arrival, departure } = stay.at(arrivesIn)
  const chosen = await guest.get(`/stays/${stay.slug}?arrival=${arrival}&departure=${departure}`)
  const page = await guest.submit(chosen, `/stays/${stay.slug}/book`, { guests: '2' })
  const sessionId = sessionIn(page.path)
  return {
    page,
    sessionId,
    amount: stay.depositMinor,
    returnPath: ({ objects }) => objects['checkout.session'].find(({ id }) => id === sessionId)?.success_url ?? '/',
  }
}

/** Books, pays the deposit, and comes back: the page that is shown then, and the booking's address. */
export const bookAndPay = async (
  guest: Visitor,
  stripe: ReturnType<typeof stripeAt>,
  when: { readonly arrivesIn?: number } = {},
): Promise<{ readonly first: SeenPage; readonly bookingPath: string }> => {
  const { sessionId, amount, returnPath } = await book(guest, when)
  const status = await stripe.pay(sessionId, amount)
  if (status !== 200) throw new Error(`The deposit was not taken: ${status}.`)
  const first = await guest.get(returnPath(await stripe.ledger()))
  const bookingPath = await eventually(
    'the booking',
    async () => /\/bookings\/res_\w+/.exec((await guest.get('/bookings')).html)?.[0],
  )
  return { first, bookingPath }
}

/** Has staff move the clock to the day on which the next balance is due. */
export const toNextDueDate = async (staff: Visitor): Promise<void> => {
  await staff.signIn('staff@example.com')
  const console_ = await staff.get('/console')
  await staff.submit(console_, '/console/demo/clock', { by: 'due' })
}
