import { hour, minute, second } from '@holdfast/core'
import { oneOf, type Random } from '../kernel/random.ts'
import { twice, type Twice } from '../system/network.ts'
import type { Scene } from './draw-act.ts'
import { booked, newest, one, ordered, someone, stocked } from './plot-parts.ts'
import type { Beat, Plot } from './plots.ts'

const cards = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_usBankAccount_success']

/** Somebody books, and a proxy asks for the page a second time. */
const bookedTwice = (random: Random, scene: Scene, heard: Twice): readonly Beat[] => [
  { do: 'send_twice', heard, afterMs: 0 },
  { ...booked(random, scene, undefined), afterMs: second },
]

/** Orders are paid on such pages, too. */
const orderedTwice = (random: Random, heard: Twice): readonly Beat[] => [
  stocked(0, 1),
  { do: 'send_twice', heard, afterMs: 0 },
  ordered(someone(random), [one(0)], { afterMs: second }),
]

const askedTwice = (random: Random, scene: Scene, heard: Twice): readonly Beat[] =>
  oneOf(random, [true, false]) ? bookedTwice(random, scene, heard) : orderedTwice(random, heard)

const paid = (random: Random, on: number, afterMs: number): Beat => ({
  do: 'pay',
  on,
  card: oneOf(random, cards),
  afterMs,
})

/** Acts with two pages of one attempt, of which the library was told of one at most. */
export const secondPagePlots: Readonly<Record<string, Plot>> = {
  'a page is asked for twice, and one of the two is paid': (random, scene) => {
    const heard = oneOf(random, ['first', 'first', 'second', 'neither'] as const)
    return [
      ...askedTwice(random, scene, heard),
      // Mostly the one that nobody was sent to.
      paid(random, heard === 'second' ? 1 : 0, oneOf(random, [30 * second, minute])),
      { do: 'sync', on: newest, times: 1, key: false, afterMs: oneOf(random, [second, minute]) },
    ]
  },
  'a page is asked for twice, and both are paid': (random, scene) => [
    ...askedTwice(random, scene, oneOf(random, twice)),
    paid(random, 0, 30 * second),
    paid(random, 0, oneOf(random, [0, 0, 50, second, minute])),
  ],
  'a page is asked for twice, and one is paid while the post is late': (random, scene) => {
    const heard = oneOf(random, ['first', 'second'] as const)
    return [
      ...askedTwice(random, scene, heard),
      { do: 'hold_post', ms: 20 * minute, afterMs: 20 * second },
      // The one that nobody was sent to. Its owner gives up the other, and word of that may be the first to arrive.
      { do: 'pay', on: heard === 'first' ? 0 : 1, card: 'pm_card_visa', afterMs: 10 * second },
      { do: 'cancel', on: newest, times: 1, key: true, afterMs: oneOf(random, [second, minute]) },
    ]
  },
  'a page is asked for twice, and nobody hears of either': (random, scene) => [
    { do: 'ambush', lane: 'hear POST /v1/checkout/sessions', by: 'black_out', ms: 20 * minute, afterMs: 0 },
    ...askedTwice(random, scene, 'neither'),
    paid(random, oneOf(random, [0, 1]), oneOf(random, [minute, 10 * minute, hour])),
  ],
  'a saved card is charged twice on its way': (random, scene) => [
    { do: 'send_twice', what: 'charge', heard: oneOf(random, twice), afterMs: 0 },
    booked(random, scene, 'pm_card_visa'),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
    { do: 'balance', on: newest, times: oneOf(random, [1, 2]), afterMs: oneOf(random, [second, minute]) },
    ...(oneOf(random, [true, false, false])
      ? [{ do: 'leave', on: newest, refund: 'all', afterMs: oneOf(random, [0, second, hour]) } as const]
      : []),
  ],
  'money is given back twice on its way': (random, scene) => [
    { do: 'send_twice', what: 'refund', heard: oneOf(random, twice), afterMs: 0 },
    booked(random, scene, oneOf(random, ['pm_card_visa', 'pm_card_visa', 'pm_card_refundFail'])),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
    {
      do: 'refund',
      on: newest,
      part: oneOf(random, [1, 2, 3]),
      times: oneOf(random, [1, 2]),
      key: true,
      afterMs: minute,
    },
  ],
  'a page is asked for twice, and called off': (random, scene) => [
    ...askedTwice(random, scene, oneOf(random, twice)),
    { do: 'cancel', on: newest, times: 1, key: true, afterMs: 30 * second },
    paid(random, 0, oneOf(random, [0, 50, minute, 20 * minute])),
  ],
}
