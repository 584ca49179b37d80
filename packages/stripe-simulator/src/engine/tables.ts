import type Stripe from 'stripe'
import type { RecordedAnswer } from '../wire/answer.ts'
import type { CardNumber } from '../resources/test-cards.ts'

/**
 * Everything the simulator remembers: one row type per table. A row is plain JSON and is replaced, never mutated.
 *
 * Tables named like a Stripe object hold that object as the API shows it, with ids where it could be expanded. The
 * others hold what Stripe knows and does not show. A new area (billing, say) adds its tables here and nowhere else.
 */
export interface Tables {
  readonly balance_transaction: Stripe.BalanceTransaction
  readonly charge: Stripe.Charge
  readonly 'checkout.session': Stripe.Checkout.Session
  readonly customer: Stripe.Customer | Stripe.DeletedCustomer
  readonly dispute: Stripe.Dispute
  readonly event: Stripe.Event
  readonly payment_intent: Stripe.PaymentIntent
  readonly payment_method: Stripe.PaymentMethod
  readonly price: Stripe.Price
  readonly product: Stripe.Product
  readonly refund: Stripe.Refund
  readonly setup_intent: Stripe.SetupIntent
  readonly webhook_endpoint: Stripe.WebhookEndpoint
  readonly checkout_plan: CheckoutPlan
  readonly instrument: Instrument
  readonly intent_owner: IntentOwner
  readonly endpoint_secret: EndpointSecret
  readonly delivery: Delivery
  readonly delivery_queue: QueuedDelivery
  readonly fault: Fault
  readonly idempotency_key: IdempotencyRecord
  readonly call: CallRecord
  readonly timer: Timer
  readonly setting: Setting
}

/** The name of a table. */
export type TableName = keyof Tables

/** What a Checkout Session will do once it is confirmed. Stripe keeps it and shows only the outcome. */
export interface CheckoutPlan {
  readonly session: string
  readonly lineItems: readonly Stripe.LineItem[]
  readonly paymentIntentData: {
    readonly captureMethod: 'automatic_async' | 'automatic' | 'manual'
    readonly description: string | null
    readonly metadata: Stripe.Metadata
    readonly receiptEmail: string | null
    readonly setupFutureUsage: 'off_session' | 'on_session' | null
    readonly statementDescriptor: string | null
    readonly statementDescriptorSuffix: string | null
  }
}

/** What is behind a PaymentMethod: which test card it is, and what it has been through. */
export interface Instrument {
  readonly paymentMethod: string
  /** A test card's number, or the outcome a bank debit will have. */
  readonly source:
    | { readonly type: 'card'; readonly number: CardNumber }
    | { readonly type: 'bank_debit'; readonly outcome: 'succeeded' | 'failed'; readonly failureCode: string | null }
  /** The cardholder has authenticated with the intention to be charged later: some cards then need no more of it. */
  readonly authenticatedForLater: boolean
  /** Used for a payment while attached to nobody, or detached: such a method cannot be used again. */
  readonly spent: boolean
}

/** The Checkout Session that an intent belongs to. Such an intent is not the API user's to confirm or cancel. */
export interface IntentOwner {
  readonly intent: string
  readonly session: string
}

/** The signing secret of a webhook endpoint, shown by the API only when the endpoint is created. */
export interface EndpointSecret {
  readonly endpoint: string
  readonly secret: string
  /** An endpoint named when the simulator was started hears of live and test mode alike. */
  readonly bothModes: boolean
}

/** One copy of one event on its way to one endpoint, with every attempt made. */
export interface Delivery {
  readonly id: string
  readonly event: string
  readonly eventType: string
  readonly endpoint: string
  readonly url: string
  /** `held` waits for the webhooks to be resumed or flushed; `dropped` and `failed` are never tried again. */
  readonly status: 'pending' | 'held' | 'delivered' | 'failed' | 'dropped'
  readonly createdMs: number
  /** When the next attempt is due; meaningless once it is neither pending nor held. */
  readonly dueMs: number
  readonly attempts: readonly DeliveryAttempt[]
}

/** A delivery that is still to be attempted: spares a look at all those that are done. */
export interface QueuedDelivery {
  readonly id: string
  readonly dueMs: number
}

/** One attempt to deliver an event. `status` is the HTTP status, or null when there was no answer. */
export interface DeliveryAttempt {
  readonly atMs: number
  readonly status: number | null
  readonly error: string | null
}

/** What can be made to go wrong with a call. */
export const faultKinds = [
  'latency',
  'timeout_before_effect',
  'timeout_after_effect',
  'reset_after_headers',
  '429',
  '409_key_in_use',
  '500_no_effect',
  '500_with_effect',
  'malformed_json',
  '500_not_kept',
  'list_lag',
] as const

/** One of {@link faultKinds}. */
export type FaultKind = (typeof faultKinds)[number]

/** A fault that waits for calls it matches. */
export interface Fault {
  readonly id: string
  /** `METHOD /path`, where `*` stands for any text and `{name}` for one path segment. */
  readonly match: string
  readonly kind: FaultKind
  /** How many calls it strikes in all. */
  readonly times: number
  /** How many matching calls it lets pass first. */
  readonly after: number
  /**
   * For `latency` how long the call takes; for timeouts how long the caller waits before the connection drops; for `list_lag`
   * how old an object is before a list has it.
   */
  readonly ms: number
  /** Seconds, for the `Retry-After` header of a 429. */
  readonly retryAfterS: number | null
  readonly seen: number
  readonly struck: number
}

/** What an idempotency key was first used for, and what it answered. */
export interface IdempotencyRecord {
  readonly key: string
  readonly livemode: boolean
  readonly createdMs: number
  readonly method: string
  readonly path: string
  readonly parameterHash: string
  readonly requestId: string
  readonly answer: RecordedAnswer
}

/** One API call, in the order of execution. */
export interface CallRecord {
  readonly id: string
  readonly sequence: number
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly idempotencyKey: string | null
  /** What was answered, or would have been had the connection not dropped; null when nothing was. */
  readonly status: number | null
  readonly errorCode: string | null
  readonly fault: FaultKind | null
  readonly replayed: boolean
  /** False when the call ended before anything was executed. */
  readonly executed: boolean
}

/** Something that will happen by itself when the clock gets there. */
export interface Timer {
  readonly id: string
  readonly kind: string
  /** The id of the object it concerns. */
  readonly target: string
  readonly dueMs: number
}

/** A single value kept under a name: the clock's offset, the id counter, the webhook mode. */
export interface Setting {
  readonly name: string
  readonly value: number | string | null
}
