import type { AttemptId, PaymentId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import type { ProviderAttemptKind, AttemptState } from '../payment/attempt.ts'
import type { DisputeState } from '../payment/dispute.ts'
import type { DeclinedTry } from '../payment/page-decline.ts'
import type { RefundState } from '../payment/refund.ts'
import type { Clock } from '../ports/clock.ts'
import type { ProviderEvent, ProviderNews } from '../ports/provider-event.ts'

/** A page or a charge as it is at the in-memory provider. */
export interface LedgerAttempt {
  readonly id: string
  readonly kind: ProviderAttemptKind
  readonly attemptId: AttemptId
  readonly paymentId: PaymentId
  /** What was asked for. What came is in the charge. */
  readonly amount: Money
  readonly saveCard: boolean
  readonly customerId?: string
  readonly state: AttemptState
}

/** A page that can be paid. */
export interface OpenPage extends LedgerAttempt {
  readonly state: Extract<AttemptState, { readonly type: 'opened' }>
}

/** A refund as it is at the in-memory provider. Without `refundId`, somebody made it there and not we. */
export interface LedgerRefund {
  readonly id: string
  readonly chargeId: string
  readonly amount: Money
  readonly refundId?: RefundId
  readonly state: RefundState
}

/** A dispute as it is at the in-memory provider. */
export interface LedgerDispute {
  readonly id: string
  readonly chargeId: string
  readonly state: DisputeState
  readonly amount: Money
}

/** What exists at the in-memory provider, and the news of how it came about. */
export interface ProviderLedger {
  /** `cs_1`, `cs_2`, … */
  readonly nextId: (prefix: string) => string
  readonly attempts: () => readonly LedgerAttempt[]
  readonly refunds: () => readonly LedgerRefund[]
  readonly disputes: () => readonly LedgerDispute[]
  readonly events: () => readonly ProviderEvent[]
  readonly addAttempt: (attempt: LedgerAttempt) => LedgerAttempt
  readonly findAttempt: (kind: ProviderAttemptKind, id: string) => LedgerAttempt | undefined
  /** The captured charge of this id, and the attempt that brought it. */
  readonly findCharge: (chargeId: string) => { readonly amount: Money; readonly attempt: LedgerAttempt } | undefined
  /** Gives an attempt its next state, and tells of it under this name. */
  readonly moveAttempt: (id: string, state: AttemptState, eventType: string) => LedgerAttempt
  /** Notes a try that was declined on an open page, and tells of it. */
  readonly declineOnPage: (page: OpenPage, declined: DeclinedTry) => void
  readonly expire: (attempt: LedgerAttempt) => LedgerAttempt
  readonly addRefund: (chargeId: string, amount: Money, refundId?: RefundId) => LedgerRefund
  readonly moveRefund: (id: string, state: RefundState, eventType: string) => LedgerRefund
  /** The first dispute of a charge is opened by any state; from then on it is moved. Of all of it, unless an amount is given. */
  readonly putDispute: (chargeId: string, state: DisputeState, amount?: Money) => LedgerDispute
  /** Minor units that went or are going back from a charge. */
  readonly refundedFrom: (chargeId: string) => bigint
  /** What the next refunds begin as. Starts as `succeeded`. */
  readonly startRefundsAs: (state: RefundState) => void
  readonly tell: (type: string, news: ProviderNews) => void
}

/** An empty ledger. Pages past their time are expired whenever anybody looks. */
export const providerLedger = (clock: Pick<Clock, 'now'>, livemode: boolean): ProviderLedger => {
  const attempts = new Map<string, LedgerAttempt>()
  const refunds = new Map<string, LedgerRefund>()
  const disputes = new Map<string, LedgerDispute>()
  const events: ProviderEvent[] = []
  const counts = new Map<string, number>()
  let newRefund: RefundState = { type: 'succeeded' }

  const nextId = (prefix: string): string => {
    const count = (counts.get(prefix) ?? 0) + 1
    counts.set(prefix, count)
    return `${prefix}_${count}`
  }
  const tell = (type: string, news: ProviderNews, occurredAt: Instant = clock.now()): void => {
    events.push({ id: nextId('evt'), type, occurredAt, livemode, news })
  }
  const expireOverdue = (): void => {
    for (const attempt of attempts.values())
      if (attempt.state.type === 'opened' && attempt.state.expiresAt <= clock.now())
        endPage(attempt, attempt.state.expiresAt)
  }
  const endPage = (attempt: LedgerAttempt, at: Instant): LedgerAttempt => {
    const { state } = attempt
    const tried = state.type === 'opened' && state.declined !== undefined ? { declined: state.declined } : {}
    const ended: LedgerAttempt = { ...attempt, state: { type: 'expired', ...tried } }
    attempts.set(attempt.id, ended)
    tell('page.expired', { about: 'attempt', providerId: attempt.id, attemptId: attempt.attemptId, report: 'ask' }, at)
    return ended
  }
  const tellOfRefund = (refund: LedgerRefund, type: string): void => {
    const { id: providerId, state, chargeId, amount, refundId } = refund
    tell(type, {
      about: 'refund',
      ...(refundId === undefined ? {} : { refundId }),
      report: { state, providerId, chargeId, amount, livemode },
    })
  }

  const ledger: ProviderLedger = {
    nextId,
    tell,
    attempts: () => {
      expireOverdue()
      return [...attempts.values()]
    },
    refunds: () => [...refunds.values()],
    disputes: () => [...disputes.values()],
    events: () => {
      expireOverdue()
      return [...events]
    },
    addAttempt: (attempt) => {
      attempts.set(attempt.id, attempt)
      return attempt
    },
    findAttempt: (kind, id) => ledger.attempts().find((attempt) => attempt.id === id && attempt.kind === kind),
    findCharge: (chargeId) => {
      for (const attempt of attempts.values())
        if (attempt.state.type === 'captured' && attempt.state.charge.id === chargeId)
          return { amount: attempt.state.charge.amount, attempt }
      return undefined
    },
    moveAttempt: (id, state, eventType) => {
      const attempt = { ...get(attempts, id), state }
      attempts.set(id, attempt)
      tell(eventType, {
        about: 'attempt',
        providerId: id,
        attemptId: attempt.attemptId,
        report: { state, providerId: id, livemode },
      })
      return attempt
    },
    declineOnPage: (page, declined) => {
      attempts.set(page.id, { ...page, state: { ...page.state, declined } })
      // As with a part of a page that has an id of its own, the news does not name the page.
      tell('charge.declined_on_page', {
        about: 'attempt',
        attemptId: page.attemptId,
        report: { state: { type: 'page_declined', declined }, livemode },
      })
    },
    expire: (attempt) => endPage(attempt, clock.now()),
    addRefund: (chargeId, amount, refundId) => {
      const refund: LedgerRefund = {
        id: nextId('re'),
        chargeId,
        amount,
        state: newRefund,
        ...(refundId === undefined ? {} : { refundId }),
      }
      refunds.set(refund.id, refund)
      tellOfRefund(refund, 'refund.created')
      return refund
    },
    moveRefund: (id, state, eventType) => {
      const refund = { ...get(refunds, id), state }
      refunds.set(id, refund)
      tellOfRefund(refund, eventType)
      return refund
    },
    putDispute: (chargeId, state, asked) => {
      const id = `dp_${chargeId}`
      const amount = asked ?? disputes.get(id)?.amount ?? ledger.findCharge(chargeId)?.amount
      if (amount === undefined) throw new RangeError(`The in-memory provider has no charge '${chargeId}'.`)
      const dispute: LedgerDispute = { id, chargeId, state, amount }
      disputes.set(id, dispute)
      tell(`dispute.${state}`, { about: 'dispute', providerId: id, chargeId, outcome: state, amount })
      return dispute
    },
    refundedFrom: (chargeId) =>
      [...refunds.values()]
        .filter((refund) => refund.chargeId === chargeId && refund.state.type !== 'failed')
        .reduce((sum, { amount }) => sum + amount.minorUnits, 0n),
    startRefundsAs: (state) => {
      newRefund = state
    },
  }
  return ledger
}

const get = <Row>(rows: ReadonlyMap<string, Row>, id: string): Row => {
  const row = rows.get(id)
  if (row === undefined) throw new RangeError(`The in-memory provider has no '${id}'.`)
  return row
}
