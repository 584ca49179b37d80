import type { PaymentMethod, PaymentProvider, ProviderAnswer, SavedCard } from '@holdfast/core'
import type Stripe from 'stripe'
import { ask, ofLookUp } from './asking.ts'
import { findMarked } from './listing.ts'
import { cardWire, type CardWire } from './wire.ts'

/** How to look at the cards that a customer has let Stripe keep, and how to take one away. Other kinds of payment method are not shown. */
export const methodsAt = (
  stripe: Stripe,
  maxPages: number,
): Pick<PaymentProvider, 'listPaymentMethods' | 'detachPaymentMethod'> => {
  const listPaymentMethods: PaymentProvider['listPaymentMethods'] = async ({ customerId }) => {
    const found = await findMarked(
      (paging) => stripe.customers.listPaymentMethods(customerId, { type: 'card', ...paging }),
      () => true,
      maxPages,
    )
    if (found.type !== 'found') return found
    const methods: PaymentMethod[] = []
    for (const object of found.objects) {
      const asked = await ask(cardWire, async () => object)
      if (asked.type !== 'got') return ofLookUp(asked)
      methods.push(readCard(asked.body))
    }
    return { type: 'reported', report: methods }
  }

  /** A card by its customer and its own id: absent where it is not this customer's. */
  const find = async ({ customerId, paymentMethodId }: SavedCard): Promise<ProviderAnswer<PaymentMethod>> => {
    const asked = await ask(cardWire, () => stripe.customers.retrievePaymentMethod(customerId, paymentMethodId))
    return asked.type === 'got' ? { type: 'reported', report: readCard(asked.body) } : ofLookUp(asked)
  }

  /** Detaching asks for no customer, and takes anybody's card: whose it is, is looked at first. */
  const detachPaymentMethod: PaymentProvider['detachPaymentMethod'] = async (card) => {
    const known = await find(card)
    if (known.type !== 'reported') return known
    const asked = await ask(cardWire, () => stripe.paymentMethods.detach(card.paymentMethodId))
    switch (asked.type) {
      case 'got':
        return { type: 'reported', report: readCard(asked.body) }
      case 'refused':
      case 'missing':
      case 'declined': {
        // Somebody else was faster, or it cannot be had away.
        const now = await find(card)
        return now.type === 'reported' ? { type: 'refused', failure: asked.failure } : now
      }
      case 'unreachable':
      case 'unknown':
        return asked
    }
  }

  return { listPaymentMethods, detachPaymentMethod }
}

const readCard = ({
  id,
  card: { brand, last4, exp_month: expiryMonth, exp_year: expiryYear },
}: CardWire): PaymentMethod => ({
  id,
  brand,
  last4,
  expiryMonth,
  expiryYear,
})
