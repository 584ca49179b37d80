import { oneOf, type Random } from '../kernel/random.ts'
import { clinicPlots } from './clinic-plots.ts'
import type { Act } from './command.ts'
import type { Scene } from './draw-act.ts'
import { shopPlots } from './shop-plots.ts'
import { walletPlots } from './wallet-plots.ts'

/** An act with the time that passes before it. */
export type Beat = Act & { readonly afterMs: number }

/** Draws acts that belong together. */
export type Plot = (random: Random, scene: Scene) => readonly Beat[]

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** The newest of what there is. */
const newest = -1

const booked = (random: Random, { contested }: Scene, card: string | undefined, night?: number): Beat => ({
  do: 'book',
  who: oneOf(random, [0, 1, 2, 3]),
  night: night ?? oneOf(random, [0, 1, 2, 3].slice(0, contested)),
  checkout: true,
  key: true,
  afterMs: oneOf(random, [0, 500, minute]),
  ...(card === undefined ? {} : { pays: { card, afterMs: 5 * second } }),
})

const hit = (lane: string, by: 'crash' | 'black_out', ms: number): Beat => ({ do: 'ambush', lane, by, ms, afterMs: 0 })

/**
 * Acts that belong together, for what hardly ever comes about by itself: chance alone seldom books, raises the price and pays
 * the new page. What goes wrong meanwhile is left to chance all the same.
 */
export const plots: Readonly<Record<string, Plot>> = {
  ...walletPlots,
  ...clinicPlots,
  ...shopPlots,
  'a page is replaced, and the new one paid': (random, scene) => [
    booked(random, scene, undefined),
    { do: 'reprice', on: newest, to: 2, afterMs: 10 * second },
    { do: 'checkout', on: newest, times: oneOf(random, [1, 3]), key: true, afterMs: second },
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [0, 10 * second, 10 * second]) },
  ],
  'a price is raised again and again, and the last page paid': (random, scene) => [
    booked(random, scene, undefined),
    ...[2, 3].flatMap((to): readonly Beat[] => [
      { do: 'reprice', on: newest, to, afterMs: 5 * second },
      { do: 'checkout', on: newest, times: 1, key: true, afterMs: second },
    ]),
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [5 * second, minute]) },
  ],
  'a page is left until it expires, and another one paid': (random, scene) => [
    booked(random, scene, 'pm_card_authenticationRequired', oneOf(random, [0, 2])),
    { do: 'authenticate', on: newest, outcome: 'succeeded', afterMs: 30 * second },
    { do: 'balance', on: newest, times: 1, afterMs: minute },
    { do: 'checkout', on: newest, times: 1, key: true, afterMs: 25 * hour },
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [second, hour]) },
  ],
  'a saved card is declined when the balance is due': (random, scene) => [
    booked(random, scene, 'pm_card_authenticationRequired', oneOf(random, [0, 2])),
    { do: 'authenticate', on: newest, outcome: 'succeeded', afterMs: 30 * second },
    { do: 'balance', on: newest, times: oneOf(random, [1, 2]), afterMs: hour },
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [second, hour]) },
  ],
  'money goes back, and nobody hears whether it did': (random, scene) => [
    booked(random, scene, 'pm_card_visa'),
    hit('hear POST /v1/refunds', oneOf(random, ['crash', 'black_out']), oneOf(random, [second, 26 * hour, 26 * hour])),
    {
      do: 'refund',
      on: newest,
      part: oneOf(random, [1, 2]),
      times: oneOf(random, [1, 2]),
      key: true,
      afterMs: 2 * minute,
    },
  ],
  'a page is opened, and nobody hears that it is': (random, scene) => [
    hit('hear POST /v1/checkout/sessions', 'black_out', oneOf(random, [20 * minute, 26 * hour])),
    booked(random, scene, 'pm_card_visa'),
  ],
  'money goes back while Stripe is unwell': (random, scene) => [
    booked(random, scene, 'pm_card_visa'),
    { do: 'outage', ms: oneOf(random, [minute, 20 * minute]), afterMs: 2 * minute },
    { do: 'refund', on: newest, part: 2, times: 2, key: true, afterMs: 0 },
    { do: 'refund', on: newest, part: 3, times: 1, key: false, afterMs: second },
  ],
  'a bank sends a refund back': (random, scene) => [
    booked(random, scene, 'pm_card_refundFail'),
    { do: 'refund', on: newest, part: oneOf(random, [1, 2]), times: 1, key: true, afterMs: 2 * minute },
  ],
  'a guest cancels and pays': (random, scene) => [
    booked(random, scene, undefined),
    { do: 'cancel', on: newest, times: oneOf(random, [1, 2]), key: true, afterMs: 5 * second },
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [0, 0, 50]) },
  ],
  'two want one night': (random, scene) => {
    const night = oneOf(random, [0, 1])
    return [
      booked(random, scene, 'pm_card_visa', night),
      { ...booked(random, scene, 'pm_card_visa', night), afterMs: oneOf(random, [0, 50]) },
    ]
  },
  'a bank takes the side of a guest': (random, scene) => [
    booked(random, scene, 'pm_card_visa'),
    { do: 'dispute', on: newest, outcome: oneOf(random, ['won', 'lost']), afterMs: 10 * minute },
  ],
  'somebody stands still with the right to write': (random, scene) => [
    { do: 'ambush', lane: 'commit', by: 'pause', ms: 20 * second, afterMs: 0 },
    booked(random, scene, 'pm_card_visa'),
    { ...booked(random, scene, 'pm_card_visa'), afterMs: 0 },
    { do: 'sync', on: newest, times: 3, key: false, afterMs: second },
  ],
}

/** The names of all plots, those several times that take the most luck to come to their end. */
export const plotNames: readonly string[] = [
  ...Object.keys(plots),
  ...Array.from({ length: 5 }, () => 'a guest cancels and pays'),
  'what is paid in is spent, and taken back',
  'a consultation is called off while its money goes back',
  ...Array.from({ length: 12 }, () => 'an order is called off while Stripe is unwell, and paid all the same'),
  ...Array.from({ length: 2 }, () => 'somebody uses a coupon, and wants to again'),
]
