import type { OrderId } from '../kernel/ids.ts'
import type { Actor } from './actor.ts'
import { changeOrder, type ChangeOrderOutcome } from './change-order.ts'
import type { Dependencies } from './dependencies.ts'

/** What is asked of {@link deliverOrder}. */
export interface DeliverOrderRequest {
  readonly actor: Exclude<Actor, { readonly type: 'owner' }>
  readonly orderId: OrderId
  readonly idempotencyKey?: string
}

/** What {@link deliverOrder} answers. */
export type DeliverOrderOutcome = ChangeOrderOutcome<'order_not_paid' | 'order_cancelled' | 'order_not_shipped'>
/** The use case {@link deliverOrder}, wired. */
export type DeliverOrder = (request: DeliverOrderRequest) => Promise<DeliverOrderOutcome>

/**
 * Notes that an order has arrived.
 *
 * Refuses, first match wins: `order_not_found`, `idempotency_key_reused`, `order_not_paid`, `order_cancelled`,
 * `order_not_shipped`.
 */
export const deliverOrder =
  (deps: Dependencies): DeliverOrder =>
  (request) =>
    changeOrder(deps, request, { name: 'deliver_order', data: {}, command: (at) => ({ type: 'deliver', at }) })
