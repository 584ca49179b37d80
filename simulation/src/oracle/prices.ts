import { partOf, priceOf, type CurrencyName, type Priced } from '../system/prices.ts'
import type { Entry } from './edges.ts'
import type { Counts } from './sometimes.ts'
import { isCollected } from './statuses.ts'
import type { Stored, StoredOrder } from './truth.ts'
import { Violation } from './violation.ts'

interface Line {
  readonly articleId: string
  readonly quantity: number
}

/**
 * An order comes to the prices of what is in it, less a tenth where a coupon is used, rounded down to what can be charged, unless staff have
 * changed what is due; and its payment asks for as much.
 *
 * @throws {@link Violation} A6
 */
export const checkPrices = ({ orders, payments }: Stored, timeline: readonly Entry[]): void => {
  for (const order of orders) {
    const { id, payment_id: paymentId, total_minor: total, total_currency: currency } = order
    const payment = payments.find((each) => each.id === paymentId)
    if (payment?.amount_minor !== total || payment.amount_currency !== currency)
      throw new Violation('A6', `order ${id} is for ${total} ${currency}, and ${paymentId} asks for something else`)
    const due = totalOf(order)
    const isChanged = timeline.some(
      (entry) => entry.payment_id === paymentId && entry.type === 'command' && entry.name === 'change_amount',
    )
    if (total !== due && !isChanged)
      throw new Violation('A6', `order ${id} is for ${total} ${currency}, and should be for ${due}`)
  }
}

const totalOf = ({ lines, coupon, total_currency: currency }: StoredOrder): number => {
  const all = (JSON.parse(lines) as readonly Line[]).reduce(
    (sum, { articleId, quantity }) =>
      sum + priceOf(articleId as Priced, currency as CurrencyName).minorUnits * BigInt(quantity),
    0n,
  )
  return Number(all - (coupon === null ? 0n : partOf(all, [1, 10], currency)))
}

/** Counts what was paid, and given back, in which currency, and who has wallets in more than one. */
export const countCurrencies = ({ payments, refunds, wallets }: Stored, counts: Counts): void => {
  for (const { status, amount_currency: currency } of payments)
    if (isCollected(status)) counts.add(`paid_in:${currency}`)
  for (const { status, destination, amount_currency: currency } of refunds)
    if (status === 'succeeded') counts.add(`back_in:${currency}:${destination}`)
  for (const owner of new Set(wallets.map((wallet) => wallet.owner)))
    if (wallets.filter((wallet) => wallet.owner === owner).length > 1) counts.add('wallets_in_two_currencies')
}
