import { hour, minute, second } from '@holdfast/core'
import { oneOf, type Random } from '../kernel/random.ts'
import { cardPlots } from './card-plots.ts'
import { drawPart } from './draw-act.ts'
import { newest, one, ordered, someone, stocked, visa, type Ordered } from './plot-parts.ts'
import type { Beat, Plot } from './plots.ts'

/** Somebody orders, and pays unless it is left. */
const bought = (
  random: Random,
  lines: Ordered['lines'],
  more: Partial<Ordered> & { readonly left?: true } = {},
): Beat => {
  const { left, ...rest } = more
  return ordered(someone(random), lines, {
    afterMs: oneOf(random, [0, 50, second]),
    ...(left === undefined ? { pays: visa } : {}),
    ...rest,
  })
}

/** Acts in the shop that belong together. */
export const shopPlots: Readonly<Record<string, Plot>> = {
  ...cardPlots,
  'two want the last one': (random) => [
    stocked(0, 1),
    bought(random, [one(0)], { who: 0, afterMs: second }),
    bought(random, [one(0)], { who: 1, afterMs: 0 }),
  ],
  'two carts with the same, in another order': (random) => [
    stocked(0, 2),
    stocked(1, 2),
    bought(random, [one(0), one(1)], { who: 0, afterMs: second }),
    bought(random, [one(1), one(0)], { who: 1, afterMs: 0 }),
  ],
  'three want one use of a coupon': (random) => [
    stocked(0, 5),
    { do: 'give_coupon', limit: 1, afterMs: 0 },
    ...[0, 1, 2].map((who) => bought(random, [one(0)], { who, coupon: true, afterMs: who === 0 ? second : 0 })),
  ],
  'somebody uses a coupon, and wants to again': (random) => {
    const who = someone(random)
    return [
      stocked(0, 5),
      { do: 'give_coupon', limit: 3, afterMs: 0 },
      bought(random, [one(0)], { who, coupon: true, afterMs: second }),
      bought(random, [one(0)], { who, coupon: true, afterMs: oneOf(random, [0, second, hour]) }),
    ]
  },
  'an order is called off while Stripe is unwell, and paid all the same': (random) => [
    stocked(1, 1),
    bought(random, [one(1)], { who: 0, left: true, afterMs: second }),
    { do: 'outage', ms: 20 * minute, afterMs: 20 * second },
    { do: 'cancel', on: newest, times: 1, key: true, afterMs: 0 },
    // Whoever is first has the only one that is left, or somebody counts, and there is none.
    ...oneOf<readonly Beat[]>(random, [
      [],
      [bought(random, [one(1)], { who: 3, checkout: false, left: true, afterMs: second })],
      [stocked(1, -2, second), stocked(1, -1), stocked(1, -1), stocked(1, -1)],
    ]),
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [second, minute]) },
  ],
  'an order is called off while a bank takes its time': (random) => [
    stocked(1, 1),
    bought(random, [one(1)], { pays: { card: 'pm_usBankAccount_success', afterMs: 5 * second } }),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
    { do: 'cancel', on: newest, times: 1, key: true, afterMs: minute },
    // Mostly somebody counts once it is free again, and by the time the money comes there is none.
    ...oneOf(random, [[], [-2, -1, -1, -1, -1], [-2, -1, -1, -1, -1], [-2, -1, -1, -1, -1]]).map((by, index) =>
      stocked(1, by, index === 0 ? 10 * minute : second),
    ),
  ],
  'an order is left until its time is over': (random) => [
    stocked(0, 2),
    bought(random, [one(0, 2)], { pays: { card: 'pm_card_chargeDeclined', afterMs: second } }),
    bought(random, [one(0)], { who: 3, afterMs: oneOf(random, [2 * hour, 25 * hour]) }),
  ],
  'an order is called off while it is paid': (random) => [
    stocked(1, 3),
    bought(random, [one(1)]),
    {
      do: 'cancel_order',
      on: newest,
      refund: 'all',
      times: oneOf(random, [1, 2]),
      key: true,
      afterMs: oneOf(random, [4 * second, 5 * second, 5_050, 5_100]),
    },
  ],
  'a payment is called off, and its page paid all the same': (random) => [
    stocked(1, 1),
    bought(random, [one(1)], { pays: { card: 'pm_card_visa', afterMs: oneOf(random, [10 * second, 10_100]) } }),
    { do: 'cancel', on: newest, times: 1, key: true, afterMs: 10 * second },
    bought(random, [one(1)], { who: 2, afterMs: oneOf(random, [0, second, minute]) }),
  ],
  'an order is paid, and called off before it is sent': (random) => [
    stocked(0, 4),
    bought(random, [one(0, 2), one(0)]),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
    {
      do: 'cancel_order',
      on: newest,
      refund: oneOf(random, ['all', 'all', 'nothing']),
      times: oneOf(random, [1, 3]),
      key: true,
      afterMs: minute,
    },
    { do: 'ship', on: newest, times: 1, afterMs: 0 },
  ],
  'an order is sent, and arrives, and a part of it goes back': (random) => [
    stocked(0, 2),
    bought(random, [one(0), one(2, 2)]),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
    { do: 'ship', on: newest, times: oneOf(random, [1, 2]), afterMs: minute },
    { do: 'deliver', on: newest, times: 1, afterMs: hour },
    { do: 'refund', on: newest, part: 2, times: 1, key: true, afterMs: oneOf(random, [0, hour]) },
  ],
  'an order is disputed, before it is sent or after': (random) => {
    const shipped: Beat = { do: 'ship', on: newest, times: 1, afterMs: oneOf(random, [0, minute]) }
    const delivered: Beat = { do: 'deliver', on: newest, times: 1, afterMs: hour }
    const calledOff: Beat = { do: 'cancel_order', on: newest, refund: 'all', times: 1, key: true, afterMs: second }
    const part = drawPart(random)
    const disputed: readonly Beat[] = oneOf(random, [
      ['won'],
      ['lost'],
      ['open', 'won'],
      ['open', 'lost'],
    ] as const).map((outcome) => ({ do: 'dispute', on: newest, outcome, ...part, afterMs: oneOf(random, [0, hour]) }))
    return [
      stocked(0, 2),
      bought(random, [one(0)]),
      { do: 'sync', on: newest, times: 1, key: false, afterMs: minute },
      ...oneOf(random, [
        [...disputed, shipped, delivered],
        [shipped, ...disputed, delivered],
        [...disputed, calledOff],
      ]),
    ]
  },
  'a bank takes longer than an order can be paid': (random) => [
    stocked(1, 1),
    bought(random, [one(1)], {
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
      bought(random, [one(0)], { who, checkout: oneOf(random, [true, false]), pays: visa, afterMs: second }),
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
