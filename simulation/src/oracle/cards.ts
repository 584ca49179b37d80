import type { Ledger } from '@holdfast/stripe-simulator'
import type { Stored } from './truth.ts'
import { Violation } from './violation.ts'

/** A saved card is charged for nobody but whoever let it be kept: its customer has paid on a page of theirs. @throws {@link Violation} A12 */
export const checkCards = ({ payments }: Stored, { objects }: Ledger): void => {
  const ownerOf = new Map(payments.map(({ id, owner }) => [id, owner]))
  const customersOf = new Map<string | undefined, Set<string | undefined>>()
  for (const { customer, metadata } of objects['checkout.session']) {
    const owner = ownerOf.get(metadata?.['payment_id'] ?? '')
    customersOf.set(owner, (customersOf.get(owner) ?? new Set()).add(idOf(customer)))
  }
  for (const { id, customer, metadata } of objects.payment_intent) {
    if (metadata['kind'] !== 'off_session') continue
    const owner = ownerOf.get(metadata['payment_id'] ?? '')
    const customerId = idOf(customer)
    if (customersOf.get(owner)?.has(customerId) !== true)
      throw new Violation('A12', `${id} charges a card of ${customerId} for ${owner}, who never let it be kept`)
  }
}

/** The id of a customer, however Stripe tells it. */
export const idOf = (customer: string | { readonly id: string } | null): string | undefined =>
  typeof customer === 'string' ? customer : customer?.id
