import { below, happens, oneOf, type Random } from '../kernel/random.ts'
import type { Trap } from '../world.ts'
import { oddLetterNames, type OddLetterName } from '../system/letters.ts'

/**
 * What somebody does, as data: so that a story prints, is kept in a file, and gets shorter.
 *
 * `on` means one of what there is by then, counted round. `key`: with an idempotency key, and asked again under it where
 * no answer comes.
 */
export type Act =
  | {
      readonly do: 'book'
      readonly who: number
      readonly night: number
      readonly checkout: boolean
      readonly key: boolean
      /** Pays with this card, so long after the page is open. */
      readonly pays?: { readonly card: string; readonly afterMs: number }
    }
  | { readonly do: 'checkout' | 'cancel' | 'sync'; readonly on: number; readonly times: number; readonly key: boolean }
  | { readonly do: 'pay'; readonly on: number; readonly card: string }
  | { readonly do: 'authenticate'; readonly on: number; readonly outcome: 'succeeded' | 'failed' }
  | { readonly do: 'refund'; readonly on: number; readonly part: number; readonly times: number; readonly key: boolean }
  | { readonly do: 'refund_there'; readonly on: number; readonly part: number }
  | { readonly do: 'dispute'; readonly on: number; readonly outcome: 'open' | 'won' | 'lost' }
  | { readonly do: 'reprice'; readonly on: number; readonly to: number }
  | { readonly do: 'balance'; readonly on: number; readonly times: number }
  | { readonly do: 'leave'; readonly on: number; readonly refund: 'all' | 'nothing' }
  | { readonly do: 'spy' | 'look' | 'refund_too_much'; readonly on: number }
  | { readonly do: 'reuse_key'; readonly who: number; readonly night: number }
  | { readonly do: 'odd_letter'; readonly on: number; readonly name: OddLetterName }
  | { readonly do: 'crash'; readonly process: number; readonly downMs: number }
  | { readonly do: 'pause'; readonly process: number; readonly ms: number; readonly replace: boolean }
  | ({ readonly do: 'ambush' } & Trap)
  | { readonly do: 'black_out'; readonly downMs: number }
  | { readonly do: 'deploy' | 'rotate_secret' }
  | { readonly do: 'outage' | 'hold_post' | 'fill_disk'; readonly ms: number }

/** Something somebody does, this long after what came before. */
export type Command = Act & { readonly afterMs: number; readonly process: number }

/** The kinds of act there are. */
export const actNames = [
  'book',
  'checkout',
  'cancel',
  'sync',
  'pay',
  'authenticate',
  'refund',
  'refund_there',
  'dispute',
  'reprice',
  'balance',
  'leave',
  'spy',
  'look',
  'refund_too_much',
  'reuse_key',
  'odd_letter',
  'crash',
  'ambush',
  'black_out',
  'pause',
  'deploy',
  'rotate_secret',
  'fill_disk',
  'outage',
  'hold_post',
] as const satisfies readonly Act['do'][]

/** Where it hurts most to stand still: with the right to write. */
const holding = ['commit', 'commit', 'commit', 'hear POST /v1/checkout/sessions', 'hear POST /v1/refunds']

/** Where it hurts most to crash: something was done, or is about to be, and nobody here knows. */
const exposed = [
  'hear POST /v1/checkout/sessions',
  'hear POST /v1/checkout/sessions/{id}/expire',
  'hear POST /v1/payment_intents',
  'hear POST /v1/refunds',
  'hear POST /v1/refunds',
  'ask POST /v1/refunds',
  'hear notifier',
  'commit',
  'committed',
  'webhook',
]

/** Test cards, those that work more often than those that make trouble. */
export const allCards: readonly string[] = [
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_chargeCustomerFail',
  'pm_card_authenticationRequired',
  'pm_card_authenticationRequired',
  'pm_card_authenticationRequired',
  'pm_card_threeDSecure2Required',
  'pm_card_chargeDeclined',
  'pm_card_chargeDeclinedInsufficientFunds',
  'pm_usBankAccount_success',
  'pm_usBankAccount_insufficientFunds',
  'pm_card_pendingRefund',
  'pm_card_refundFail',
  'pm_card_createDispute',
]

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** Where a story takes place: how many processes there are, and for how many nights everybody wants to come. */
export interface Scene {
  readonly processes: number
  readonly contested: number
  /** The cards that people have. */
  readonly cards: readonly string[]
}

/** Draws what somebody does. */
export const drawAct = (name: Act['do'], random: Random, { processes, contested, cards }: Scene): Act => {
  const on = below(random, 8)
  const key = happens(random, 0.6)
  switch (name) {
    case 'book':
      return {
        do: name,
        who: below(random, 4),
        night: below(random, contested),
        checkout: happens(random, 0.85),
        key,
        ...(happens(random, 0.6)
          ? {
              pays: {
                card: oneOf(random, cards),
                afterMs: oneOf(random, [0, 100, 5 * second, 3 * minute, 40 * minute]),
              },
            }
          : {}),
      }
    case 'checkout':
    case 'cancel':
    case 'sync':
      return { do: name, on, times: happens(random, 0.3) ? 2 + below(random, 3) : 1, key }
    case 'pay':
      return { do: name, on, card: oneOf(random, cards) }
    case 'authenticate':
      return { do: name, on, outcome: happens(random, 0.7) ? 'succeeded' : 'failed' }
    case 'refund':
      return { do: name, on, part: 1 + below(random, 3), times: happens(random, 0.3) ? 2 : 1, key }
    case 'refund_there':
      return { do: name, on, part: 1 + below(random, 3) }
    case 'dispute':
      return { do: name, on, outcome: oneOf(random, ['open', 'won', 'lost', 'lost'] as const) }
    case 'reprice':
      return { do: name, on, to: 1 + below(random, 3) }
    case 'balance':
      return { do: name, on, times: happens(random, 0.3) ? 2 : 1 }
    case 'leave':
      return { do: name, on, refund: oneOf(random, ['all', 'nothing'] as const) }
    case 'spy':
    case 'look':
    case 'refund_too_much':
      return { do: name, on }
    case 'reuse_key':
      return { do: name, who: below(random, 4), night: below(random, contested) }
    case 'odd_letter':
      return { do: name, on: below(random, 40), name: oneOf(random, oddLetterNames) }
    case 'ambush': {
      const by = oneOf(random, ['crash', 'pause', 'black_out'] as const)
      return {
        do: name,
        lane: oneOf(random, by === 'pause' ? holding : exposed),
        by,
        ms: oneOf(random, [second, 20 * second, 2 * minute, 26 * hour, 26 * hour]),
      }
    }
    case 'black_out':
      return { do: name, downMs: oneOf(random, [second, 20 * minute, 26 * hour]) }
    case 'deploy':
    case 'rotate_secret':
      return { do: name }
    case 'crash':
      return {
        do: name,
        process: below(random, processes),
        downMs: oneOf(random, [0, second, 2 * minute, 3 * hour, 26 * hour]),
      }
    case 'pause':
      return {
        do: name,
        process: below(random, processes),
        ms: oneOf(random, [5 * second, 90 * second, 20 * minute, 25 * hour]),
        replace: happens(random, 0.7),
      }
    case 'fill_disk':
      return { do: name, ms: oneOf(random, [10 * second, minute, 20 * minute]) }
    case 'outage':
    case 'hold_post':
      return { do: name, ms: oneOf(random, [minute, 20 * minute, 6 * hour]) }
  }
}

/** How long after the one before: mostly at once or soon, since that is where the races are. */
export const drawPause = (random: Random): number =>
  oneOf(random, [
    0,
    0,
    0,
    0,
    50,
    50,
    500,
    500,
    2 * second,
    20 * second,
    minute,
    minute,
    10 * minute,
    20 * minute,
    hour,
    5 * hour,
    23 * hour,
  ])
