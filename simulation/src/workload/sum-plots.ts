import { minute, second } from '@holdfast/core'
import { oneOf, type Random } from '../kernel/random.ts'
import { newest, one, ordered, someone, stocked } from './plot-parts.ts'
import type { Beat, Plot } from './plots.ts'

/** Somebody is sent to a page: for a night, for an order or for their wallet. */
const sentToPage = (random: Random): readonly Beat[] => {
  const who = someone(random)
  return oneOf<readonly Beat[]>(random, [
    [{ do: 'book', who, night: oneOf(random, [0, 1, 2, 3]), checkout: true, key: true, afterMs: second }],
    [{ do: 'consult', who, checkout: true, key: true, afterMs: second }],
    [stocked(0, 1), ordered(who, [one(0)], { afterMs: second })],
    [{ do: 'top_up', who, pesos: oneOf(random, [300, 1000]), key: true, afterMs: second }],
  ])
}

const cards = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_usBankAccount_success', 'pm_card_refundFail']

const paid = (random: Random, afterMs: number): Beat => ({ do: 'pay', on: 0, card: oneOf(random, cards), afterMs })

const changed = (random: Random): Beat => ({
  do: 'change_total',
  on: 0,
  by: oneOf(random, ['more', 'less', 'currency']),
  afterMs: oneOf(random, [2 * second, 10 * second]),
})

/** Acts with pages that ask for another sum, or in another currency, than they were opened for. */
export const sumPlots: Readonly<Record<string, Plot>> = {
  'a page asks for another sum, and is paid': (random) => [
    ...sentToPage(random),
    changed(random),
    paid(random, second),
    { do: 'sync', on: newest, times: oneOf(random, [1, 2]), key: false, afterMs: oneOf(random, [0, second, minute]) },
  ],
  'a page asks for another sum, and the next one for the right one': (random) => [
    ...sentToPage(random),
    changed(random),
    paid(random, second),
    { do: 'sync', on: newest, times: 1, key: false, afterMs: 20 * second },
    { do: 'checkout', on: newest, times: oneOf(random, [1, 2]), key: true, afterMs: minute },
    { do: 'pay', on: 0, card: 'pm_card_visa', afterMs: 5 * second },
  ],
  'a page asks for another sum, and is called off': (random) => [
    ...sentToPage(random),
    changed(random),
    { do: 'cancel', on: newest, times: 1, key: true, afterMs: 10 * second },
    paid(random, oneOf(random, [0, 0, 50])),
  ],
}
