import { isCollected } from '../../payment/payment.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import type { Refund } from '../../payment/refund.ts'
import { overlap, type Reservation } from '../../reservation/reservation.ts'
import { disputeOf } from './provider-truth.ts'
import type { Snapshot } from './snapshot.ts'
import type { World } from './world.ts'

/** Something that is there because its payment was paid, however it is called. */
export interface PaidRecord {
  readonly id: string
  readonly paymentId: string
}

/** Everything that was made of intents which were paid. */
export const recordsOf = ({ reservations, consultations, wallets }: Snapshot): readonly PaidRecord[] => [
  ...reservations,
  ...consultations,
  ...wallets.flatMap(({ entries }) => entries).filter(({ type }) => type === 'top_up'),
]

/** What holds of records at every moment: none without money, and no two for the same money. */
export const brokenRecords = (stored: Snapshot): readonly string[] => {
  const records = recordsOf(stored)
  return records.flatMap(({ id, paymentId }, index) => {
    const payment = stored.cases.find((kase) => kase.payment.id === paymentId)?.payment
    if (payment === undefined || !isCollected(payment)) return [`4: ${id} exists without money`]
    const other = records.slice(index + 1).find((record) => record.paymentId === paymentId)
    return other === undefined ? [] : [`4: ${id} and ${other.id} were paid by ${paymentId}, once`]
  })
}

/** What holds of slots at every moment: no unit twice, and of nothing more at once than there is. */
export const brokenSlots = ({ places }: World, reservations: readonly Reservation[]): readonly string[] => {
  const holding = reservations.filter(({ status }) => status !== 'cancelled')
  return holding.flatMap((one, index) => {
    const { resourceId, startsAt, endsAt, unit } = one.slot
    const twice = holding
      .slice(index + 1)
      .filter((other) => overlap(one.slot, other.slot))
      .map((other) => `5: ${one.id} and ${other.id} hold one slot`)
    const capacity = places.get(resourceId)
    if (capacity === undefined || startsAt === endsAt) return twice
    // Where too many meet, they meet when the last of them begins.
    const meeting = holding.filter(
      ({ slot }) => slot.resourceId === resourceId && slot.startsAt <= startsAt && startsAt < slot.endsAt,
    )
    return [
      ...twice,
      ...(unit < 0 || unit >= capacity
        ? [`5: ${one.id} holds unit ${unit} of ${resourceId}, which has ${capacity}`]
        : []),
      ...(meeting.length > capacity
        ? [`5: ${meeting.length} are at ${resourceId} when ${one.id} begins, which has ${capacity}`]
        : []),
    ]
  })
}

/** What holds at every moment of money that goes into a wallet: it is there at once, not on the card as well, and because the host says so. */
export const brokenDestinations = (w: World, { cases }: Snapshot): readonly string[] =>
  cases.flatMap((kase) => kase.refunds.flatMap((refund) => brokenDestination(w, kase, refund)))

const brokenDestination = (w: World, { payment, attempts }: PaymentCase, refund: Refund): readonly string[] => {
  const { id, attemptId, destination, status, reason } = refund
  const broken: string[] = []
  if (destination === 'wallet' && status !== 'succeeded') broken.push(`5: ${id} goes into a wallet, and is ${status}`)
  if (destination === 'wallet' && w.provider.truth.refunds().some(({ refundId }) => refundId === id))
    broken.push(`5: ${id} went into a wallet, and to the card`)
  const attempt = attempts.find((each) => each.id === attemptId)
  if (attempt?.status !== 'succeeded') return broken
  const isTopUp = payment.purpose === 'wallet_topup'
  const isDisputed = disputeOf(w, attempt.charge.id) !== undefined
  // Of all else staff may say where it goes, and a bank holds what is disputed.
  const isTheHosts = reason !== 'requested_by_customer' && !isDisputed
  const isMeant = isTheHosts && !isTopUp && w.settings.walletRefunds.some((each) => each === reason)
  const due = attempt.kind === 'wallet' || isMeant ? 'wallet' : isTopUp || isTheHosts ? 'provider' : destination
  if (destination !== due)
    broken.push(`5: ${id} (${reason}) goes to the ${destination}, and the host wants it at the ${due}`)
  return broken
}
