import type { SavedCard } from '../payment/payment.ts'
import type { Clock } from '../ports/clock.ts'
import type { PaymentMethod } from '../ports/payment-provider.ts'

/** The cards that customers of the in-memory provider have let it keep. */
export interface ProviderCards {
  readonly keep: (card: SavedCard, last4?: string) => void
  /** Newest first; `undefined` for a customer that never had one. */
  readonly listOf: (customerId: string) => readonly PaymentMethod[] | undefined
  /** What it was; `undefined` where the customer has no such card. */
  readonly remove: (card: SavedCard) => PaymentMethod | undefined
  /** True for a card that was here, and is here no more. */
  readonly isGone: (card: SavedCard) => boolean
  /** Gives a card another expiry, as banks do with the next card of an account. */
  readonly renew: (card: SavedCard) => PaymentMethod
}

/** No cards yet. A card that is kept is good for three years. */
export const providerCards = (clock: Pick<Clock, 'now'>): ProviderCards => {
  const cards = new Map<string, readonly PaymentMethod[]>()
  const gone = new Set<string>()
  const find = ({ customerId, paymentMethodId }: SavedCard): PaymentMethod | undefined =>
    cards.get(customerId)?.find(({ id }) => id === paymentMethodId)
  const others = ({ customerId, paymentMethodId }: SavedCard): readonly PaymentMethod[] =>
    cards.get(customerId)?.filter(({ id }) => id !== paymentMethodId) ?? []
  return {
    keep: (card, last4 = '4242') => {
      const expiryYear = new Date(clock.now()).getUTCFullYear() + 3
      const method = { id: card.paymentMethodId, brand: 'visa', last4, expiryMonth: 12, expiryYear }
      cards.set(card.customerId, [method, ...others(card)])
    },
    listOf: (customerId) => cards.get(customerId),
    remove: (card) => {
      const found = find(card)
      if (found === undefined) return undefined
      cards.set(card.customerId, others(card))
      gone.add(card.paymentMethodId)
      return found
    },
    isGone: ({ paymentMethodId }) => gone.has(paymentMethodId),
    renew: (card) => {
      const found = find(card)
      if (found === undefined)
        throw new RangeError(`The in-memory provider keeps no card '${card.paymentMethodId}' of '${card.customerId}'.`)
      const renewed = { ...found, expiryYear: found.expiryYear + 3 }
      cards.set(
        card.customerId,
        (cards.get(card.customerId) ?? []).map((each) => (each === found ? renewed : each)),
      )
      return renewed
    },
  }
}
