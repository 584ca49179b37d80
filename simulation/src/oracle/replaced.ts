import type { Readable } from '../system/database.ts'
import type { Entry } from './edges.ts'
import { isCollected } from './statuses.ts'
import { Violation } from './violation.ts'

interface Page {
  readonly id: string
  readonly payment_id: string
  readonly kind: string
  readonly expires_at: number | null
  readonly is_of_sum: number
  readonly has_card: number
  readonly purpose: string
  readonly status: string
}

/**
 * A page that is open and fits is not closed to make room for another: only one whose sum is not what is due any more, or is about to change, or that is about
 * to end, or in whose place a wallet or a saved card pays, or beside which its payment was paid. @throws {@link Violation} A1
 */
export const checkReplaced = (database: Readable, entries: readonly Entry[]): void => {
  for (const { type, name, about_id: id, payment_id: paymentId, data, at } of entries) {
    if (type !== 'fact' || name !== 'close_requested' || !data.includes('"replaced"')) continue
    const [page] = database.query<Page>(pageOf, id)
    if (page === undefined || page.kind !== 'hosted' || page.expires_at === null) continue
    const commands = entries.filter((each) => each.type === 'command' && each.payment_id === paymentId)
    const isForOther = commands.some((each) => others.has(each.name))
    // On the day of a balance its card is charged, and nobody has to ask for that.
    const isItsDay = page.purpose === 'balance' && page.has_card === 1 && commands.length === 0
    const fits = page.is_of_sum === 1 && page.expires_at - at >= shortestMs
    if (fits && !isForOther && !isItsDay && !isCollected(page.status))
      throw new Violation('A1', `${id} of ${paymentId} is open and fits, and is closed to make room for another`)
  }
}

/** What is asked for when a page has to go that fits: to pay without one, or to pay another sum. */
const others: ReadonlySet<string> = new Set(['pay_from_wallet', 'pay_with_saved_card', 'change_amount'])

// Nobody is sent to a page that ends within the minute.
const shortestMs = 60_000

const pageOf = `
  SELECT attempt.id, attempt.payment_id, attempt.kind, attempt.expires_at, payment.purpose, payment.status,
    attempt.amount_minor = payment.amount_minor AND attempt.amount_currency = payment.amount_currency AS is_of_sum,
    payment.card_method_id IS NOT NULL AS has_card
  FROM holdfast_attempts AS attempt JOIN holdfast_payments AS payment ON payment.id = attempt.payment_id
  WHERE attempt.id = ?`
