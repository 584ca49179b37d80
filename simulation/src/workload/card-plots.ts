import { minute, second } from '@holdfast/core'
import { oneOf, type Random } from '../kernel/random.ts'
import { newest, one, ordered, someone, stocked, visa, type Ordered } from './plot-parts.ts'
import type { Beat, Plot } from './plots.ts'

/** Somebody pays a deposit, and their card is kept for the rest. Where the bank asks who it is, they answer. */
export const kept = (random: Random, who: number, card: string): readonly Beat[] => [
  stocked(0, 4),
  // The even nights are those whose card is kept.
  {
    do: 'book',
    who,
    night: oneOf(random, [0, 2, 4]),
    checkout: true,
    key: true,
    pays: { card, afterMs: second },
    afterMs: second,
  },
  { do: 'sync', on: newest, times: 1, key: false, afterMs: minute },
]

const orderedOne = (who: number, more: Partial<Ordered> = {}): Beat =>
  ordered(who, [one(0)], { afterMs: minute, ...more })

const paidByCard = (random: Random): Beat => ({
  do: 'pay_with_card',
  on: newest,
  card: 0,
  times: oneOf(random, [1, 1, 3]),
  key: oneOf(random, [true, false]),
  afterMs: oneOf(random, [0, second, minute]),
})

/** Acts of somebody whose card Stripe keeps. */
export const cardPlots: Readonly<Record<string, Plot>> = {
  'somebody has a card kept, and buys with it': (random) => {
    const who = someone(random)
    return [...kept(random, who, 'pm_card_visa'), orderedOne(who, { card: 0 }), orderedOne(who), paidByCard(random)]
  },
  'a card is kept whose bank wants to see its owner each time': (random) => {
    const who = someone(random)
    return [
      ...kept(random, who, 'pm_card_authenticationRequired'),
      oneOf(random, [orderedOne(who, { card: 0, pays: visa }), orderedOne(who)]),
      paidByCard(random),
      paidByCard(random),
    ]
  },
  'another night is paid with the card of the first': (random) => {
    const who = someone(random)
    const night = oneOf(random, [1, 2, 3, 4])
    return [
      ...kept(random, who, 'pm_card_visa'),
      { do: 'book', who, night, checkout: oneOf(random, [true, false]), key: true, afterMs: minute },
      paidByCard(random),
    ]
  },
  'an order is paid by card while it is called off': (random) => {
    const who = someone(random)
    return [
      ...kept(random, who, 'pm_card_visa'),
      orderedOne(who),
      { ...paidByCard(random), afterMs: 20 * second },
      {
        do: 'cancel_order',
        on: newest,
        refund: 'all',
        times: 1,
        key: true,
        afterMs: oneOf(random, [0, 10, 60, 150, 400]),
      },
    ]
  },
}
