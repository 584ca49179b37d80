import type { CircuitBreakerOptions } from '../circuit-breaker/shared-circuit.ts'
import { hour, minute, second } from '../kernel/instant.ts'
import type { AmountLimits } from '../kernel/money.ts'
import type { AroundWork } from '../ports/around-work.ts'
import type { Clock } from '../ports/clock.ts'
import type { FulfilmentKind } from '../ports/fulfilment.ts'
import type { Ids } from '../ports/ids.ts'
import type { Logger } from '../ports/logger.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { PaymentMethodCache } from '../ports/payment-method-cache.ts'
import type { PaymentProvider } from '../ports/payment-provider.ts'
import type { ProviderEventHistory } from '../ports/provider-event-history.ts'
import type { ReturnUrls } from '../ports/return-urls.ts'
import type { ShopCatalogue } from '../ports/shop-catalogue.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import type { SettlementPolicy } from '../settlement/settlement.ts'

/** What the use cases need. Each takes only what it uses; a container or a host hands them over. */
export interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly paymentProvider: PaymentProvider
  /** Leaves the provider, and its history, alone while it does not answer. Absent: it is asked all the same, each effect at its own pace. */
  readonly circuitBreaker?: CircuitBreakerOptions
  /** Keeps lists of saved cards. Absent: the provider is asked each time. */
  readonly paymentMethodCache?: PaymentMethodCache
  /** What the provider has told, for the sweep to find what was never delivered. Absent: what was lost is found by asking alone. */
  readonly eventHistory?: ProviderEventHistory
  readonly clock: Clock
  readonly ids: Ids
  readonly notifier: Notifier
  readonly returnUrls: ReturnUrls
  readonly fulfilmentKinds: readonly FulfilmentKind[]
  /** What a shop sells. Absent: nothing, and every order is refused. */
  readonly shopCatalogue?: ShopCatalogue
  readonly settings: Settings
  readonly logger: Logger
  /** Done around each piece of work in the background. Absent: nothing. */
  readonly aroundWork?: AroundWork
}

/** What a host may choose. {@link defaultSettings} is a good start. */
export interface Settings extends SettlementPolicy {
  /** True when the provider's account takes real money. News of the other mode is never believed. */
  readonly livemode: boolean
  /** How long an intent can be paid. */
  readonly intentTtlMs: number
  /**
   * How long an order can be paid, and what it wants is kept for it. No longer than `pageTtlMs`: an order ends with its page. Stripe
   * keeps one open for 30 minutes at least.
   */
  readonly orderTtlMs: number
  /** What an order may come to, when it is placed and when staff change what is due. Orders in any other currency are refused. */
  readonly orderLimits: AmountLimits
  /**
   * How long a hosted page is open where no intent or order ends sooner. Stripe: 30 minutes to 24 hours, by its clock: leave room for
   * ours.
   */
  readonly pageTtlMs: number
  /** How long a request waits for the provider's answer to somebody else's call before it says "not yet". */
  readonly patienceMs: number
  /** How long a piece of work belongs to whoever took it. Longer than the provider's time-out. */
  readonly leaseMs: number
  /** After how many tries work that keeps failing is left to a human. Calls about money are never given up. */
  readonly triesBeforeDead: number
}

/** Test mode, money that does not fit goes back, two hours to pay an intent, a day for any other page. */
export const defaultSettings: Settings = {
  livemode: false,
  lateMoney: 'refund',
  wrongAmount: 'refund',
  walletRefunds: [],
  intentTtlMs: 2 * hour,
  orderTtlMs: hour,
  orderLimits: Object.fromEntries(['USD', 'EUR', 'COP', 'MXN'].map((code) => [code, { least: 50n, most: 1_000_000n }])),
  pageTtlMs: 24 * hour - 15 * minute,
  patienceMs: 10 * second,
  leaseMs: minute,
  triesBeforeDead: 15,
}
