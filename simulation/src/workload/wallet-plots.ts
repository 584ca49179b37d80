import { hour, minute, second } from '@holdfast/core'
import { oneOf, type Random } from '../kernel/random.ts'
import { drawPart, type Scene } from './draw-act.ts'
import { newest, one, ordered, someone, stocked, visa } from './plot-parts.ts'
import type { Beat, Plot } from './plots.ts'

/** The one before the newest. */
const oneBefore = -2

/** Somebody pays money into their wallet, and comes back. */
export const toppedUp = (random: Random, who: number, pesos: number, card = 'pm_card_visa'): readonly Beat[] => [
  {
    do: 'top_up',
    who,
    pesos,
    key: true,
    pays: { card, afterMs: 5 * second },
    afterMs: oneOf(random, [0, 500, minute]),
  },
  // Whoever has paid comes back, so that the money is there also where no webhook comes.
  { do: 'sync', on: newest, times: 1, key: false, afterMs: oneOf(random, [10 * second, minute]) },
]

/** A night that somebody wants. */
const wanted = (
  random: Random,
  { contested }: Scene,
  who: number,
  checkout: boolean,
  night?: number,
): Extract<Beat, { readonly do: 'book' }> => ({
  do: 'book',
  who,
  night: night ?? oneOf(random, [0, 1, 2, 3].slice(0, contested)),
  checkout,
  key: true,
  afterMs: oneOf(random, [second, 10 * second]),
})

const paidFromWallet = (on: number, afterMs: number, times = 1): Beat => ({
  do: 'pay_from_wallet',
  on,
  times,
  key: true,
  afterMs,
})

/** Acts with wallets that belong together. */
export const walletPlots: Readonly<Record<string, Plot>> = {
  'two spends of more than there is': (random, scene) => {
    const who = someone(random)
    return [
      ...toppedUp(random, who, oneOf(random, [300, 500, 1000])),
      wanted(random, scene, who, false, 0),
      wanted(random, scene, who, false, 2),
      paidFromWallet(newest, second, oneOf(random, [1, 3])),
      paidFromWallet(oneBefore, oneOf(random, [0, 0, 50])),
    ]
  },
  'money is spent while it is given back': (random, scene) => {
    const who = someone(random)
    return [
      ...toppedUp(random, who, oneOf(random, [500, 1000, 1000])),
      wanted(random, scene, who, false),
      paidFromWallet(newest, 10 * second),
      {
        do: 'refund_top_up',
        on: newest,
        part: oneOf(random, [1, 2]),
        times: 1,
        key: true,
        afterMs: oneOf(random, [0, 0, 50]),
      },
    ]
  },
  'a page is paid while the wallet pays': (random, scene) => {
    const who = someone(random)
    return [
      ...toppedUp(random, who, 1000),
      wanted(random, scene, who, true),
      paidFromWallet(newest, 20 * second, oneOf(random, [1, 2])),
      { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: oneOf(random, [0, 0, 50]) },
    ]
  },
  'too little is there, and what is missing is paid in': (random, scene) => {
    const who = someone(random)
    return [
      ...(oneOf(random, [true, false]) ? toppedUp(random, who, 10) : []),
      wanted(random, scene, who, oneOf(random, [true, false])),
      paidFromWallet(newest, 5 * second),
      {
        do: 'top_up_missing',
        on: newest,
        key: true,
        pays: { card: 'pm_card_visa', afterMs: oneOf(random, [second, minute]) },
        afterMs: second,
      },
      { do: 'sync', on: newest, times: 1, key: false, afterMs: minute },
    ]
  },
  'what is missing is paid in, and somebody else is faster': (random) => {
    const who = someone(random)
    const night = oneOf(random, [0, 1])
    const wants = (other: number, checkout: boolean): Beat => ({
      do: 'book',
      who: other,
      night,
      checkout,
      key: true,
      afterMs: second,
      ...(checkout ? { pays: visa } : {}),
    })
    return [
      wants(who, false),
      {
        do: 'top_up_missing',
        on: newest,
        key: true,
        pays: { card: 'pm_card_visa', afterMs: 6 * second },
        afterMs: second,
      },
      wants((who + 1) % 4, true),
      { do: 'sync', on: newest, times: 1, key: false, afterMs: minute },
      { do: 'sync', on: oneBefore, times: 1, key: false, afterMs: 0 },
    ]
  },
  'what is paid in is spent, and taken back': (random, scene) => {
    const who = someone(random)
    const later = oneOf(random, [0, second, hour])
    return [
      ...toppedUp(random, who, oneOf(random, [500, 1000])),
      wanted(random, scene, who, false),
      paidFromWallet(newest, second),
      oneOf(random, [true, false])
        ? { do: 'dispute', on: newest, outcome: 'lost', ...drawPart(random), afterMs: later }
        : { do: 'refund_there', on: newest, part: oneOf(random, [1, 2]), afterMs: later },
    ]
  },
  'what is paid in is given back, and the bank refuses it': (random) => [
    ...toppedUp(random, someone(random), oneOf(random, [300, 1000]), 'pm_card_refundFail'),
    { do: 'refund_top_up', on: newest, part: oneOf(random, [1, 2]), times: 1, key: true, afterMs: minute },
  ],
  'what is paid in is given back and disputed': (random) => [
    ...toppedUp(random, someone(random), 1000, oneOf(random, ['pm_card_visa', 'pm_card_refundFail'])),
    { do: 'refund_top_up', on: newest, part: 2, times: 1, key: true, afterMs: minute },
    { do: 'dispute', on: newest, outcome: 'lost', ...drawPart(random), afterMs: oneOf(random, [0, 0, second]) },
  ],
  'what is paid in is given back while Stripe is unwell': (random) => [
    ...toppedUp(random, someone(random), 1000),
    { do: 'outage', ms: oneOf(random, [minute, 20 * minute]), afterMs: minute },
    { do: 'refund_top_up', on: newest, part: 3, times: 2, key: true, afterMs: 0 },
    { do: 'refund_top_up', on: newest, part: 8, times: 2, key: false, afterMs: second },
    { do: 'refund_top_up', on: newest, part: 10, times: 2, key: false, afterMs: oneOf(random, [second, hour]) },
  ],
  'money of a card goes into a wallet and to the card': (random, scene) => {
    const part = oneOf(random, [1, 2])
    return [
      {
        ...wanted(random, scene, someone(random), true),
        pays: visa,
      },
      { do: 'refund_to_wallet', on: newest, part, times: oneOf(random, [1, 2]), key: true, afterMs: 2 * minute },
      { do: 'refund_there', on: newest, part: oneOf(random, [1, 2]), afterMs: oneOf(random, [0, second, hour]) },
    ]
  },
  'money of a card goes back in three ways, one of them unheard': (random, scene) => [
    {
      ...wanted(random, scene, someone(random), true),
      pays: visa,
    },
    { do: 'refund_to_wallet', on: newest, part: 3, times: 1, key: true, afterMs: 2 * minute },
    { do: 'ambush', lane: 'ask POST /v1/refunds', by: 'crash', ms: oneOf(random, [second, 20 * minute]), afterMs: 0 },
    { do: 'refund', on: newest, part: 3, times: 1, key: true, afterMs: second },
    { do: 'refund_there', on: newest, part: 2, afterMs: second },
  ],
  'somebody has two wallets, and orders in the currency of one': (random) => {
    const who = someone(random)
    return [
      stocked(0, 2),
      ...toppedUp(random, who, oneOf(random, [300, 1000])),
      { do: 'top_up', who, pesos: 1000, besides: true, key: true, pays: visa, afterMs: second },
      { do: 'sync', on: newest, times: 1, key: false, afterMs: minute },
      ordered(who, [one(0)], {
        coupon: oneOf(random, [true, false]),
        checkout: oneOf(random, [true, false]),
        afterMs: second,
        ...(oneOf(random, [true, true, false]) ? { besides: true } : {}),
      }),
      paidFromWallet(newest, 10 * second, oneOf(random, [1, 2])),
      { do: 'refund', on: newest, part: oneOf(random, [1, 3]), times: 1, key: true, afterMs: minute },
    ]
  },
  'what a wallet paid for is given back': (random, scene) => {
    const who = someone(random)
    return [
      ...toppedUp(random, who, 1000),
      wanted(random, scene, who, false),
      paidFromWallet(newest, second),
      {
        do: 'refund',
        on: newest,
        part: oneOf(random, [1, 3]),
        times: oneOf(random, [1, 2]),
        key: true,
        afterMs: minute,
      },
      { do: 'leave', on: newest, refund: 'all', afterMs: oneOf(random, [0, second]) },
    ]
  },
}
