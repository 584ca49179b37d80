import { day, hour, minute, second } from '@holdfast/core'
import { below, happens, oneOf, type Random } from '../kernel/random.ts'
import { kept } from './card-plots.ts'
import { clinicPlots } from './clinic-plots.ts'
import type { Act } from './command.ts'
import { drawPart, type Scene } from './draw-act.ts'
import { oddLetterNames } from '../system/letters.ts'
import { deskPlots } from './desk-plots.ts'
import { booked, newest, someone } from './plot-parts.ts'
import { secondPagePlots } from './second-page-plots.ts'
import { shopPlots } from './shop-plots.ts'
import { sumPlots } from './sum-plots.ts'
import { toppedUp, walletPlots } from './wallet-plots.ts'

/** An act with the time that passes before it. */
export type Beat = Act & { readonly afterMs: number }

/** Draws acts that belong together. */
export type Plot = (random: Random, scene: Scene) => readonly Beat[]

const hit = (lane: string, by: 'crash' | 'black_out', ms: number): Beat => ({ do: 'ambush', lane, by, ms, afterMs: 0 })

const cleanedUp = (more: Partial<Extract<Beat, { readonly do: 'clean_up' }>> & Pick<Beat, 'afterMs'>): Beat => ({
  do: 'clean_up',
  olderThanMs: minute,
  dryRun: false,
  times: 1,
  ...more,
})

/**
 * Acts that belong together, for what hardly ever comes about by itself: chance alone seldom books, raises the price and pays
 * the new page. What goes wrong meanwhile is left to chance all the same.
 */
export const plots: Readonly<Record<string, Plot>> = {
  ...walletPlots,
  ...clinicPlots,
  ...shopPlots,
  ...secondPagePlots,
  ...sumPlots,
  ...deskPlots,
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
  'a page is paid through a bank while it is closed for something else': (random) => {
    const who = someone(random)
    const [before, instead] = oneOf<readonly [readonly Beat[], Act]>(random, [
      [[], { do: 'reprice', on: newest, to: 2 }],
      [toppedUp(random, who, 1000), { do: 'pay_from_wallet', on: newest, times: 1, key: true }],
      [kept(random, who, 'pm_card_visa'), { do: 'pay_with_card', on: newest, card: 0, times: 1, key: true }],
    ])
    return [
      ...before,
      { do: 'book', who, night: oneOf(random, [1, 3]), checkout: true, key: true, afterMs: minute },
      { do: 'pay', on: 0, card: 'pm_usBankAccount_success', afterMs: 10 * second },
      { ...instead, afterMs: oneOf(random, [0, 50, 100]) },
      { do: 'checkout', on: newest, times: oneOf(random, [1, 3]), key: true, afterMs: second },
    ]
  },
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
  // One in three is of the desk, whatever has come before.
  'a balance is cancelled by its owner, and at the desk': (random, scene) => [
    booked(random, scene, 'pm_card_visa'),
    ...[2 * minute, second, oneOf(random, [second, 2 * day])].map(
      (afterMs): Beat => ({ do: 'cancel', on: newest, times: oneOf(random, [1, 1, 2]), key: true, afterMs }),
    ),
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [0, 50]) },
  ],
  'a clock is set forth and back while a page is paid': (random, scene) => [
    booked(random, scene, oneOf(random, ['pm_card_visa', 'pm_card_authenticationRequired']), oneOf(random, [0, 1])),
    ...[10 * minute, oneOf(random, [-10 * minute, 0])].map(
      (aheadMs, index): Beat => ({
        do: 'set_clock',
        process: below(random, scene.processes),
        aheadMs: oneOf(random, [aheadMs, -aheadMs]),
        afterMs: index === 0 ? oneOf(random, [0, 5 * second, 30 * minute]) : oneOf(random, [second, minute, hour]),
      }),
    ),
    { do: 'sync', on: newest, times: oneOf(random, [1, 2]), key: false, afterMs: second },
  ],
  'somebody comes back to what they wanted': (random, scene) => [
    { ...booked(random, scene, undefined), checkout: oneOf(random, [true, false]) },
    {
      do: 'find_again',
      on: newest,
      cookie: oneOf(random, [true, true, false]),
      key: true,
      pays: { card: 'pm_card_visa', afterMs: second },
      afterMs: oneOf(random, [minute, 20 * minute]),
    },
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
    { do: 'dispute', on: newest, outcome: oneOf(random, ['won', 'lost']), ...drawPart(random), afterMs: 10 * minute },
  ],
  'a browser is closed as soon as it is paid': (random, scene) => [
    booked(random, scene, oneOf(random, ['pm_card_visa', 'pm_card_visa', 'pm_usBankAccount_success'])),
    { do: 'close_browser', on: newest, afterMs: oneOf(random, [5_050, 5_100, 5_400]) },
  ],
  'a browser is closed on an open page': (random, scene) => [
    booked(random, scene, happens(random, 0.5) ? 'pm_card_chargeDeclined' : undefined),
    { do: 'close_browser', on: newest, afterMs: oneOf(random, [20 * second, minute]) },
  ],
  'what was left is cleaned up': (random, scene) => [
    booked(
      random,
      scene,
      happens(random, 0.4) ? undefined : oneOf(random, ['pm_card_chargeDeclined', 'pm_usBankAccount_success']),
    ),
    cleanedUp({ afterMs: oneOf(random, [10 * minute, hour]), dryRun: true }),
    cleanedUp({ afterMs: oneOf(random, [0, second]), times: oneOf(random, [1, 3]) }),
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [50, second]) },
  ],
  'what was left is cleaned up while Stripe is unwell': (random, scene) => [
    booked(random, scene, undefined),
    { do: 'outage', ms: 20 * minute, afterMs: 2 * minute },
    cleanedUp({ afterMs: second, times: oneOf(random, [1, 2]) }),
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [second, hour]) },
  ],
  'what is being paid is cleaned up': (random, scene) => [
    booked(random, scene, undefined),
    cleanedUp({ afterMs: 20 * second, olderThanMs: second, times: oneOf(random, [1, 2]) }),
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [0, 0, 50]) },
  ],
  'what is cleaned up is called off by its owner': (random, scene) => [
    booked(random, scene, undefined),
    booked(random, scene, undefined),
    { do: 'outage', ms: oneOf(random, [0, 0, second]), afterMs: 10 * second },
    cleanedUp({ afterMs: 0, olderThanMs: second, times: oneOf(random, [1, 2]) }),
    { do: 'cancel', on: newest, times: 1, key: true, afterMs: oneOf(random, [0, 50, 100, 200]) },
    {
      do: 'pay',
      on: 0,
      card: oneOf(random, ['pm_card_visa', 'pm_usBankAccount_success']),
      afterMs: oneOf(random, [0, second]),
    },
  ],
  'letters come that are not from Stripe, while a page can be paid': (random, scene) => [
    booked(random, scene, undefined),
    ...oddLetterNames.map((name): Beat => ({ do: 'odd_letter', on: below(random, 40), name, afterMs: second })),
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: second },
  ],
  'somebody stands still with the right to write': (random, scene) => [
    { do: 'ambush', lane: 'commit', by: 'pause', ms: 20 * second, afterMs: 0 },
    booked(random, scene, 'pm_card_visa'),
    { ...booked(random, scene, 'pm_card_visa'), afterMs: 0 },
    { do: 'sync', on: newest, times: 3, key: false, afterMs: second },
  ],
}

/** How often each plot is drawn, for each time that another one is: those more often that take the most luck to come to their end. */
const weights: Readonly<Record<string, number>> = {
  'a guest cancels and pays': 6,
  'a bank takes the side of a guest': 5,
  'money goes back while Stripe is unwell': 13,
  'a page is paid while the wallet pays': 2,
  'too little is there, and what is missing is paid in': 3,
  'what is paid in is spent, and taken back': 12,
  'what is paid in is given back, and the bank refuses it': 7,
  'what is paid in is given back while Stripe is unwell': 2,
  'three want two places': 6,
  'money of a card goes into a wallet and to the card': 3,
  'a place is given up, and somebody else has it': 11,
  'a consultation is closed and called off at once': 6,
  'a consultation is called off while its money goes back': 16,
  'somebody uses a coupon, and wants to again': 5,
  'an order is called off while Stripe is unwell, and paid all the same': 4,
  'an order is called off while a bank takes its time': 17,
  'an order is called off while it is paid': 6,
  'an order is paid, and called off before it is sent': 11,
  'an order is sent, and arrives, and a part of it goes back': 3,
  'somebody has a card kept, and buys with it': 12,
  'a card is kept whose bank wants to see its owner each time': 9,
  'another night is paid with the card of the first': 2,
  'an order is paid by card while it is called off': 2,
  'a page is asked for twice, and one of the two is paid': 8,
  'a page is asked for twice, and both are paid': 4,
  'a page is asked for twice, and one is paid while the post is late': 28,
  'somebody has two wallets, and orders in the currency of one': 8,
  'no message is taken for a night, and it is sent by hand': 6,
  'what is on the list is seen to': 6,
  'a card is kept, and removed': 15,
  'somebody comes back to what they wanted': 3,
  'three want one use of a coupon': 4,
  'all is compared while Stripe is unwell': 10,
  'money goes back, and nobody hears whether it did': 4,
  'letters come that are not from Stripe, while a page can be paid': 5,
  'what is being paid is cleaned up': 2,
  'a page asks for another sum, and is paid': 9,
  'a page asks for another sum, and the next one for the right one': 6,
  'a page asks for another sum, and is called off': 2,
  'an order is disputed, before it is sent or after': 12,
  'what is missing is paid in, and somebody else is faster': 8,
  'what was left is cleaned up': 2,
  'a page is asked for twice, and called off': 2,
  'a clock is set forth and back while a page is paid': 3,
}

/** The names of all plots, each as often as its weight says. */
export const plotNames: readonly string[] = Object.keys(plots).flatMap((name) =>
  Array.from({ length: weights[name] ?? 1 }, () => name),
)
