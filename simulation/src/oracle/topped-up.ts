import type { Readable } from '../system/database.ts'
import type { Entry } from './edges.ts'
import type { HostPolicy } from './host-policy.ts'
import type { OwedMessage } from './messages.ts'
import { isCollected } from './statuses.ts'
import type { WrongAmount } from './sums.ts'
import type { Stored } from './truth.ts'
import { Violation } from './violation.ts'
import { entriesOf } from './wallets.ts'

/** A top-up of what was missing for something, and what that was. */
interface ToppedUp {
  readonly id: string
  readonly status: string
  readonly completed_at: number | null
  readonly wanted_id: string
  readonly wanted_owner: string
  readonly wanted_status: string
  readonly wanted_payment_id: string
  readonly wanted_payment_status: string
  readonly amount_minor: number
  /** What it was to cost when it was wanted. */
  readonly quoted_minor: string
  readonly cancelled_at: number | null
  readonly cancel_reason: string | null
  /** Until when somebody could be sent to pay for it. */
  readonly payable_until: number
  readonly resource_id: string | null
  readonly starts_at: number | null
  readonly ends_at: number | null
  readonly capacity: number
}

/** How a run went, beside its rows. */
export interface Course {
  /** True where no process ended or stood still, no call failed, and nobody had to wait who could go on. */
  readonly isUndisturbed: boolean
  /** What the host does with money in another sum or currency than asked for; gives it back unless told. */
  readonly wrongAmount?: WrongAmount
  /** What the host wants done with money, where that is known. */
  readonly policy?: HostPolicy
}

/**
 * Who pays in what is missing for something has it paid from the wallet by itself. Where it is not, they are told once that their
 * money is in the wallet, and what they are told is so: it could not be had any more, was given up, or the wallet was spent
 * elsewhere. Where nothing went wrong, nobody who paid in time is told that it is too late.
 *
 * @throws {@link Violation} A16
 */
export const checkToppedUp = (
  stored: Stored,
  database: Readable,
  messages: readonly OwedMessage[],
  timeline: readonly Entry[],
  { isUndisturbed }: Course,
): void => {
  const kept = messages.filter(({ template }) => template === 'kept_in_wallet')
  const toppedUp = database.query<ToppedUp>(sql).filter(({ status }) => isCollected(status))
  for (const { topUpId, to, paymentId } of kept) {
    const told = toppedUp.find(({ id }) => id === topUpId)
    if (told === undefined || told.wanted_owner !== to || told.wanted_payment_id !== paymentId)
      throw new Violation('A16', `${to} is told that ${topUpId} is kept, which was not paid in for ${paymentId}`)
  }
  for (const topUp of toppedUp) {
    const { id, wanted_id: wantedId, wanted_payment_id: paymentId } = topUp
    const [message, ...more] = kept.filter(({ topUpId }) => topUpId === id)
    if (more.length > 0) throw new Violation('A16', `${id} is told ${more.length + 1} times to be in the wallet`)
    if (message === undefined) {
      if (isCollected(topUp.wanted_payment_status)) continue
      throw new Violation('A16', `${id} was paid in for ${wantedId}, which it does not pay, and nobody is told why`)
    }
    if (!isSo(stored, topUp, message))
      throw new Violation('A16', `${id} did not pay ${wantedId} because of ${message.reason}, which is not so`)
    const isWaitedFor = timeline.some(
      ({ payment_id, name }) => payment_id === paymentId && name === 'processing_started',
    )
    if (isUndisturbed && !isWaitedFor && wasInTime(topUp, message))
      throw new Violation('A16', `${id} was paid in in time for ${wantedId}, and is told to be too late`)
  }
}

/** Whether it is true why something was not paid from the wallet. */
const isSo = (stored: Stored, topUp: ToppedUp, message: OwedMessage): boolean => {
  switch (message.reason ?? 'nothing') {
    case 'slot_taken':
      return topUp.wanted_status === 'refunded' || isTaken(stored, topUp)
    case 'wallet_insufficient':
      return topUp.amount_minor !== Number(topUp.quoted_minor) || isSpent(stored, topUp, message)
    case 'intent_expired':
      return topUp.payable_until <= message.atMs + clocksDisagreeMs
    case 'payment_cancelled':
      // Where late money is honoured, it is paid after all.
      return topUp.cancelled_at !== null || isCollected(topUp.wanted_payment_status)
    default:
      return false
  }
}

/** As many others as there is room for have had it, whatever became of that since. */
const isTaken = (
  { reservations }: Stored,
  { wanted_payment_id: paymentId, resource_id: resource, starts_at: from, ends_at: to, capacity }: ToppedUp,
): boolean =>
  from !== null &&
  to !== null &&
  reservations.filter(
    (each) =>
      each.resource_id === resource && each.payment_id !== paymentId && each.starts_at < to && from < each.ends_at,
  ).length >= capacity

/** At some time after the money came, and before its owner was told, there was too little. */
const isSpent = (stored: Stored, { id, amount_minor: price }: ToppedUp, message: OwedMessage): boolean => {
  const entries = entriesOf(stored)
  const paidIn = entries.find(({ type, payment_id }) => type === 'top_up' && payment_id === id)
  return entries.some(
    ({ owner, currency, position, at, balance_minor: balance }) =>
      owner === paidIn?.owner &&
      currency === paidIn.currency &&
      position >= paidIn.position &&
      at <= message.atMs + clocksDisagreeMs &&
      (balance ?? 0) < price,
  )
}

/** The money was there well before the end of what it was for, which nobody gave up. */
const wasInTime = (topUp: ToppedUp, { reason }: OwedMessage): boolean => {
  const { completed_at: cameMs, cancelled_at: cancelledMs, cancel_reason: by, payable_until: untilMs } = topUp
  if (cameMs === null || by === 'requested') return false
  const endsMs = Math.min(untilMs, cancelledMs ?? Infinity)
  return (reason === 'intent_expired' || reason === 'payment_cancelled') && cameMs + clocksDisagreeMs < endsMs
}

// By so much two clocks may differ, one ahead and one behind, and a little more.
const clocksDisagreeMs = 25 * 60_000

const sql = `
  SELECT paid_in.id, paid_in.status, paid_in.completed_at, wanted.id AS wanted_id, wanted.owner AS wanted_owner,
    wanted.status AS wanted_status, wanted.payment_id AS wanted_payment_id, due.status AS wanted_payment_status,
    due.amount_minor, json_extract(wanted.quote, '$.amount.minorUnits."$bigint"') AS quoted_minor,
    due.cancelled_at, due.cancel_reason,
    MIN(wanted.expires_at, COALESCE(json_extract(wanted.quote, '$.payableUntil'), wanted.expires_at)) AS payable_until,
    json_extract(wanted.quote, '$.slot.resourceId') AS resource_id,
    json_extract(wanted.quote, '$.slot.startsAt') AS starts_at, json_extract(wanted.quote, '$.slot.endsAt') AS ends_at,
    COALESCE(json_extract(wanted.quote, '$.capacity'), 1) AS capacity
  FROM holdfast_intents AS top_up
    JOIN holdfast_intents AS wanted ON wanted.id = json_extract(top_up.quote, '$.details.forIntent')
    JOIN holdfast_payments AS paid_in ON paid_in.id = top_up.payment_id
    JOIN holdfast_payments AS due ON due.id = wanted.payment_id
  ORDER BY paid_in.id`
