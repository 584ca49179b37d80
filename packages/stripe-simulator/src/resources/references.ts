import type Stripe from 'stripe'
import type { TableName, Tables } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import { noSuch } from '../wire/stripe-error.ts'

/** The id behind a field that may hold an id, an expanded object or nothing. */
export const idOf = (reference: string | { readonly id: string } | null | undefined): string | null =>
  reference === null || reference === undefined ? null : typeof reference === 'string' ? reference : reference.id

/** Tables whose rows are objects of Stripe's API. */
export type ObjectTable = {
  readonly [T in TableName]: Tables[T] extends { readonly object: string } ? T : never
}[TableName]

// How Stripe calls each object in "No such …".
const nouns: Readonly<Record<ObjectTable, string>> = {
  balance_transaction: 'balance transaction',
  charge: 'charge',
  'checkout.session': 'checkout.session',
  customer: 'customer',
  dispute: 'dispute',
  event: 'event',
  payment_intent: 'payment_intent',
  payment_method: 'PaymentMethod',
  price: 'price',
  product: 'product',
  refund: 'refund',
  setup_intent: 'setupintent',
  webhook_endpoint: 'webhook endpoint',
}

/**
 * The object with this id, of the mode (live or test) of the call at hand.
 *
 * Refuses with `resource_missing`: 404 when the path named it, 400 when parameter `param` did.
 */
export const getObject = <T extends ObjectTable>(world: World, table: T, id: string, param?: string): Tables[T] => {
  const found = world.find(table, id)
  const status = param === undefined ? 404 : 400
  if (found === undefined) throw noSuch(nouns[table], id, param ?? 'id', status)
  const request = world.request()
  if (request !== undefined && !isVisible(world, found, request.livemode)) {
    const [there, here] = request.livemode ? ['test', 'live'] : ['live', 'test']
    const hint = `; a similar object exists in ${there} mode, but a ${here} mode key was used to make this request.`
    throw noSuch(nouns[table], id, param ?? 'id', status, hint)
  }
  return found
}

/** The customer with this id, who has not been deleted. Refuses like {@link getObject}. */
export const getCustomer = (world: World, id: string, param?: string): Stripe.Customer => {
  const found = getObject(world, 'customer', id, param)
  if (found.deleted === true) throw noSuch('customer', id, param ?? 'id', param === undefined ? 404 : 400)
  return found
}

/** Whether an object belongs to the live or the test mode that asks. Objects that do not say follow their charge. */
export const isVisible = (world: World, object: object, livemode: boolean): boolean => {
  if ('livemode' in object) return object.livemode === livemode
  if ('charge' in object) {
    const charge = world.find('charge', idOf(object.charge as string | null) ?? '')
    return charge === undefined || charge.livemode === livemode
  }
  return true
}
