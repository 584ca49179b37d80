import { hour, minute, second } from '@holdfast/core'
import { oneOf, type Random } from '../kernel/random.ts'
import { kept } from './card-plots.ts'
import { newest, one, ordered, someone, stocked, visa } from './plot-parts.ts'
import type { Beat, Plot } from './plots.ts'

const bookedBy = (who: number, random: Random, card: string): Beat => ({
  do: 'book',
  who,
  night: oneOf(random, [0, 1, 2, 3]),
  checkout: true,
  key: true,
  pays: { card, afterMs: second },
  afterMs: second,
})

const byHand = (name: 'retry_work' | 'resolve', random: Random, afterMs: number): Beat => ({
  do: name,
  on: newest,
  times: oneOf(random, [1, 1, 3]),
  key: oneOf(random, [true, false]),
  afterMs,
})

/** Acts of those who see to what does not go by itself, and of owners who tidy up. */
export const deskPlots: Readonly<Record<string, Plot>> = {
  'no message is taken for a night, and it is sent by hand': (random) => [
    { do: 'silence', ms: 9 * hour, afterMs: 0 },
    bookedBy(someone(random), random, 'pm_card_visa'),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: minute },
    byHand('retry_work', random, oneOf(random, [8 * hour, 10 * hour])),
  ],
  'what is on the list is seen to': (random) => [
    bookedBy(someone(random), random, oneOf(random, ['pm_card_refundFail', 'pm_card_createDispute'])),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: minute },
    { do: 'refund', on: newest, part: 1, times: 1, key: true, afterMs: minute },
    byHand('resolve', random, oneOf(random, [minute, hour])),
  ],
  'a card is kept, and removed': (random) => {
    const who = someone(random)
    return [
      ...kept(random, who, 'pm_card_visa'),
      ...oneOf<readonly Beat[]>(random, [[], [ordered(who, [one(0)], { afterMs: second })]]),
      {
        do: 'remove_card',
        who,
        card: 0,
        by: oneOf(random, ['owner', 'owner', 'somebody_else']),
        times: oneOf(random, [1, 1, 2]),
        afterMs: minute,
      },
      { do: 'pay_with_card', on: newest, card: 0, times: 1, key: true, afterMs: oneOf(random, [0, 0, 50]) },
      { do: 'balance', on: newest, times: 1, afterMs: oneOf(random, [0, minute]) },
    ]
  },
  'a sweep is started by hand': (random) => [
    stocked(0, 1),
    ordered(someone(random), [one(0)], { pays: visa, afterMs: second }),
    { do: 'sweep', times: oneOf(random, [1, 2]), afterMs: oneOf(random, [4 * second, 10 * second]) },
  ],
  'all is compared while Stripe is unwell': (random) => [
    bookedBy(someone(random), random, 'pm_card_visa'),
    { do: 'outage', ms: oneOf(random, [0, 0, minute, 20 * minute]), afterMs: second },
    { do: 'refund_there', on: newest, part: 2, afterMs: oneOf(random, [second, hour]) },
    { do: 'reconcile', fix: oneOf(random, [true, false, false]), afterMs: oneOf(random, [0, 11 * minute, hour]) },
  ],
}
