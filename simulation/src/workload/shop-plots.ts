import { oneOf, type Random } from '../kernel/random.ts'
import type { Beat, Plot } from './plots.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** The newest of what there is. */
const newest = -1

const visa = { card: 'pm_card_visa', afterMs: 5 * second }

const someone = (random: Random): number => oneOf(random, [0, 1, 2, 3])

const stocked = (article: number, by: number, afterMs = 0): Beat => ({ do: 'restock', article, by, afterMs })

const ordered = (
  random: Random,
  lines: Ordered['lines'],
  more: Partial<Ordered> & { readonly left?: true } = {},
): Beat => {
  const { left, ...rest } = more
  return {
    do: 'order',
    who: someone(random),
    lines,
    coupon: false,
    checkout: true,
    key: true,
    afterMs: oneOf(random, [0, 50, second]),
    ...(left === undefined ? { pays: visa } : {}),
    ...rest,
  }
}

type Ordered = Extract<Beat, { readonly do: 'order' }>

const one = (article: number, quantity = 1) => ({ article, quantity })

/** Acts in the shop that belong together. */
export const shopPlots: Readonly<Record<string, Plot>> = {
  'two want the last one': (random) => [
    stocked(0, 1),
    ordered(random, [one(0)], { who: 0, afterMs: second }),
    ordered(random, [one(0)], { who: 1, afterMs: 0 }),
  ],
  'two carts with the same, in another order': (random) => [
    stocked(0, 2),
    stocked(1, 2),
    ordered(random, [one(0), one(1)], { who: 0, afterMs: second }),
    ordered(random, [one(1), one(0)], { who: 1, afterMs: 0 }),
  ],
  'three want one use of a coupon': (random) => [
    stocked(0, 5),
    { do: 'give_coupon', limit: 1, afterMs: 0 },
    ...[0, 1, 2].map((who) => ordered(random, [one(0)], { who, coupon: true, afterMs: who === 0 ? second : 0 })),
  ],
  'somebody uses a coupon, and wants to again': (random) => {
    const who = someone(random)
    return [
      stocked(0, 5),
      { do: 'give_coupon', limit: 3, afterMs: 0 },
      ordered(random, [one(0)], { who, coupon: true, afterMs: second }),
      ordered(random, [one(0)], { who, coupon: true, afterMs: oneOf(random, [0, second, hour]) }),
    ]
  },
  'an order is called off while Stripe is unwell, and paid all the same': (random) => [
    stocked(1, 1),
    ordered(random, [one(1)], { who: 0, left: true, afterMs: second }),
    { do: 'outage', ms: 20 * minute, afterMs: 20 * second },
    { do: 'cancel', on: newest, times: 1, key: true, afterMs: 0 },
    // Whoever is first has the only one that is left, or somebody counts, and there is none.
    ...oneOf<readonly Beat[]>(random, [
      [],
      [ordered(random, [one(1)], { who: 3, checkout: false, left: true, afterMs: second })],
      [stocked(1, -2, second), stocked(1, -1), stocked(1, -1), stocked(1, -1)],
    ]),
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [second, minute]) },
  ],
  'an order is left until its time is over': (random) => [
    stocked(0, 2),
    ordered(random, [one(0, 2)], { pays: { card: 'pm_card_chargeDeclined', afterMs: second } }),
    ordered(random, [one(0)], { who: 3, afterMs: oneOf(random, [2 * hour, 25 * hour]) }),
  ],
  'an order is called off while it is paid': (random) => [
    stocked(1, 3),
    ordered(random, [one(1)]),
    {
      do: 'cancel_order',
      on: newest,
      refund: 'all',
      times: oneOf(random, [1, 2]),
      key: true,
      afterMs: oneOf(random, [4 * second, 5 * second, 5_050]),
    },
  ],
  'a payment is called off, and its page paid all the same': (random) => [
    stocked(1, 1),
    ordered(random, [one(1)], { pays: { card: 'pm_card_visa', afterMs: oneOf(random, [10 * second, 10_100]) } }),
    { do: 'cancel', on: newest, times: 1, key: true, afterMs: 10 * second },
    ordered(random, [one(1)], { who: 2, afterMs: oneOf(random, [0, second, minute]) }),
  ],
  'an order is paid, and called off before it is sent': (random) => [
    stocked(0, 4),
    ordered(random, [one(0, 2), one(0)]),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
    {
      do: 'cancel_order',
      on: newest,
      refund: oneOf(random, ['all', 'nothing']),
      times: oneOf(random, [1, 3]),
      key: true,
      afterMs: minute,
    },
    { do: 'ship', on: newest, times: 1, afterMs: 0 },
  ],
  'an order is sent, and arrives, and a part of it goes back': (random) => [
    stocked(0, 2),
    ordered(random, [one(0), one(2, 2)]),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
    { do: 'ship', on: newest, times: oneOf(random, [1, 2]), afterMs: minute },
    { do: 'deliver', on: newest, times: 1, afterMs: hour },
    { do: 'refund', on: newest, part: 2, times: 1, key: true, afterMs: oneOf(random, [0, hour]) },
  ],
  'a bank takes longer than an order can be paid': (random) => [
    stocked(1, 1),
    ordered(random, [one(1)], {
      pays: {
        card: oneOf(random, ['pm_usBankAccount_success', 'pm_usBankAccount_insufficientFunds']),
        afterMs: 5 * second,
      },
    }),
  ],
  'an order is paid from a wallet': (random) => {
    const who = someone(random)
    return [
      stocked(0, 2),
      { do: 'top_up', who, pesos: 1000, key: true, pays: visa, afterMs: 0 },
      { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
      ordered(random, [one(0)], { who, checkout: oneOf(random, [true, false]), pays: visa, afterMs: second }),
      {
        do: 'pay_from_wallet',
        on: newest,
        times: oneOf(random, [1, 2]),
        key: true,
        afterMs: oneOf(random, [0, second]),
      },
    ]
  },
}
