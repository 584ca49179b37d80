import type { RefundId } from '../../kernel/ids.ts'
import type { Instant } from '../../kernel/instant.ts'
import type { Money } from '../../kernel/money.ts'
import { isLive, type Attempt } from '../../payment/attempt.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import { refundAt, type Refund } from '../../payment/refund.ts'
import type { AuditedCharge, AuditedRefund, AuditedSession } from '../../ports/provider-audit.ts'
import type { Drift, DriftCode, DriftSide } from './drift.ts'

/** What is known here of something that the provider holds: its payment, and the attempt in it. */
export interface Here {
  readonly kase?: PaymentCase
  readonly attempt?: Attempt
}

// What is known here is read after the provider was, so that news which came in between is no difference. What has moved here since
// `freshSince` is not held against an older list.

/**
 * How a page at the provider differs from what is known of it here, if it does. A page that was paid is told of by its charge,
 * and one that has expired does nobody harm.
 */
export const sessionDrift = (session: AuditedSession, here: Here, freshSince: Instant): Drift | undefined => {
  const { attempt } = here
  const found = (code: DriftCode, mendable: boolean): Drift =>
    drift({ code, about: 'session', mendable, object: session, here, there: standing(session.status, session.amount) })
  if (attempt === undefined)
    return session.status === 'expired' || session.paid
      ? undefined
      : found('session_without_attempt', session.status === 'open')
  const isOwn = attempt.providerId === session.id
  if (session.status === 'open') {
    if (isLive(attempt) && attempt.providerId === undefined) return found('session_not_stored', true)
    if (movedAt(attempt) > freshSince) return undefined
    if (!isLive(attempt) || !isOwn) return found('session_beside_attempt', true)
    const code = session.amount && moneyDrift(session.amount, attempt.amount)
    return code && found(code, false)
  }
  if (session.paid || session.status === 'unrecognized') return undefined
  if (attempt.status === 'requested' && attempt.providerId === undefined) return found('session_not_stored', true)
  // One that has run out of time just now is asked about by the sweep.
  return attempt.status === 'open' && isOwn && !(session.expiresAt > freshSince && session.status === 'expired')
    ? found('attempt_open_session_gone', true)
    : undefined
}

/** How a charge at the provider differs from what is known of it here, if it does. Refunds and disputes are not looked at. */
export const chargeDrift = (charge: AuditedCharge, here: Here, freshSince: Instant): Drift | undefined => {
  const { kase, attempt } = here
  const found = (code: DriftCode, mendable = false): Drift =>
    drift({
      code,
      about: 'charge',
      mendable,
      object: charge,
      here,
      there: standing(charge.captured ? 'captured' : 'not captured', charge.amount),
    })
  const counted = attempt?.status === 'succeeded' ? attempt.charge : undefined
  if (!charge.captured)
    return attempt !== undefined && counted?.id === charge.id && movedAt(attempt) <= freshSince
      ? found('payment_without_charge')
      : undefined
  if (attempt !== undefined && counted === undefined) return found('charge_not_counted', true)
  if (counted?.id === charge.id) {
    const code = moneyDrift(charge.amount, counted.amount)
    return code && found(code)
  }
  // Whosever it was, it went back.
  if (charge.refunded >= charge.amount.minorUnits) return undefined
  return found(attempt !== undefined ? 'charge_twice' : kase ? 'charge_without_attempt' : 'charge_without_payment')
}

/** How a refund at the provider differs from what is known of it here, if it does. `here`: of the charge that it gives back. */
export const refundDrift = (refund: AuditedRefund, here: Here, freshSince: Instant): Drift | undefined => {
  const twin = twinOf(refund, here)
  const found = (code: DriftCode, mendable: boolean): Drift => {
    const refundId = twin?.id ?? refund.refundId
    return {
      ...drift({
        code,
        about: 'refund',
        mendable,
        object: refund,
        here,
        there: standing(refund.state.type, refund.amount),
        ...(twin === undefined ? {} : { known: standing(twin.status, twin.amount) }),
      }),
      ...(refundId === undefined ? {} : { refundId }),
    }
  }
  if (twin === undefined || twin.status === 'requested') return found('refund_not_known', here.attempt !== undefined)
  const code = moneyDrift(refund.amount, twin.amount)
  if (code !== undefined) return found(code, false)
  if (refund.state.type === twin.status || refund.state.type === 'unrecognized') return undefined
  const endedAt = twin.status === 'succeeded' ? twin.succeededAt : twin.status === 'failed' ? twin.failedAt : undefined
  if (endedAt !== undefined && endedAt > freshSince) return undefined
  // What has ended here is only ever undone by a bank that sends it back.
  return found('refund_differs', twin.status === 'pending' || refund.state.type === 'failed')
}

/** Which of our refunds this is at the provider. */
export const twinOf = (
  { id: providerId, ...mark }: { readonly id: string; readonly refundId?: RefundId },
  { kase }: Here,
): Refund | undefined => kase && refundAt(kase.refunds, { ...mark, providerId })

/** Refunds of an attempt that count as made at the provider. */
export const madeRefunds = ({ kase, attempt }: Here): readonly Refund[] =>
  (kase?.refunds ?? []).filter(
    ({ attemptId, destination, status }) =>
      attemptId === attempt?.id && destination === 'provider' && (status === 'pending' || status === 'succeeded'),
  )

/** A drift of something that is known here, and that the provider does not have. */
export const missingThere = (
  code: 'payment_without_charge' | 'refund_without_twin' | 'attempt_open_session_gone',
  { kase, attempt }: { readonly kase: PaymentCase; readonly attempt: Attempt },
  refund?: Refund,
): Drift => {
  const paid = attempt.status === 'succeeded' ? attempt : undefined
  const providerId = refund === undefined ? (paid?.charge.id ?? attempt.providerId) : refund.providerId
  return {
    code,
    about: refund !== undefined ? 'refund' : code === 'payment_without_charge' ? 'charge' : 'session',
    at: refund?.requestedAt ?? paid?.succeededAt ?? attempt.requestedAt,
    paymentId: kase.payment.id,
    attemptId: attempt.id,
    ...(providerId === undefined ? {} : { providerId }),
    ...(refund === undefined ? {} : { refundId: refund.id }),
    here: refund === undefined ? standingOfAttempt(attempt) : standing(refund.status, refund.amount),
    mendable: false,
  }
}

/** A drift of something whose money is of the other kind than is taken here. */
export const wrongMode = (
  about: Drift['about'],
  object: AuditedSession | AuditedCharge | AuditedRefund,
  here: Here,
): Drift => {
  const there = standing(object.livemode ? 'real money' : 'test money', object.amount)
  const known = standing(object.livemode ? 'test money' : 'real money')
  return drift({ code: 'livemode_differs', about, mendable: false, object, here, there, known })
}

/** When an attempt came to its end; while it has none, when it was begun. */
const movedAt = (attempt: Attempt): Instant => {
  switch (attempt.status) {
    case 'succeeded':
      return attempt.succeededAt
    case 'declined':
      return attempt.declinedAt
    case 'expired':
      return attempt.expiredAt
    case 'requested':
    case 'open':
    case 'processing':
      return attempt.requestedAt
  }
}

const moneyDrift = (there: Money, here: Money): 'amount_differs' | 'currency_differs' | undefined =>
  there.currency !== here.currency
    ? 'currency_differs'
    : there.minorUnits !== here.minorUnits
      ? 'amount_differs'
      : undefined

const standing = (status: string, amount?: Money): DriftSide => ({
  status,
  ...(amount === undefined ? {} : { amount }),
})

const standingOfAttempt = (attempt: Attempt): DriftSide =>
  standing(attempt.status, attempt.status === 'succeeded' ? attempt.charge.amount : attempt.amount)

const drift = ({
  code,
  about,
  mendable,
  object,
  here: { kase, attempt },
  there,
  known = attempt && standingOfAttempt(attempt),
}: {
  readonly code: DriftCode
  readonly about: Drift['about']
  readonly mendable: boolean
  readonly object: AuditedSession | AuditedCharge | AuditedRefund
  readonly here: Here
  readonly there: DriftSide
  readonly known?: DriftSide | undefined
}): Drift => {
  const marks = 'marks' in object ? object.marks : undefined
  const paymentId = kase?.payment.id ?? marks?.paymentId
  const attemptId = attempt?.id ?? marks?.attemptId
  return {
    code,
    about,
    at: object.createdAt,
    providerId: object.id,
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(attemptId === undefined ? {} : { attemptId }),
    there,
    ...(known === undefined ? {} : { here: known }),
    mendable,
  }
}
