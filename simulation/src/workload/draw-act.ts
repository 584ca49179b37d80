import { hour, minute, second } from '@holdfast/core'
import { below, happens, oneOf, type Random } from '../kernel/random.ts'
import { oddLetterNames } from '../system/letters.ts'
import { twice } from '../system/network.ts'
import type { Act, Paying } from './command.ts'

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
        ...drawPaying(random, cards),
      }
    case 'consult':
      return { do: name, who: below(random, 4), checkout: happens(random, 0.85), key, ...drawPaying(random, cards) }
    case 'appoint':
      return {
        do: name,
        who: below(random, 4),
        slot: oneOf(random, [0, 0, 1, 2]),
        checkout: happens(random, 0.85),
        key,
        ...drawPaying(random, cards),
      }
    case 'find_again':
      return { do: name, on, cookie: happens(random, 0.4), key, ...drawPaying(random, cards) }
    case 'free_slots':
      return { do: name }
    case 'close_consultation':
      return { do: name, on, times: drawTimes(random), key }
    case 'cancel_consultation':
      return { do: name, on, refund: oneOf(random, ['all', 'all', 'nothing'] as const), times: drawTimes(random), key }
    case 'top_up':
      return {
        do: name,
        who: below(random, 4),
        pesos: oneOf(random, [10, 300, 300, 700, 1000, 1000, 2000]),
        ...drawBesides(random),
        key,
        ...drawPaying(random, cards),
      }
    case 'top_up_missing':
      return { do: name, on, key, ...drawPaying(random, cards) }
    case 'pay_with_card':
      return { do: name, on, card: below(random, 2), times: drawTimes(random), key }
    case 'pay_from_wallet':
      return { do: name, on, times: drawTimes(random), key }
    case 'order':
      return {
        do: name,
        who: below(random, 4),
        lines: Array.from({ length: oneOf(random, [1, 1, 2, 3]) }, () => ({
          article: oneOf(random, [0, 0, 1, 1, 2]),
          quantity: oneOf(random, [1, 1, 1, 2]),
        })),
        coupon: happens(random, 0.3),
        ...drawBesides(random),
        checkout: happens(random, 0.85),
        key,
        ...(happens(random, 0.2) ? { card: below(random, 2) } : {}),
        ...drawPaying(random, cards),
      }
    case 'pay_order':
      return { do: name, on, key, ...drawPaying(random, cards) }
    case 'cancel_order':
      return { do: name, on, refund: oneOf(random, ['all', 'all', 'nothing'] as const), times: drawTimes(random), key }
    case 'ship':
    case 'deliver':
      return { do: name, on, times: drawTimes(random) }
    case 'restock':
      return { do: name, article: below(random, 2), by: oneOf(random, [1, 1, 2, 3, -1, -2]) }
    case 'give_coupon':
      return { do: name, limit: 1 + below(random, 2) }
    case 'checkout':
    case 'cancel':
    case 'sync':
      return { do: name, on, times: drawTimes(random), key }
    case 'pay':
      return { do: name, on, card: oneOf(random, cards) }
    case 'authenticate':
      return { do: name, on, outcome: happens(random, 0.7) ? 'succeeded' : 'failed' }
    case 'refund':
    case 'refund_to_wallet':
    case 'refund_top_up':
      return { do: name, on, part: 1 + below(random, 3), times: happens(random, 0.3) ? 2 : 1, key }
    case 'refund_there':
      return { do: name, on, part: 1 + below(random, 3) }
    case 'change_total':
      return { do: name, on, by: oneOf(random, ['more', 'less', 'currency'] as const) }
    case 'dispute':
      return { do: name, on, outcome: oneOf(random, ['open', 'won', 'lost', 'lost'] as const), ...drawPart(random) }
    case 'close_browser':
      return { do: name, on }
    case 'clean_up':
      return {
        do: name,
        olderThanMs: oneOf(random, [second, minute, 20 * minute, hour]),
        dryRun: happens(random, 0.3),
        times: drawTimes(random),
      }
    case 'remove_card':
      return {
        do: name,
        who: below(random, 4),
        card: below(random, 2),
        by: happens(random, 0.7) ? 'owner' : 'somebody_else',
        times: drawTimes(random),
      }
    case 'retry_work':
    case 'resolve':
      return { do: name, on, times: drawTimes(random), key }
    case 'sweep':
      return { do: name, times: drawTimes(random) }
    case 'reconcile':
      return { do: name, fix: happens(random, 0.6) }
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
    case 'send_twice':
      return { do: name, heard: oneOf(random, twice), what: oneOf(random, ['page', 'charge', 'refund']) }
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
    case 'silence':
      return { do: name, ms: oneOf(random, [20 * minute, 9 * hour]) }
    case 'set_clock':
      return {
        do: name,
        process: below(random, processes),
        aheadMs: oneOf(random, [-10 * minute, -2 * minute, 0, 0, 2 * minute, 10 * minute]),
      }
    case 'fill_disk':
      return { do: name, ms: oneOf(random, [10 * second, minute, 20 * minute]) }
    case 'outage':
    case 'hold_post':
      return { do: name, ms: oneOf(random, [minute, 20 * minute, 6 * hour]) }
  }
}

/** Mostly once, now and then by several at once. */
const drawTimes = (random: Random): number => (happens(random, 0.3) ? 2 + below(random, 3) : 1)

/** Now and then in the other currency that the host takes. */
const drawBesides = (random: Random): { readonly besides?: true } => (happens(random, 0.2) ? { besides: true } : {})

/** Now and then only a part of what was paid. */
export const drawPart = (random: Random): { readonly part?: number } =>
  happens(random, 0.3) ? { part: 2 + below(random, 2) } : {}

const drawPaying = (random: Random, cards: readonly string[]): { readonly pays?: Paying } =>
  happens(random, 0.6)
    ? {
        pays: {
          card: oneOf(random, cards),
          afterMs: oneOf(random, [0, 100, 5 * second, 3 * minute, 40 * minute]),
        },
      }
    : {}

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
