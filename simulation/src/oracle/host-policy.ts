import type { Readable } from '../system/database.ts'
import type { Profile } from '../workload/story.ts'
import type { KnownCharge } from './credits.ts'
import type { Entry } from './edges.ts'
import type { CapacityOf } from './places.ts'
import { isStillThere, readShelf } from './shelf.ts'
import { isCollected } from './statuses.ts'
import { disputesOf, type Stored } from './truth.ts'
import { Violation } from './violation.ts'

/** What the host wants done with money that comes too late, and to where it gives back what came by card. */
export type HostPolicy = Pick<Profile, 'lateMoney' | 'walletRefunds'>

/** Holds what becomes of money to what the host wants. */
export interface PolicyWatch {
  /** Everything that one commit added; also where it added nothing. @throws {@link Violation} A20 */
  follow(entries: readonly Entry[]): void
}

/** A refund with what it gives back, as it stands after the commit that decided it. */
interface Decided {
  readonly id: string
  readonly reason: string
  readonly destination: string
  readonly attempt_id: string
  readonly kind: string
  readonly disputes: string | null
  readonly payment_id: string
  readonly purpose: string
  readonly status: string
  readonly counted_attempt_id: string | null
  readonly subject_type: string
  readonly subject_id: string
}

/** The reasons for which a host may have card money put into a wallet. */
const byPolicy: ReadonlySet<string> = new Set([
  'slot_taken',
  'unavailable',
  'late_payment',
  'reservation_cancelled',
  'consultation_cancelled',
  'order_cancelled',
] satisfies readonly HostPolicy['walletRefunds'][number][])

/**
 * Follows cancelled payments, and looks at each refund in the commit that decides it. What is judged is what was so there, in the order
 * in which the commit tells it: several transactions may share one. That an order could not be had is judged only where no other
 * order moved in the same commit, and where what it wants was there before it and after it.
 */
export const createPolicyWatch = (
  database: Readable,
  { lateMoney, walletRefunds, capacityOf }: HostPolicy & { readonly capacityOf: CapacityOf },
): PolicyWatch => {
  const cancelled = new Set<string>()
  const disputes = new Map<string, string>()
  let shelf = readShelf(database)

  const checkPlace = (refund: Decided): void => {
    const { id, reason, destination, kind, purpose } = refund
    const isHeld = disputesOf(refund).some((dispute) => isWithTheBank(disputes.get(dispute.id)))
    const isChosen = byPolicy.has(reason) && walletRefunds.some((each) => each === reason)
    // Staff say themselves where it goes.
    if (reason === 'requested_by_customer' && kind !== 'wallet' && purpose !== 'wallet_topup' && !isHeld) return
    const right =
      kind === 'wallet' || (isChosen && purpose !== 'wallet_topup' && !isHeld)
        ? ('wallet' as const)
        : ('provider' as const)
    if (destination !== right)
      throw new Violation('A20', `${id} (${reason}) goes to the ${destination}, and has to go to the ${right}`)
  }

  /** Money is sent back for being late only where it is, and where the host does not want it all the same. */
  const checkLate = ({ id, payment_id: paymentId, subject_type: type, subject_id: subject }: Decided): void => {
    const isOfCancelledStay =
      type === 'reservation' &&
      database.query("SELECT id FROM holdfast_reservations WHERE id = ? AND status = 'cancelled'", subject).length > 0
    if (isOfCancelledStay) return
    if (!cancelled.has(paymentId)) throw new Violation('A20', `${id} sends back what is not late for ${paymentId}`)
    if (lateMoney === 'honour') throw new Violation('A20', `${id} sends back what is to be honoured for ${paymentId}`)
  }

  const checkTaken = (
    { id, payment_id: paymentId, subject_id: intentId }: Decided,
    freed: ReadonlySet<string>,
  ): void => {
    const [wanted] = database.query<Wanted>(wantedBy, intentId)
    if (wanted === undefined) throw new Violation('A20', `${id} is for a slot that ${paymentId} never was about`)
    const { resource_id: resource, starts_at: from, ends_at: to } = wanted
    const units = database
      .query<{ readonly id: string; readonly unit: number; readonly status: string }>(overlapping, resource, to, from)
      .filter((other) => other.status !== 'cancelled' || freed.has(other.id))
      .map(({ unit }) => unit)
    if (new Set(units).size < capacityOf(resource))
      throw new Violation('A20', `${id} sends back the money of ${paymentId} for a slot that is free`)
  }

  const checkUnavailable = (refund: Decided, at: number, entries: readonly Entry[]): void => {
    const { id, payment_id: paymentId, subject_type: type, subject_id: subject } = refund
    if (type === 'intent') {
      const [wanted] = database.query<Wanted>(wantedBy, subject)
      if (wanted === undefined || wanted.ends_at > at)
        throw new Violation('A20', `${id} sends back the money of ${paymentId} for what can be had`)
      return
    }
    const isAlone = entries.every(({ about_type: about, about_id: other }) => about !== 'order' || other === subject)
    if (isAlone && isStillThere(database, subject, [shelf, readShelf(database)]))
      throw new Violation('A20', `${id} sends back the money of ${paymentId} for what is on the shelf`)
  }

  const checkRefund = ({ about_id: id, at }: Entry, entries: readonly Entry[]): void => {
    const [refund] = database.query<Decided>(decided, id)
    // That what is decided is stored is for A2, A4 and A5 to see.
    if (refund === undefined) return
    checkPlace(refund)
    const { reason, attempt_id: attemptId, counted_attempt_id: counted } = refund
    if (reason === 'late_payment') checkLate(refund)
    if (reason === 'duplicate' && (!isCollected(refund.status) || counted === attemptId))
      throw new Violation('A20', `${id} sends back as a second time what came once`)
    if (reason === 'slot_taken') checkTaken(refund, freedIn(entries))
    if (reason === 'unavailable') checkUnavailable(refund, at, entries)
  }

  return {
    follow(entries) {
      for (const entry of entries) {
        const { type, about_type: about, about_id: id, name } = entry
        if (type !== 'fact') continue
        if (about === 'payment' && name === 'cancelled') cancelled.add(id)
        if (about === 'payment' && name === 'captured' && cancelled.delete(id) && lateMoney !== 'honour')
          throw new Violation('A20', `${id} was cancelled, and what came for it then counts all the same`)
        if (about === 'dispute') disputes.set(id, name)
        if (about === 'refund' && name === 'requested') checkRefund(entry, entries)
      }
      shelf = readShelf(database)
    },
  }
}

/** Once all is at rest: what came for something that was cancelled counts where the host wants that. @throws {@link Violation} A20 */
export const checkHonoured = (
  { payments }: Pick<Stored, 'payments'>,
  charges: readonly KnownCharge[],
  { lateMoney }: Pick<HostPolicy, 'lateMoney'>,
): void => {
  if (lateMoney !== 'honour') return
  for (const { id, amount_minor: amount, amount_currency: currency } of payments.filter(isCancelled)) {
    const late = charges.find(
      (charge) => charge.paymentId === id && charge.amount === amount && charge.currency === currency,
    )
    if (late !== undefined)
      throw new Violation(
        'A20',
        `${late.intentId} brought all that was asked for ${id}, which is cancelled all the same`,
      )
  }
}

const isCancelled = ({ status }: Stored['payments'][number]): boolean => status === 'cancelled'

/** What is known of a dispute is its last fact. */
const isWithTheBank = (fact: string | undefined): boolean => fact === 'opened'

/** The reservations that were given up in the same commit: whoever came before had them in the way. */
const freedIn = (entries: readonly Entry[]): ReadonlySet<string> =>
  new Set(
    entries
      .filter(({ type, about_type: about, name }) => type === 'fact' && about === 'reservation' && name === 'cancelled')
      .map(({ about_id: id }) => id),
  )

interface Wanted {
  readonly resource_id: string
  readonly starts_at: number
  readonly ends_at: number
}

const wantedBy = `
  SELECT json_extract(quote, '$.slot.resourceId') AS resource_id, json_extract(quote, '$.slot.startsAt') AS starts_at,
    json_extract(quote, '$.slot.endsAt') AS ends_at
  FROM holdfast_intents WHERE id = ? AND json_extract(quote, '$.slot') IS NOT NULL`

const overlapping = `
  SELECT id, unit, status FROM holdfast_reservations WHERE resource_id = ? AND starts_at < ? AND ends_at > ? ORDER BY id`

const decided = `
  SELECT refund.id, refund.reason, refund.destination, refund.attempt_id, attempt.kind, attempt.disputes, payment.id AS payment_id,
    payment.purpose, payment.status, payment.counted_attempt_id, payment.subject_type, payment.subject_id
  FROM holdfast_refunds AS refund
    JOIN holdfast_attempts AS attempt ON attempt.id = refund.attempt_id
    JOIN holdfast_payments AS payment ON payment.id = refund.payment_id
  WHERE refund.id = ?`
