import type { Money } from '../kernel/money.ts'
import type { AttemptState, Charge } from '../payment/attempt.ts'
import type { DisputeState } from '../payment/dispute.ts'
import type { PaymentFailure } from '../payment/failure.ts'
import type { SavedCard } from '../payment/payment.ts'
import type { ProviderCards } from './memory-provider-cards.ts'
import type { LedgerAttempt, LedgerDispute, LedgerRefund, ProviderLedger } from './memory-provider-ledger.ts'

/**
 * What people do on hosted pages and with their cards. An act on a page that cannot be acted on throws a RangeError.
 */
export interface MemoryPayer {
  /** Pays an open page; the money comes at once. With `amount`, another sum arrives than was asked for. */
  pay(sessionId: string, amount?: Money): Promise<void>
  /** Pays an open page by a method that takes days. It is `processing` until {@link MemoryPayer.settle}. */
  payLater(sessionId: string): Promise<void>
  /** Lets the money of such a page come, or not. */
  settle(sessionId: string, outcome: 'paid' | 'failed'): Promise<void>
  /** Tries a card on an open page that its bank declines, with this failure. The page stays open. */
  declineOnPage(sessionId: string, failure?: PaymentFailure): Promise<void>
  /** Lets an open page run out of time. */
  expire(sessionId: string): Promise<void>
  /**
   * A new card on file: one that works, one whose bank says no, or one that wants its owner present. Of a new customer, or of
   * this one, whose cards it tells of then.
   */
  saveCard(kind: 'working' | 'declining' | 'authenticating', customerId?: string): Promise<SavedCard>
  /** Takes a card off file, elsewhere than here. */
  removeCard(card: SavedCard): Promise<void>
  /** From now on this card is declined, with this failure. */
  declineCard(card: SavedCard, failure?: PaymentFailure): Promise<void>
}

/** What happens on the provider's side without anybody asking for it here. */
export interface MemoryBank {
  /** Refunds made from now on stay `pending` until {@link MemoryBank.settleRefund}. */
  delayRefunds(): void
  /** Ends a refund. A refund that succeeded may still fail. */
  settleRefund(providerId: string, outcome: 'succeeded' | 'failed'): void
  /** A refund made at the provider, under no id of ours. */
  refund(chargeId: string, minorUnits: bigint): LedgerRefund
  /** Opens the dispute of a charge, or ends it. With `amount`, of a part of it, or of another sum. */
  dispute(chargeId: string, outcome: DisputeState, amount?: Money): LedgerDispute
  /** Gives a card on file a later expiry. */
  renewCard(card: SavedCard): void
}

/** The acts on a ledger. `charge` is the provider's own: what becomes of a saved card's charge. */
export const providerActs = (
  ledger: ProviderLedger,
  cards: ProviderCards,
): {
  readonly payer: MemoryPayer
  readonly bank: MemoryBank
  readonly charge: (attempt: LedgerAttempt, card: SavedCard) => LedgerAttempt
} => {
  const declining = new Map<string, PaymentFailure>()

  const pageIn = <Type extends AttemptState['type']>(id: string, type: Type): PageIn<Type> => {
    const page = ledger.findAttempt('hosted', id)
    if (page === undefined || !isIn(page, type))
      throw new RangeError(`The page '${id}' is ${page?.state.type ?? 'unknown'}, not ${type}.`)
    return page
  }
  const capture = (page: LedgerAttempt, amount: Money = page.amount): LedgerAttempt => {
    const customerId = page.customerId ?? (page.saveCard ? ledger.nextId('cus') : undefined)
    const charge: Charge = {
      id: ledger.nextId('ch'),
      amount,
      ...(customerId === undefined ? {} : { customerId }),
      ...(page.saveCard ? { paymentMethodId: ledger.nextId('pm') } : {}),
    }
    const { paymentMethodId } = charge
    if (customerId !== undefined && paymentMethodId !== undefined) cards.keep({ customerId, paymentMethodId })
    return ledger.moveAttempt(page.id, { type: 'captured', charge }, 'charge.captured')
  }

  return {
    charge: (attempt, card) => {
      const failure = declining.get(card.paymentMethodId)
      return failure === undefined
        ? ledger.moveAttempt(
            attempt.id,
            { type: 'captured', charge: { id: attempt.id, amount: attempt.amount, ...card } },
            'charge.captured',
          )
        : ledger.moveAttempt(attempt.id, { type: 'declined', failure }, 'charge.declined')
    },
    payer: {
      pay: async (sessionId, amount) => void capture(pageIn(sessionId, 'opened'), amount),
      payLater: async (sessionId) =>
        void ledger.moveAttempt(pageIn(sessionId, 'opened').id, { type: 'processing' }, 'charge.processing'),
      settle: async (sessionId, outcome) => {
        const page = pageIn(sessionId, 'processing')
        if (outcome === 'paid') capture(page)
        else ledger.moveAttempt(page.id, { type: 'declined', failure: bankSaysNo }, 'charge.declined')
      },
      declineOnPage: async (sessionId, failure = bankSaysNo) =>
        ledger.declineOnPage(pageIn(sessionId, 'opened'), { id: ledger.nextId('try'), failure }),
      expire: async (sessionId) => void ledger.expire(pageIn(sessionId, 'opened')),
      saveCard: async (kind, customerId) => {
        const card = { customerId: customerId ?? ledger.nextId('cus'), paymentMethodId: ledger.nextId('pm') }
        if (kind === 'declining') declining.set(card.paymentMethodId, bankSaysNo)
        if (kind === 'authenticating') declining.set(card.paymentMethodId, ownerIsMissed)
        cards.keep(card, lastDigits[kind])
        if (customerId !== undefined) ledger.tell('card.attached', { about: 'payment_methods', customerId })
        return card
      },
      removeCard: async (card) => {
        if (cards.remove(card) === undefined)
          throw new RangeError(`The in-memory provider keeps no card '${card.paymentMethodId}'.`)
        ledger.tell('card.detached', { about: 'payment_methods', customerId: card.customerId })
      },
      declineCard: async ({ paymentMethodId }, failure = bankSaysNo) => void declining.set(paymentMethodId, failure),
    },
    bank: {
      delayRefunds: () => ledger.startRefundsAs({ type: 'pending' }),
      settleRefund: (providerId, outcome) =>
        void ledger.moveRefund(
          providerId,
          outcome === 'succeeded' ? { type: 'succeeded' } : { type: 'failed', detail: 'The bank sent it back.' },
          outcome === 'succeeded' ? 'refund.updated' : 'refund.failed',
        ),
      refund: (chargeId, minorUnits) => {
        const charged = ledger.findCharge(chargeId)
        if (charged === undefined) throw new RangeError(`The in-memory provider has no charge '${chargeId}'.`)
        return ledger.addRefund(chargeId, { ...charged.amount, minorUnits })
      },
      dispute: (chargeId, outcome, amount) => ledger.putDispute(chargeId, outcome, amount),
      renewCard: (card) => {
        cards.renew(card)
        ledger.tell('card.updated', { about: 'payment_methods', customerId: card.customerId })
      },
    },
  }
}

interface PageIn<Type extends AttemptState['type']> extends LedgerAttempt {
  readonly state: Extract<AttemptState, { readonly type: Type }>
}

const isIn = <Type extends AttemptState['type']>(page: LedgerAttempt, type: Type): page is PageIn<Type> =>
  page.state.type === type

/** Of the test cards that do so at Stripe. */
const lastDigits = { working: '4242', declining: '0341', authenticating: '3184' } as const

const bankSaysNo: PaymentFailure = { code: 'card_declined', retryable: true, providerCode: 'generic_decline' }

const ownerIsMissed: PaymentFailure = {
  code: 'authentication_required',
  retryable: true,
  providerCode: 'authentication_required',
}
