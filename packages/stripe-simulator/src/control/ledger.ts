import type Stripe from 'stripe'
import type { CallRecord, Delivery, Fault, IdempotencyRecord, TableName, Tables } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import { idOf } from '../resources/references.ts'

const objectTables = [
  'balance_transaction',
  'charge',
  'checkout.session',
  'customer',
  'dispute',
  'payment_intent',
  'payment_method',
  'price',
  'product',
  'refund',
  'setup_intent',
  'webhook_endpoint',
] as const satisfies readonly TableName[]

type ObjectName = (typeof objectTables)[number]

/** The ground truth: everything that exists and everything that happened, oldest first, and what follows from it. */
export interface Ledger {
  readonly now_ms: number
  readonly seed: string
  readonly objects: { readonly [T in ObjectName]: readonly Tables[T][] }
  readonly events: readonly Stripe.Event[]
  readonly deliveries: readonly Delivery[]
  readonly idempotency_keys: readonly Omit<IdempotencyRecord, 'answer'>[]
  readonly calls: readonly CallRecord[]
  readonly faults: readonly Fault[]
  readonly derived: {
    /** Every Checkout Session in short. */
    readonly sessions: readonly SessionSummary[]
    /** Every PaymentIntent with the money it moved. */
    readonly payment_intents: readonly IntentSummary[]
    /** Ids of open sessions by their `payment_id` metadata: more than one is two live ways to pay one payment. */
    readonly open_sessions_by_payment_id: Readonly<Record<string, readonly string[]>>
    /** Money by `payment_id` metadata, of the intent or else of its session. */
    readonly money_by_payment_id: Readonly<Record<string, Money>>
    /** Captured and refunded per currency. */
    readonly totals: Readonly<Record<string, Money>>
  }
}

/** Sums in the smallest unit. `charges` counts captured charges, `unrefunded` those not refunded in full. */
export interface Money {
  readonly captured: number
  readonly refunded: number
  readonly charges: number
  readonly unrefunded: number
}

/** One session in short. */
export interface SessionSummary {
  readonly id: string
  readonly mode: string
  readonly status: string | null
  readonly payment_status: string
  readonly amount_total: number | null
  readonly currency: string | null
  readonly payment_intent: string | null
  readonly metadata: Stripe.Metadata
}

/** One intent with its money. */
export interface IntentSummary extends Money {
  readonly id: string
  readonly status: string
  readonly amount: number
  readonly currency: string
  readonly session: string | null
  readonly metadata: Stripe.Metadata
}

/** Reads the ledger off the world. */
export const readLedger = (world: World): Ledger => {
  const rows = <T extends TableName>(table: T): readonly Tables[T][] => [...world.rows(table)]
  const intents = rows('payment_intent').map((intent) => summarise(world, intent))
  const sessions = rows('checkout.session').map(toSessionSummary)
  return {
    now_ms: world.nowMs(),
    seed: String(world.find('setting', 'seed')?.value ?? ''),
    objects: Object.fromEntries(objectTables.map((table) => [table, rows(table)])) as unknown as Ledger['objects'],
    events: rows('event'),
    deliveries: rows('delivery'),
    idempotency_keys: rows('idempotency_key').map(({ answer: _, ...rest }) => rest),
    calls: rows('call'),
    faults: rows('fault'),
    derived: {
      sessions,
      payment_intents: intents,
      open_sessions_by_payment_id: group(
        sessions.filter(({ status }) => status === 'open'),
        ({ metadata }) => metadata['payment_id'],
        (found) => found.map(({ id }) => id),
      ),
      money_by_payment_id: group(
        intents,
        (intent) => intent.metadata['payment_id'] ?? sessionPaymentId(world, intent),
        addUp,
      ),
      totals: group(intents, ({ currency }) => currency, addUp),
    },
  }
}

const toSessionSummary = (session: Stripe.Checkout.Session): SessionSummary => ({
  id: session.id,
  mode: session.mode,
  status: session.status,
  payment_status: session.payment_status,
  amount_total: session.amount_total,
  currency: session.currency,
  payment_intent: idOf(session.payment_intent),
  metadata: session.metadata ?? {},
})

const summarise = (world: World, intent: Stripe.PaymentIntent): IntentSummary => {
  // Only the latest charge of an intent can have succeeded: every earlier one failed.
  const charge = world.find('charge', idOf(intent.latest_charge) ?? '')
  const captured = charge?.amount_captured ?? 0
  const refunded = captured === 0 ? 0 : (charge?.amount_refunded ?? 0)
  return {
    id: intent.id,
    status: intent.status,
    amount: intent.amount,
    currency: intent.currency,
    session: world.find('intent_owner', intent.id)?.session ?? null,
    metadata: intent.metadata,
    captured,
    refunded,
    charges: captured > 0 ? 1 : 0,
    unrefunded: captured > refunded ? 1 : 0,
  }
}

const sessionPaymentId = (world: World, intent: IntentSummary): string | undefined =>
  world.find('checkout.session', intent.session ?? '')?.metadata?.['payment_id']

const addUp = (all: readonly Money[]): Money => ({
  captured: sum(all, ({ captured }) => captured),
  refunded: sum(all, ({ refunded }) => refunded),
  charges: sum(all, ({ charges }) => charges),
  unrefunded: sum(all, ({ unrefunded }) => unrefunded),
})

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0)

const group = <T, O>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
  toValue: (items: readonly T[]) => O,
): Readonly<Record<string, O>> => {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return Object.fromEntries([...groups].map(([key, members]) => [key, toValue(members)]))
}
