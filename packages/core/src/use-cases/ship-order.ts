import type { OrderId } from '../kernel/ids.ts'
import type { Actor } from './actor.ts'
import { changeOrder, type ChangeOrderOutcome } from './change-order.ts'
import type { Dependencies } from './dependencies.ts'

/** What is asked of {@link shipOrder}. */
export interface ShipOrderRequest {
  readonly actor: Exclude<Actor, { readonly type: 'owner' }>
  readonly orderId: OrderId
  /** What the buyer can follow it by. */
  readonly tracking?: string
  readonly idempotencyKey?: string
}

/** What {@link shipOrder} answers. */
export type ShipOrderOutcome = ChangeOrderOutcome<'order_not_paid' | 'order_cancelled'>
/** The use case {@link shipOrder}, wired. */
export type ShipOrder = (request: ShipOrderRequest) => Promise<ShipOrderOutcome>

/**
 * Notes that an order was sent. One that was sent before stays as it is, its first tracking too.
 *
 * Refuses, first match wins: `order_not_found`, `idempotency_key_reused`, `order_not_paid`, `order_cancelled`.
 */
export const shipOrder =
  (deps: Dependencies): ShipOrder =>
  (request) => {
    const { tracking } = request
    const data = tracking === undefined ? {} : { tracking }
    return changeOrder(deps, request, {
      name: 'ship_order',
      data,
      command: (at) => ({ type: 'ship', at, ...data }),
    })
  }
