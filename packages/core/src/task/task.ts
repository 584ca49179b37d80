import type { IntentId, OrderId, PaymentId, ReservationId, RunId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'

/** Work of our own that waits for its time. What talks to the outside is an effect instead. */
export type Task =
  /** The day a balance is due: charge the saved card, or open a page and tell the guest. */
  | { readonly type: 'charge_balance'; readonly reservationId: ReservationId }
  /** The end of an intent's life: expire its page at the provider, then let it go. */
  | { readonly type: 'abandon_intent'; readonly intentId: IntentId }
  /** The end of the time in which an order can be paid: expire its page at the provider, then let go of what it holds. */
  | { readonly type: 'expire_order'; readonly orderId: OrderId }
  /** What was topped up for is paid from the wallet. */
  | { readonly type: 'pay_from_wallet'; readonly intentId: IntentId; readonly topUpId: PaymentId }
  /** The end of a stay. */
  | { readonly type: 'complete_reservation'; readonly reservationId: ReservationId }
  /** Asks the provider about everything that may be alive there; plans its own next run. */
  | PlannedSweep
  /** The same, once, because somebody asked for it. */
  | { readonly type: 'sweep_once'; readonly runId: RunId }

/** The sweep as it is planned. `eventsUntil`: what the provider told before that has been gone through. */
export interface PlannedSweep {
  readonly type: 'sweep'
  readonly eventsUntil?: Instant
}

/** What a task is known by in the queue: one of a kind per thing it is about. */
export const taskId = (task: Task): string => {
  switch (task.type) {
    case 'charge_balance':
    case 'complete_reservation':
      return `${task.type}:${task.reservationId}`
    case 'abandon_intent':
      return `${task.type}:${task.intentId}`
    case 'expire_order':
      return `${task.type}:${task.orderId}`
    case 'pay_from_wallet':
      return `${task.type}:${task.topUpId}`
    case 'sweep':
      return 'sweep'
    case 'sweep_once':
      return `${task.type}:${task.runId}`
  }
}
