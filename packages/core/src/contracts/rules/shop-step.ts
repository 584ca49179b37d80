import * as fc from 'fast-check'
import type { Settings } from '../../use-cases/dependencies.ts'
import { articles } from './articles.ts'
import type { UpTo } from './pages.ts'
import { on, trouble, type Trouble } from './trouble.ts'

/** What can happen in a shop, as data. */
export type ShopStep =
  | ({
      readonly do: 'order'
      readonly who: number
      /** Articles by number, and how many of each. The same one may be there twice. */
      readonly lines: readonly (readonly [article: number, quantity: number])[]
      readonly coupon: 'TEN' | 'WELCOME' | undefined
      readonly upTo: UpTo
      readonly times: number
      /** With one, all of those times are the same order. */
      readonly key: boolean
    } & Trouble)
  | ({ readonly do: 'cancel_order'; readonly on: number; readonly refund: 'all' | 'nothing' } & Trouble)
  | { readonly do: 'ship' | 'deliver_order' | 'expire_page'; readonly on: number }
  /** An order is cancelled while the provider is away, and then paid on the page that is still open. */
  | { readonly do: 'pay_cancelled'; readonly on: number; readonly policy: Settings['lateMoney'] }
  | { readonly do: 'adjust'; readonly article: number; readonly by: number }
  | { readonly do: 'late_money'; readonly policy: Settings['lateMoney'] }

const policy = fc.constantFrom('refund' as const, 'honour' as const)
/** Any step in a shop, those that matter more often. */
export const shopSteps: readonly fc.WeightedArbitrary<ShopStep>[] = [
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      who: fc.nat(2),
      lines: fc.array(fc.tuple(fc.nat(articles.length - 1), fc.integer({ min: 1, max: 3 })), {
        minLength: 1,
        maxLength: 3,
      }),
      coupon: fc.constantFrom('TEN' as const, 'WELCOME' as const, undefined),
      upTo: fc.constantFrom<UpTo>('nothing', 'page', 'paid', 'heard', 'heard'),
      times: fc.integer({ min: 1, max: 3 }),
      key: fc.boolean(),
      trouble,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cancel_order' as const),
      on,
      refund: fc.constantFrom('all' as const, 'nothing' as const),
      trouble,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'ship' as const,
        'ship' as const,
        'deliver_order' as const,
        'deliver_order' as const,
        'expire_page' as const,
      ),
      on,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pay_cancelled' as const), on, policy }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('adjust' as const),
      article: fc.nat(articles.length - 1),
      by: fc.integer({ min: -3, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('late_money' as const),
      policy,
    }),
  },
]
