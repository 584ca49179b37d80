import { hour, minute, second } from '@holdfast/core'
import { oneOf, type Random } from '../kernel/random.ts'
import type { Act } from './command.ts'
import { newest, someone, visa } from './plot-parts.ts'
import type { Beat, Plot } from './plots.ts'

const appointed = (random: Random, who: number, slot: number): Beat => ({
  do: 'appoint',
  who,
  slot,
  checkout: true,
  key: true,
  pays: visa,
  afterMs: oneOf(random, [0, 0, 50]),
})

const consulted = (random: Random): Beat => ({
  do: 'consult',
  who: someone(random),
  checkout: true,
  key: true,
  pays: visa,
  afterMs: oneOf(random, [0, minute]),
})

const ended = (
  act: Extract<Act, { readonly do: 'close_consultation' | 'cancel_consultation' }>,
  afterMs: number,
): Beat => ({
  ...act,
  afterMs,
})

/** Acts at the doctor's that belong together. */
export const clinicPlots: Readonly<Record<string, Plot>> = {
  'three want two places': (random) => {
    const slot = oneOf(random, [0, 1, 2])
    return [0, 1, 2].map((who) => appointed(random, who, slot))
  },
  'a place is given up, and somebody else has it': (random) => {
    const slot = oneOf(random, [1, 2])
    return [
      ...[0, 1].map((who) => appointed(random, who, slot)),
      { do: 'leave', on: newest, refund: oneOf(random, ['all', 'nothing']), afterMs: 2 * minute },
      { do: 'free_slots', afterMs: oneOf(random, [0, second]) },
      { ...appointed(random, 3, slot), afterMs: second },
    ]
  },
  'a consultation is closed and called off at once': (random) => [
    consulted(random),
    ended({ do: 'close_consultation', on: newest, times: 1, key: true }, oneOf(random, [2 * minute, 2 * minute, hour])),
    ended({ do: 'cancel_consultation', on: newest, refund: 'all', times: oneOf(random, [1, 3]), key: true }, 0),
  ],
  'a consultation is called off while its money goes back': (random) => [
    consulted(random),
    ...[
      oneOf<Beat>(random, [
        { do: 'refund', on: newest, part: 2, times: 1, key: true, afterMs: 2 * minute },
        { do: 'refund_there', on: newest, part: 2, afterMs: 2 * minute },
        { do: 'dispute', on: newest, outcome: 'lost', afterMs: 2 * minute },
      ]),
    ],
    ended(
      { do: 'cancel_consultation', on: newest, refund: 'all', times: oneOf(random, [1, 2]), key: true },
      oneOf(random, [0, 0, second]),
    ),
  ],
  'the cookie is gone': (random) => [
    {
      ...consulted(random),
      checkout: oneOf(random, [true, false]),
      pays: { card: 'pm_card_chargeDeclined', afterMs: second },
    },
    {
      do: 'find_again',
      on: newest,
      cookie: oneOf(random, [true, false]),
      key: true,
      pays: visa,
      afterMs: oneOf(random, [second, 20 * minute]),
    },
  ],
  'a bank takes longer than what is bought can be paid': (random) => [
    {
      ...consulted(random),
      pays: { card: 'pm_usBankAccount_success', afterMs: oneOf(random, [second, 100 * minute]) },
    },
  ],
}
