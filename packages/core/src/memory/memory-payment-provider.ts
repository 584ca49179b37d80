import { sameMoney, type Money } from '../kernel/money.ts'
import type { AttemptState } from '../payment/attempt.ts'
import type { PaymentFailure } from '../payment/failure.ts'
import type { Clock } from '../ports/clock.ts'
import type { AttemptReport, PaymentProvider, ProviderAnswer, RefundReport } from '../ports/payment-provider.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import { providerActs, type MemoryBank, type MemoryPayer } from './memory-provider-acts.ts'
import { providerCalls, type ProviderCall, type ProviderFault } from './memory-provider-calls.ts'
import { providerCards } from './memory-provider-cards.ts'
import { providerLedger, type LedgerAttempt, type LedgerDispute, type LedgerRefund } from './memory-provider-ledger.ts'

export type { MemoryBank, MemoryPayer } from './memory-provider-acts.ts'
export type { ProviderCall, ProviderFault } from './memory-provider-calls.ts'
export type { LedgerAttempt, LedgerDispute, LedgerRefund } from './memory-provider-ledger.ts'

/** What an in-memory provider is made with. */
export interface MemoryPaymentProviderOptions {
  readonly clock: Pick<Clock, 'now'>
  /** The mode that every report and event names. Default false: no real money. */
  readonly livemode?: boolean
}

/** A {@link PaymentProvider} with its payers, its bank, its faults and the truth about it. */
export interface MemoryPaymentProvider extends PaymentProvider {
  /** What people do on pages and with cards. */
  readonly payer: MemoryPayer
  /** What happens on the provider's side: refunds and disputes that nobody asked for here. */
  readonly bank: MemoryBank
  readonly faults: {
    /** Makes a coming call of this name go wrong: each fault once, in the order they were asked for. */
    next(call: ProviderCall, fault: ProviderFault): void
    /** Forgets the faults that have not struck. */
    clear(): void
  }
  /** What exists there now, whatever anybody was told. Oldest first. */
  readonly truth: {
    attempts(): readonly LedgerAttempt[]
    refunds(): readonly LedgerRefund[]
    disputes(): readonly LedgerDispute[]
  }
  /**
   * The news of everything that happened so far, oldest first. Each reader delivers, repeats or loses them as it
   * likes.
   */
  events(): readonly ProviderEvent[]
}

/**
 * A payment provider in memory: stateful, scripted, and as strict as a real one about idempotency keys, states and
 * sums.
 *
 * Keys are kept for 24 hours, answers and errors alike, and forgotten then, as Stripe's are. Ids are numbered, so that
 * the same story has the same ids every time.
 */
export const memoryPaymentProvider = ({
  clock,
  livemode = false,
}: MemoryPaymentProviderOptions): MemoryPaymentProvider => {
  const ledger = providerLedger(clock, livemode)
  const calls = providerCalls(clock)
  const cards = providerCards(clock)
  const { payer, bank, charge } = providerActs(ledger, cards)

  return {
    openSession: (request) =>
      calls.keyed('openSession', request.idempotencyKey, request, () => {
        const id = ledger.nextId('cs')
        const attempt = ledger.addAttempt({
          id,
          kind: 'hosted',
          attemptId: request.attemptId,
          paymentId: request.paymentId,
          amount: request.amount,
          saveCard: request.saveCard,
          ...(request.customerId === undefined ? {} : { customerId: request.customerId }),
          state: { type: 'opened', url: `https://pay.example/${id}`, expiresAt: request.expiresAt },
        })
        return reported(reportAttempt(attempt, livemode))
      }),

    chargeSavedCard: (request) =>
      calls.keyed('chargeSavedCard', request.idempotencyKey, request, () => {
        if (cards.isGone(request.card)) return cardIsGone
        const id = ledger.nextId('ch')
        const attempt = ledger.addAttempt({
          id,
          kind: 'off_session',
          attemptId: request.attemptId,
          paymentId: request.paymentId,
          amount: request.amount,
          saveCard: false,
          customerId: request.card.customerId,
          state: { type: 'processing' },
        })
        return reported(reportAttempt(charge(attempt, request.card), livemode))
      }),

    closeAttempt: ({ kind, providerId }) =>
      calls.plain('closeAttempt', () => {
        const attempt = ledger.findAttempt(kind, providerId)
        if (attempt === undefined) return refused('resource_missing', `There is no ${kind} attempt '${providerId}'.`)
        return reported(reportAttempt(attempt.state.type === 'opened' ? ledger.expire(attempt) : attempt, livemode))
      }),

    findAttempt: ({ kind, attemptId, providerId }) =>
      calls.plain('findAttempt', () => {
        const found = ledger
          .attempts()
          .filter((each) => each.kind === kind)
          .filter((each) => (providerId === undefined ? each.attemptId === attemptId : each.id === providerId))
          .toSorted((a, b) => weight(a.state) - weight(b.state))
        const [first, ...rest] = found
        if (first === undefined) return { type: 'absent' }
        const others = rest
          .filter(({ state }) => state.type !== 'expired' && state.type !== 'declined')
          .map(({ id }) => id)
        return reported({ ...reportAttempt(first, livemode), ...(others.length === 0 ? {} : { others }) })
      }),

    findForgottenCharge: ({ paymentId, customerId, known }) =>
      calls.plain('findForgottenCharge', () => {
        const [found] = ledger
          .attempts()
          .filter((each) => each.paymentId === paymentId && !known.includes(each.attemptId))
          .filter((each) => customerOf(each) === customerId && weight(each.state) < order.indexOf('opened'))
          .toSorted((a, b) => weight(a.state) - weight(b.state))
        if (found === undefined) return { type: 'absent' }
        // Known by its charge, as money is: there may be a page that brought it.
        const providerId = found.state.type === 'captured' ? found.state.charge.id : found.id
        return reported({ ...reportAttempt(found, livemode), providerId })
      }),

    refund: (request) =>
      calls.keyed('refund', request.idempotencyKey, request, () => {
        const charged = ledger.findCharge(request.chargeId)
        if (charged === undefined) return refused('resource_missing', `There is no charge '${request.chargeId}'.`)
        const problem = unrefundable(charged.amount, request.amount, ledger.refundedFrom(request.chargeId))
        if (problem !== undefined) return refused('charge_already_refunded', problem)
        return reported(reportRefund(ledger.addRefund(request.chargeId, request.amount, request.refundId), livemode))
      }),

    findRefund: ({ refundId, chargeId, providerId }) =>
      calls.plain('findRefund', () => {
        const found = ledger
          .refunds()
          .find((each) =>
            providerId === undefined
              ? each.chargeId === chargeId && each.refundId === refundId
              : each.id === providerId,
          )
        return found === undefined ? { type: 'absent' } : reported(reportRefund(found, livemode))
      }),

    findCharge: ({ chargeId }) =>
      calls.plain('findCharge', () => {
        if (ledger.findCharge(chargeId) === undefined) return { type: 'absent' }
        const isOfCharge = (each: { readonly chargeId: string }): boolean => each.chargeId === chargeId
        return reported({
          refunds: ledger
            .refunds()
            .filter(isOfCharge)
            .map((each) => reportRefund(each, livemode)),
          disputes: ledger
            .disputes()
            .filter(isOfCharge)
            .map(({ id, state, amount }) => ({ disputeId: id, state, amount })),
          livemode,
        })
      }),

    listPaymentMethods: ({ customerId }) =>
      calls.plain('listPaymentMethods', () => {
        const methods = cards.listOf(customerId)
        return methods === undefined ? { type: 'absent' } : reported(methods)
      }),

    detachPaymentMethod: (card) =>
      calls.plain('detachPaymentMethod', () => {
        const removed = cards.remove(card)
        if (removed === undefined) return { type: 'absent' }
        ledger.tell('card.detached', { about: 'payment_methods', customerId: card.customerId })
        return reported(removed)
      }),

    payer,
    bank,
    faults: { next: calls.script, clear: calls.clearScript },
    truth: { attempts: ledger.attempts, refunds: ledger.refunds, disputes: ledger.disputes },
    events: ledger.events,
  }
}

const reported = <Report>(report: Report): ProviderAnswer<Report> => ({ type: 'reported', report })

const refused = <Report>(providerCode: string, detail: string): ProviderAnswer<Report> => ({
  type: 'refused',
  failure: { code: 'provider_rejected', retryable: false, providerCode, detail } satisfies PaymentFailure,
})

/** Another card would do. */
const cardIsGone = {
  type: 'refused',
  failure: { code: 'invalid_card', retryable: true, providerCode: 'resource_missing', detail: 'The card was removed.' },
} as const satisfies ProviderAnswer<never>

const unrefundable = (charged: Money, asked: Money, refunded: bigint): string | undefined => {
  if (asked.minorUnits === 0n || !sameMoney(asked, { ...charged, minorUnits: asked.minorUnits }))
    return `A refund is a sum above 0 in ${charged.currency}.`
  const left = charged.minorUnits - refunded
  return asked.minorUnits > left
    ? `The refund of ${asked.minorUnits} is greater than what is left, ${left}.`
    : undefined
}

const order: readonly AttemptState['type'][] = ['captured', 'processing', 'authorized', 'opened', 'declined', 'expired']

/** Of several that bear the same mark, the one that brought money is told of first, then what may still bring some. */
const weight = (state: AttemptState): number => order.indexOf(state.type)

const customerOf = ({ state, customerId }: LedgerAttempt): string | undefined =>
  (state.type === 'captured' ? state.charge.customerId : undefined) ?? customerId

const reportAttempt = (attempt: LedgerAttempt, livemode: boolean): AttemptReport => ({
  state: attempt.state,
  providerId: attempt.id,
  livemode,
})

const reportRefund = (refund: LedgerRefund, livemode: boolean): RefundReport => ({
  state: refund.state,
  providerId: refund.id,
  ...(refund.refundId === undefined ? {} : { refundId: refund.refundId }),
  chargeId: refund.chargeId,
  amount: refund.amount,
  livemode,
})
