import * as fc from 'fast-check'
import { day, hour, minute } from '../../kernel/instant.ts'
import type { ProviderCall, ProviderFault } from '../../memory/index.ts'
import type { DisputeState } from '../../payment/dispute.ts'
import { clinicSteps, type ClinicStep } from './clinic-step.ts'
import type { CardKind } from './kept-card.ts'
import { shopSteps, type ShopStep } from './shop-step.ts'
import { fault, on, trouble, type Trouble } from './trouble.ts'

/** What can happen, as data: so that a failure prints as a list one can read, and shrinks. */
export type Step =
  | ({ readonly do: 'book'; readonly who: number; readonly night: number; readonly checkout: boolean } & Trouble)
  | ({
      readonly do: 'checkout' | 'cancel' | 'sync'
      readonly on: number
      readonly times: number
      readonly key: boolean
    } & Trouble)
  | ({
      readonly do: 'pay_by_card'
      readonly on: number
      readonly card: CardKind
      readonly times: number
      readonly key: boolean
    } & Trouble)
  | { readonly do: 'pay' | 'pay_wrong' | 'pay_later' | 'fail_later' | 'settle_later' | 'decline'; readonly on: number }
  | { readonly do: 'deliver'; readonly on: number; readonly times: number }
  | { readonly do: 'pass'; readonly ms: number }
  | ({ readonly do: 'refund'; readonly on: number; readonly part: number; readonly key: boolean } & Trouble)
  | { readonly do: 'refund_there' | 'send_back'; readonly on: number }
  | { readonly do: 'dispute'; readonly on: number; readonly outcome: DisputeState; readonly part: number }
  | ({ readonly do: 'start_balance' | 'bad_card' | 'cancel_reservation'; readonly on: number } & Trouble)
  | { readonly do: 'reprice'; readonly on: number; readonly to: number }
  | { readonly do: 'fault'; readonly call: ProviderCall; readonly fault: ProviderFault }
  | { readonly do: 'crash'; readonly after: number; readonly committed: boolean }
  | ShopStep
  | ClinicStep

/** Stays: somebody books, its balance falls due, and plans change. */
const staySteps: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('book' as const),
      who: fc.nat(2),
      night: fc.nat(2),
      checkout: fc.boolean(),
      trouble,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('start_balance' as const, 'bad_card' as const, 'cancel_reservation' as const),
      on,
      trouble,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reprice' as const), on, to: fc.integer({ min: 1, max: 3 }) }) },
]

/** Whatever is to be paid: people pay or do not, and money goes back. */
const paymentSteps: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('checkout' as const, 'checkout' as const, 'cancel' as const, 'sync' as const),
      on,
      times: fc.integer({ min: 1, max: 4 }),
      key: fc.boolean(),
      trouble,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pay_by_card' as const),
      on,
      card: fc.constantFrom('working' as const, 'working' as const, 'declining' as const, 'authenticating' as const),
      times: fc.integer({ min: 1, max: 3 }),
      key: fc.boolean(),
      trouble,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'pay' as const,
        'pay' as const,
        'pay' as const,
        'pay_wrong' as const,
        'pay_later' as const,
        'fail_later' as const,
        'settle_later' as const,
        'decline' as const,
      ),
      on,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      on,
      part: fc.integer({ min: 1, max: 3 }),
      key: fc.boolean(),
      trouble,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('refund_there' as const, 'send_back' as const), on }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('dispute' as const),
      on,
      outcome: fc.constantFrom<DisputeState>('opened', 'won', 'lost'),
      part: fc.integer({ min: 1, max: 2 }),
    }),
  },
]

/** What happens by itself: news comes in any order or not at all, time passes, calls fail, and processes end. */
const worldlySteps: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      on: fc.nat(30),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(minute, 20 * minute, 3 * hour, 2 * day, 70 * day),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      call: fc.constantFrom<ProviderCall>(
        'openSession',
        'chargeSavedCard',
        'closeAttempt',
        'findAttempt',
        'refund',
        'refund',
        'findRefund',
        'findCharge',
      ),
      fault,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), after: fc.nat(3), committed: fc.boolean() }) },
]

/** Any step of stays and a shop, those that matter more often. */
export const step: fc.Arbitrary<Step> = fc.oneof(...staySteps, ...paymentSteps, ...worldlySteps, ...shopSteps)

/** Any step of a clinic whose people have wallets, and now and then of stays that are paid from them. */
export const clinicStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(...clinicSteps) },
  { weight: 4, arbitrary: fc.oneof(...paymentSteps, ...worldlySteps) },
  { weight: 1, arbitrary: fc.oneof(...staySteps) },
)
