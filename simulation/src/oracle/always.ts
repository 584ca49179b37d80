import type { Ledger } from '@holdfast/stripe-simulator'
import { checkPlaces, type CapacityOf } from './places.ts'
import { checkShop } from './shop.ts'
import { isCollected, isLive } from './statuses.ts'
import { readCharges, type Stored } from './truth.ts'
import { checkToDo } from './to-do.ts'
import { Violation } from './violation.ts'
import { checkWallets } from './wallets.ts'

/**
 * What holds at Stripe at every moment. `strays`: sessions that somebody between us and Stripe has made; `sentTwice`: refunds that they
 * asked for a second time.
 *
 * @throws {@link Violation} A1, A5
 */
export const checkStripe = (
  ledger: Ledger,
  { strays, sentTwice }: { readonly strays: ReadonlySet<string>; readonly sentTwice: ReadonlySet<string> } = none,
): void => {
  for (const [paymentId, all] of Object.entries(ledger.derived.open_sessions_by_payment_id)) {
    const open = all.filter((id) => !strays.has(id))
    if (open.length > 1) throw new Violation('A1', `${paymentId} has ${open.length} sessions open at Stripe`)
  }
  const made = new Set<string>()
  for (const { metadata, status } of ledger.objects.refund) {
    const refundId = metadata?.['refund_id']
    if (refundId === undefined || status === 'failed' || status === 'canceled') continue
    if (made.has(refundId) && !sentTwice.has(refundId))
      throw new Violation('A5', `refund ${refundId} was made more than once`)
    made.add(refundId)
  }
}

const none = { strays: new Set<string>(), sentTwice: new Set<string>() }

/** What holds in the database at every moment, against the truth at Stripe. @throws {@link Violation} A1, A3, A4, A7, A8, A14 */
export const checkStored = (
  stored: Stored,
  ledger: Ledger,
  { livemode, capacityOf }: { readonly livemode: boolean; readonly capacityOf: CapacityOf },
): void => {
  const charges = readCharges(ledger)
  for (const payment of stored.payments) {
    const attempts = stored.attempts.filter(({ payment_id }) => payment_id === payment.id)
    if (attempts.filter(({ status }) => isLive(status)).length > 1)
      throw new Violation('A1', `${payment.id} has two live attempts`)
    for (const { id, status, provider_id } of attempts)
      if (status === 'open' && provider_id === null) throw new Violation('A1', `${id} is open and has no session`)
    if (!isCollected(payment.status)) continue
    const counted = attempts.find(({ id }) => id === payment.counted_attempt_id)
    if (counted?.kind === 'wallet') {
      // That its money left the wallet is for A8 to see.
      const isAll = counted.charge_minor === payment.amount_minor && counted.charge_currency === payment.amount_currency
      if (counted.status !== 'succeeded' || !isAll)
        throw new Violation('A3', `${payment.id} counts ${counted.id}, and the wallet did not pay all of it`)
      continue
    }
    const charge = charges.find(({ intentId }) => intentId === counted?.charge_id)
    if (charge === undefined) throw new Violation('A3', `${payment.id} is ${payment.status}, and no money came`)
    const right =
      charge.amount === payment.amount_minor &&
      charge.currency === payment.amount_currency &&
      charge.livemode === livemode
    // Money on a second page of an attempt, of which the first brought another sum, is an attempt of its own.
    const isOwn = counted?.id === charge.attemptId || counted?.id === `${charge.attemptId}:${charge.intentId}`
    if (!right || !isOwn)
      throw new Violation('A3', `${payment.id} counts ${charge.intentId}, which is not what was asked for`)
  }
  for (const open of ledger.derived.sessions.filter(({ status }) => status === 'open')) {
    const attempt = stored.attempts.find(({ id }) => id === open.metadata['attempt_id'])
    if (attempt === undefined) throw new Violation('A1', `${open.id} is open, and no attempt was stored before`)
    if (attempt.status === 'expired' || attempt.status === 'declined')
      if (attempt.provider_id === open.id)
        throw new Violation('A1', `${attempt.id} is taken for ${attempt.status}, and ${open.id} is open`)
    const payment = stored.payments.find(({ id }) => id === attempt.payment_id)
    if (endsByTime.has(payment?.cancel_reason ?? '') && attempt.provider_id === open.id)
      throw new Violation('A7', `the time of ${attempt.payment_id} has ended it, and ${open.id} is open`)
  }
  checkPlaces(stored, capacityOf)
  const paidFor = new Set<string>()
  for (const { id, payment_id } of [...stored.reservations, ...stored.consultations]) {
    const payment = stored.payments.find((each) => each.id === payment_id)
    if (payment === undefined || !isCollected(payment.status)) throw new Violation('A3', `${id} exists without money`)
    if (paidFor.has(payment_id))
      throw new Violation('A4', `${payment_id} was paid once, and ${id} is the second for it`)
    paidFor.add(payment_id)
  }
  checkWallets(stored)
  checkShop(stored)
  checkToDo(stored)
}

/** Why a payment is cancelled that nobody has called off: stories do that by hand for other reasons. */
const endsByTime: ReadonlySet<string> = new Set(['abandoned', 'expired'])
