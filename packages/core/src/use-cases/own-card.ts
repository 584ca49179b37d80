import type { Instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { SavedCard } from '../payment/payment.ts'
import type { PaymentMethod } from '../ports/payment-provider.ts'
import type { Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import type { ListPaymentMethods, ProviderUnavailable } from './list-payment-methods.ts'
import type { PaymentMethodNotFound } from './remove-payment-method.ts'

/** Why a card is not charged: it is not its owner's, or it works no more, or that cannot be told now. */
export type CardRefusal = PaymentMethodNotFound | { readonly code: 'payment_method_expired' } | ProviderUnavailable

/** What {@link ownCard} needs. */
export type CardDependencies = Pick<Dependencies, 'unitOfWork' | 'clock'> & {
  readonly listPaymentMethods: ListPaymentMethods
}

/**
 * The card of this id from an owner's own list, as it is charged. Somebody else's is not found, like one that does not exist.
 *
 * Refuses, first match wins: `provider_unavailable`, `payment_method_not_found`, `payment_method_expired`.
 */
export const ownCard = async (
  { unitOfWork, clock, listPaymentMethods }: CardDependencies,
  actor: Extract<Actor, { readonly type: 'owner' }>,
  paymentMethodId: string,
): Promise<Result<SavedCard, CardRefusal>> => {
  const listed = await listPaymentMethods({ actor })
  if (!listed.ok) return listed
  const method = listed.value.find(({ id }) => id === paymentMethodId)
  const customerId = await unitOfWork.read((tx) => tx.customers.find(actor.id))
  if (method === undefined || customerId === undefined) return err({ code: 'payment_method_not_found' })
  return isExpired(method, clock.now()) ? err({ code: 'payment_method_expired' }) : ok({ customerId, paymentMethodId })
}

/** A card is good until the end of its month, wherever on earth that comes last: its bank has the last word. */
const isExpired = ({ expiryMonth, expiryYear }: PaymentMethod, now: Instant): boolean => {
  const date = new Date(now - westernmostMs)
  return expiryYear * 12 + expiryMonth < date.getUTCFullYear() * 12 + date.getUTCMonth() + 1
}

// Twelve hours behind UTC, where a day ends last.
const westernmostMs = 12 * 60 * 60_000
