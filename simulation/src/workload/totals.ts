import type { World } from '../world.ts'
import { at } from './asking.ts'
import type { Doing } from './command.ts'

/** Whoever owns the account at Stripe sets something up there, and an open page asks for another sum, or in another currency. */
export const changeTotal = async (world: World, { on, by }: Doing<'change_total'>): Promise<void> => {
  const open = world.stripe.ledger().derived.sessions.filter(({ status }) => status === 'open')
  const page = at(open.toReversed(), on)
  if (page === undefined) return
  const total = page.amount_total ?? 0
  const changed: Readonly<Record<typeof by, Readonly<Record<string, string>>>> = {
    more: { amount: String(2 * total) },
    // Stripe wants the last digit of some currencies to be 0.
    less: { amount: String(10 * Math.floor(total / 20)) },
    // The same number: only the currency tells that it is another sum.
    currency: { amount: String(total), currency: page.currency === 'usd' ? 'eur' : 'usd' },
  }
  const { status } = await world.stripe.act(`/_simulator/sessions/${page.id}/total`, changed[by])
  if (status === 200) world.counts.add(`total_changed:${by}`)
}
