import { day, hour, minute, second } from '@holdfast/core'
import type { HostPolicy } from '../oracle/host-policy.ts'
import { oddLetterNames } from '../system/letters.ts'
import type { Act, Command } from './command.ts'
import type { Profile, Story } from './story.ts'

const then = (afterMs: number, act: Act): Command => ({ ...act, afterMs, process: 0 })
const booked = (card: string, who = 0, afterMs = 5 * second): Extract<Act, { readonly do: 'book' }> => ({
  do: 'book',
  who,
  night: 0,
  checkout: true,
  key: true,
  pays: { card, afterMs },
})
const toppedUp = (card: string, pesos: number): Act => ({
  do: 'top_up',
  who: 0,
  pesos,
  key: true,
  pays: { card, afterMs: 5 * second },
})
const consulted = (who: number): Extract<Act, { readonly do: 'consult' }> => ({
  do: 'consult',
  who,
  checkout: true,
  key: true,
  pays: { card: 'pm_card_visa', afterMs: 5 * second },
})
const appointed = (who: number): Act => ({ ...consulted(who), do: 'appoint', slot: 0 })
/** Whoever has paid comes back, so that it is known also where no webhook comes. */
const cameBack = then(10 * second, { do: 'sync', on: -1, times: 1, key: false })
/** A night that somebody wants, with no page to pay it on. */
const wanted = (night: number): Extract<Act, { readonly do: 'book' }> => ({
  do: 'book',
  who: 0,
  night,
  checkout: false,
  key: true,
})
const stocked = (article: number, by: number): Command => then(0, { do: 'restock', article, by })
const ordered = (
  who: number,
  lines: readonly (readonly [article: number, quantity: number])[],
  more: Partial<Extract<Act, { readonly do: 'order' }>> = {},
): Act => ({
  do: 'order',
  who,
  lines: lines.map(([article, quantity]) => ({ article, quantity })),
  coupon: false,
  checkout: true,
  key: true,
  pays: { card: 'pm_card_visa', afterMs: 5 * second },
  ...more,
})
const disputed = (afterMs: number, outcome: 'open' | 'won' | 'lost', part?: number): Command =>
  then(afterMs, { do: 'dispute', on: 0, outcome, ...(part === undefined ? {} : { part }) })
const cleanedUp = (afterMs: number, more: Partial<Extract<Act, { readonly do: 'clean_up' }>> = {}): Command =>
  then(afterMs, { do: 'clean_up', olderThanMs: minute, dryRun: false, times: 1, ...more })
/** Nothing happens, but time goes on. */
const later = (afterMs: number): Command => then(afterMs, { do: 'spy', on: 0 })

/** What a host lives by, step by step, with nothing in the way. Night 0 is four days from the start, its balance due in two. */
export const goldenFlows: Readonly<Record<string, readonly Command[]>> = {
  'deposit and balance': [then(0, booked('pm_card_visa')), later(2 * day + hour)],
  'declined, another page, paid': [
    then(0, booked('pm_card_authenticationRequired')),
    then(2 * day + hour, { do: 'checkout', on: 1, times: 1, key: true }),
    then(10 * second, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(hour),
  ],
  'cancelled while it is paid': [
    then(0, booked('pm_card_visa', 0, 0)),
    then(100, { do: 'cancel', on: 0, times: 1, key: true }),
    later(hour),
  ],
  'cancelled, and paid all the same': [
    then(0, { do: 'book', who: 0, night: 0, checkout: true, key: true }),
    then(5 * second, { do: 'cancel', on: 0, times: 1, key: true }),
    then(0, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(hour),
  ],
  'a balance waived at the desk, which was not for its owner to cancel': [
    then(0, booked('pm_card_authenticationRequired')),
    then(2 * day + hour, { do: 'cancel', on: 1, times: 1, key: true }),
    then(minute, { do: 'checkout', on: 1, times: 1, key: true }),
    then(minute, { do: 'cancel', on: 1, times: 2, key: true }),
    then(50, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(4 * day),
  ],
  'two payers and one slot': [then(0, booked('pm_card_visa', 0)), then(0, booked('pm_card_visa', 1)), later(2 * hour)],
  'a bank that takes its time': [then(0, booked('pm_usBankAccount_success')), later(3 * hour)],
  'a new price while the page is open': [
    then(0, booked('pm_card_authenticationRequired')),
    then(2 * day + hour, { do: 'reprice', on: 0, to: 2 }),
    then(second, { do: 'checkout', on: 1, times: 2, key: true }),
    then(10 * second, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(hour),
  ],
  'a new price while a bank takes its time': [
    then(0, { ...wanted(0), checkout: true }),
    then(5 * second, { do: 'pay', on: 0, card: 'pm_usBankAccount_success' }),
    then(50, { do: 'reprice', on: 0, to: 2 }),
    then(second, { do: 'checkout', on: 0, times: 2, key: true }),
    then(second, { do: 'pay_from_wallet', on: 0, times: 1, key: true }),
    later(2 * day + hour),
  ],
  'refunded in two equal parts, and the stay given up': [
    then(0, booked('pm_card_visa')),
    then(10 * second, { do: 'sync', on: 0, times: 1, key: false }),
    then(60 * second, { do: 'refund', on: 1, part: 3, times: 2, key: true }),
    then(60 * second, { do: 'leave', on: 0, refund: 'all' }),
    later(hour),
  ],
  'a guest, a stranger and a forger': [
    then(0, booked('pm_card_visa')),
    then(10 * second, { do: 'book', who: 1, night: 2, checkout: true, key: true }),
    ...oddLetterNames.map((name, on) => then(second, { do: 'odd_letter', on, name })),
    then(second, { do: 'reuse_key', who: 1, night: 1 }),
    then(second, { do: 'refund_too_much', on: 0 }),
    then(second, { do: 'look', on: 0 }),
    later(hour),
  ],
  'declined on the page, and paid on it': [
    then(0, booked('pm_card_chargeDeclined')),
    then(10 * second, { do: 'sync', on: 0, times: 1, key: false }),
    then(10 * second, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(hour),
  ],
  'refunded in part and disputed, in the dashboard': [
    then(0, booked('pm_card_visa')),
    then(3 * hour, { do: 'refund_there', on: 0, part: 3 }),
    then(day, { do: 'dispute', on: 0, outcome: 'open' }),
    then(8 * day, { do: 'dispute', on: 0, outcome: 'lost' }),
  ],
  'a part disputed and lost, the rest refunded': [
    then(0, toppedUp('pm_card_visa', 1000)),
    cameBack,
    disputed(hour, 'open', 2),
    disputed(7 * day, 'lost'),
    then(8 * day, { do: 'refund_top_up', on: -1, part: 2, times: 1, key: true }),
    later(hour),
  ],
  'a refund that the bank sends back': [
    then(0, booked('pm_card_refundFail')),
    then(3 * hour, { do: 'refund', on: 1, part: 1, times: 1, key: true }),
  ],
  'one refund, asked for twice': [
    then(0, booked('pm_card_visa')),
    then(10 * second, { do: 'sync', on: 0, times: 1, key: false }),
    later(second),
    then(0, { do: 'refund', on: 1, part: 3, times: 2, key: true }),
    later(hour),
  ],
  'topped up, and deposit and balance paid from the wallet': [
    then(0, toppedUp('pm_card_visa', 1000)),
    cameBack,
    then(minute, wanted(0)),
    then(second, { do: 'pay_from_wallet', on: 0, times: 1, key: true }),
    then(minute, { do: 'pay_from_wallet', on: -1, times: 2, key: true }),
    later(2 * day + hour),
  ],
  'too little in the wallet, topped up for what is wanted': [
    then(0, wanted(1)),
    then(second, { do: 'pay_from_wallet', on: 0, times: 1, key: true }),
    then(second, { do: 'top_up_missing', on: 0, key: true, pays: { card: 'pm_card_visa', afterMs: 5 * second } }),
    later(2 * hour),
  ],
  'topped up for what somebody else has meanwhile': [
    then(0, wanted(1)),
    then(second, { do: 'top_up_missing', on: 0, key: true, pays: { card: 'pm_card_visa', afterMs: 5 * minute } }),
    then(minute, { ...booked('pm_card_visa', 1), night: 1 }),
    cameBack,
    later(2 * hour),
  ],
  'paid from the wallet while a page is open': [
    then(0, toppedUp('pm_card_visa', 1000)),
    cameBack,
    then(minute, { ...wanted(1), checkout: true }),
    then(5 * second, { do: 'pay_from_wallet', on: -1, times: 1, key: true }),
    then(0, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(hour),
  ],
  'refunded into the wallet, and the stay given up': [
    then(0, { ...booked('pm_card_visa'), night: 1 }),
    cameBack,
    then(minute, { do: 'refund_to_wallet', on: -1, part: 3, times: 2, key: true }),
    then(minute, { do: 'leave', on: 0, refund: 'all' }),
    later(hour),
  ],
  'topped up, spent in part, and the rest given back': [
    then(0, toppedUp('pm_card_visa', 1000)),
    cameBack,
    then(minute, wanted(0)),
    then(second, { do: 'pay_from_wallet', on: 0, times: 1, key: true }),
    then(minute, { do: 'refund_top_up', on: -1, part: 1, times: 1, key: true }),
    then(minute, { do: 'refund_top_up', on: -1, part: 2, times: 1, key: true }),
    then(hour, { do: 'dispute', on: 0, outcome: 'lost' }),
    later(hour),
  ],
  'a top-up that the bank does not take back': [
    then(0, toppedUp('pm_card_refundFail', 500)),
    then(3 * hour, { do: 'refund_top_up', on: -1, part: 1, times: 1, key: true }),
    later(hour),
  ],
  'asked in writing, and answered': [
    then(0, consulted(0)),
    cameBack,
    then(minute, { do: 'close_consultation', on: 0, times: 1, key: true }),
    then(second, { do: 'cancel_consultation', on: 0, refund: 'all', times: 1, key: true }),
    later(hour),
  ],
  'asked in writing, and called off by two at once': [
    then(0, consulted(0)),
    cameBack,
    then(minute, { do: 'cancel_consultation', on: 0, refund: 'all', times: 2, key: false }),
    later(hour),
  ],
  'three payers and two places': [
    then(0, appointed(0)),
    then(0, appointed(1)),
    then(0, appointed(2)),
    then(minute, { do: 'free_slots' }),
    later(2 * hour),
  ],
  'found again without a cookie, and paid': [
    then(0, wanted(1)),
    then(10 * minute, { do: 'find_again', on: 0, cookie: true, key: true }),
    then(10 * minute, {
      do: 'find_again',
      on: 0,
      cookie: false,
      key: true,
      pays: { card: 'pm_card_visa', afterMs: 5 * second },
    }),
    later(hour),
  ],
  'ordered, sent, and a part of it given back': [
    stocked(0, 3),
    then(0, { do: 'give_coupon', limit: 1 }),
    then(
      second,
      ordered(
        0,
        [
          [0, 1],
          [2, 1],
          [0, 1],
        ],
        { coupon: true },
      ),
    ),
    cameBack,
    then(minute, { do: 'ship', on: 0, times: 2 }),
    then(hour, { do: 'deliver', on: 0, times: 1 }),
    then(hour, { do: 'refund', on: -1, part: 2, times: 1, key: true }),
    later(hour),
  ],
  'two carts and one vase': [
    stocked(1, 1),
    then(second, ordered(0, [[1, 1]])),
    then(0, ordered(1, [[1, 1]])),
    later(2 * hour),
  ],
  'three carts and one use of a coupon': [
    stocked(0, 3),
    then(0, { do: 'give_coupon', limit: 1 }),
    ...[0, 1, 2].map((who) => then(second, ordered(who, [[0, 1]], { coupon: true }))),
    later(2 * hour),
  ],
  'two cards kept, and orders paid with them': [
    stocked(0, 3),
    then(0, booked('pm_card_visa')),
    cameBack,
    then(0, { ...booked('pm_card_visa', 1), night: 2 }),
    cameBack,
    then(minute, ordered(0, [[0, 1]], { card: 0 })),
    then(minute, ordered(1, [[0, 1]], { pays: { card: 'pm_card_chargeDeclined', afterMs: 5 * second } })),
    then(minute, { do: 'pay_with_card', on: -1, card: 0, times: 2, key: true }),
    later(2 * hour),
  ],
  'a card kept, and an order called off while it pays': [
    stocked(0, 1),
    then(0, booked('pm_card_visa')),
    cameBack,
    then(minute, {
      do: 'order',
      who: 0,
      lines: [{ article: 0, quantity: 1 }],
      coupon: false,
      checkout: true,
      key: true,
    }),
    then(minute, { do: 'pay_with_card', on: -1, card: 0, times: 1, key: true }),
    then(0, { do: 'cancel_order', on: 0, refund: 'all', times: 1, key: true }),
    later(2 * hour),
  ],
  'two hold what they want, and one is called off': [
    stocked(0, 3),
    then(second, ordered(0, [[0, 1]], { checkout: false })),
    then(second, ordered(1, [[0, 1]], { pays: { card: 'pm_card_visa', afterMs: 5 * minute } })),
    then(minute, { do: 'cancel_order', on: 0, refund: 'nothing', times: 1, key: true }),
    later(2 * hour),
  ],
  'an order disputed before it is sent, and won': [
    stocked(0, 1),
    then(second, ordered(0, [[0, 1]])),
    cameBack,
    disputed(hour, 'open'),
    then(day, { do: 'ship', on: 0, times: 1 }),
    disputed(7 * day, 'won'),
    then(day, { do: 'deliver', on: 0, times: 1 }),
  ],
  'an order sent, and then disputed and lost': [
    stocked(0, 1),
    then(second, ordered(0, [[0, 1]])),
    cameBack,
    then(minute, { do: 'ship', on: 0, times: 1 }),
    disputed(day, 'open'),
    then(5 * day, { do: 'deliver', on: 0, times: 1 }),
    disputed(2 * day, 'lost'),
    then(day, { do: 'cancel_order', on: 0, refund: 'all', times: 1, key: true }),
  ],
  'an order disputed and called off, and won': [
    stocked(0, 1),
    then(second, ordered(0, [[0, 1]])),
    cameBack,
    disputed(hour, 'open'),
    then(day, { do: 'cancel_order', on: 0, refund: 'all', times: 1, key: true }),
    disputed(7 * day, 'won'),
    later(hour),
  ],
  'an order that nobody pays': [
    stocked(1, 1),
    then(0, ordered(2, [[2, 1]], { checkout: false })),
    then(second, ordered(0, [[1, 1]], { pays: { card: 'pm_card_chargeDeclined', afterMs: 5 * second } })),
    then(2 * hour, ordered(1, [[1, 1]])),
    later(hour),
  ],
  'an order whose page outlives it': [
    stocked(0, 1),
    then(0, ordered(0, [[0, 1]], { checkout: false })),
    then(50 * minute, { do: 'pay_order', on: 0, key: true }),
    later(3 * hour),
  ],
  'an order called off while it is paid': [
    stocked(0, 1),
    then(second, ordered(0, [[0, 1]], { pays: { card: 'pm_card_visa', afterMs: second } })),
    then(second, { do: 'cancel_order', on: 0, refund: 'all', times: 2, key: true }),
    later(2 * hour),
  ],
  'an order paid, and called off before it is sent': [
    stocked(0, 1),
    then(second, ordered(0, [[0, 1]])),
    cameBack,
    then(minute, { do: 'cancel_order', on: 0, refund: 'all', times: 2, key: true }),
    later(hour),
  ],
  'paid, and the browser closed for good': [
    then(0, booked('pm_card_visa')),
    then(5_100, { do: 'close_browser', on: 0 }),
    cameBack,
    later(2 * day + hour),
  ],
  'the browser closed on an open page': [
    then(0, { ...booked('pm_card_visa', 0, minute), night: 1 }),
    then(30 * second, { do: 'close_browser', on: 0 }),
    then(minute, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(3 * hour),
  ],
  'left, and cleaned up by two at once': [
    then(0, { ...wanted(1), checkout: true }),
    then(second, consulted(1)),
    then(second, { ...wanted(2), who: 2 }),
    cleanedUp(40 * minute, { dryRun: true }),
    cleanedUp(0, { times: 2 }),
    then(second, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    cleanedUp(hour),
    later(hour),
  ],
  'cleaned up while it is paid': [
    then(0, { ...wanted(1), checkout: true }),
    then(0, { ...consulted(1), pays: { card: 'pm_usBankAccount_success', afterMs: second } }),
    then(2 * minute, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    cleanedUp(0),
    cleanedUp(50, { dryRun: true }),
    later(3 * hour),
  ],
  'a page asked for twice, and both paid': [
    then(0, { do: 'send_twice', heard: 'first' }),
    then(0, { ...booked('pm_card_visa'), night: 1 }),
    then(minute, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(2 * hour),
  ],
  'a saved card charged twice on its way': [
    then(0, booked('pm_card_visa')),
    then(minute, { do: 'send_twice', what: 'charge', heard: 'second' }),
    later(2 * day + hour),
  ],
  'a part given back twice on its way': [
    then(0, { ...booked('pm_card_visa'), night: 1 }),
    cameBack,
    then(second, { do: 'send_twice', what: 'refund', heard: 'first' }),
    then(minute, { do: 'refund', on: 0, part: 3, times: 1, key: true }),
    later(2 * hour),
  ],
  'two wallets, and an order paid from the one of its currency': [
    stocked(1, 2),
    then(0, { do: 'give_coupon', limit: 1 }),
    then(second, toppedUp('pm_card_visa', 1000)),
    cameBack,
    then(minute, {
      do: 'top_up',
      who: 0,
      pesos: 700,
      besides: true,
      key: true,
      pays: { card: 'pm_card_visa', afterMs: second },
    }),
    cameBack,
    then(minute, ordered(0, [[1, 1]], { besides: true, coupon: true, checkout: false })),
    then(second, { do: 'pay_from_wallet', on: -1, times: 2, key: true }),
    then(minute, { do: 'refund', on: -1, part: 3, times: 1, key: true }),
    later(hour),
  ],
  'a card kept, and removed before the balance is due': [
    then(0, booked('pm_card_visa')),
    cameBack,
    then(minute, { do: 'remove_card', who: 0, card: 0, by: 'somebody_else', times: 1 }),
    then(minute, { do: 'remove_card', who: 0, card: 0, by: 'owner', times: 2 }),
    then(2 * day, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(hour),
  ],
  'no message taken for a night, and sent by hand': [
    then(0, { do: 'silence', ms: 9 * hour }),
    then(0, consulted(0)),
    cameBack,
    then(10 * hour, { do: 'retry_work', on: 0, times: 2, key: true }),
    then(minute, { do: 'retry_work', on: 0, times: 1, key: false }),
    later(hour),
  ],
  'a dispute on the list, seen to, and everything compared': [
    then(0, { ...booked('pm_card_visa'), night: 1 }),
    cameBack,
    disputed(minute, 'open'),
    then(hour, { do: 'resolve', on: 0, times: 2, key: false }),
    then(hour, { do: 'sweep', times: 2 }),
    then(minute, { do: 'reconcile', fix: true }),
    disputed(hour, 'won'),
    then(hour, { do: 'reconcile', fix: false }),
  ],
  'a clock set forth and back while a stay is paid': [
    then(0, booked('pm_card_visa')),
    then(2 * second, { do: 'set_clock', process: 0, aheadMs: 10 * minute }),
    cameBack,
    then(hour, { do: 'set_clock', process: 0, aheadMs: -10 * minute }),
    then(minute, { do: 'balance', on: 0, times: 1 }),
    then(2 * day, { do: 'set_clock', process: 0, aheadMs: 0 }),
    later(hour),
  ],
  'paid less than was asked for, and then all of it': [
    then(0, { ...wanted(1), checkout: true }),
    then(5 * second, { do: 'change_total', on: 0, by: 'less' }),
    then(5 * second, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    cameBack,
    then(minute, { do: 'checkout', on: 0, times: 1, key: true }),
    then(5 * second, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(hour),
  ],
  'paid in another currency, and then in the right one': [
    stocked(0, 1),
    then(second, ordered(0, [[0, 1]], { pays: { card: 'pm_card_visa', afterMs: 10 * second } })),
    then(5 * second, { do: 'change_total', on: 0, by: 'currency' }),
    later(10 * second),
    cameBack,
    then(minute, { do: 'pay_order', on: 0, key: true, pays: { card: 'pm_card_visa', afterMs: 5 * second } }),
    later(2 * hour),
  ],
  'paid more into a wallet than was asked for': [
    then(0, toppedUp('pm_usBankAccount_success', 500)),
    then(2 * second, { do: 'change_total', on: 0, by: 'more' }),
    later(3 * hour),
  ],
  'two banks that take their time, beyond the end of what is bought': [
    then(0, { ...consulted(0), pays: { card: 'pm_usBankAccount_success', afterMs: 5 * second } }),
    then(0, { ...consulted(1), pays: { card: 'pm_usBankAccount_insufficientFunds', afterMs: 5 * second } }),
    later(8 * day),
  ],
}

/** One process, nothing left to chance. */
export const harmless: Profile = {
  name: 'calm',
  processes: 1,
  statements: false,
  policy: 'oldest',
  faultRate: 0,
  crashRate: 0,
  impatience: 0,
  skewMs: [0],
  post: { loss: 0, twice: 0, delay: 0 },
  lateMoney: 'refund',
  walletRefunds: [],
  webhooksAtTheEnd: true,
  livemode: false,
  notifierFaultRate: 0,
  breaker: false,
  history: false,
  doubleRate: 0,
  wrongAmount: 'refund',
  currency: 'MXN',
}

/** A golden flow as a story; without webhooks everything has to be found by asking. @throws where there is no such flow. */
export const goldenStory = (
  name: string,
  {
    webhooks,
    breaker = false,
    policy = {},
  }: { readonly webhooks: boolean; readonly breaker?: boolean; readonly policy?: Partial<HostPolicy> },
): Story => {
  const commands = goldenFlows[name]
  if (commands === undefined) throw new RangeError(`There is no golden flow '${name}'.`)
  const post = { ...harmless.post, loss: webhooks ? 0 : 1 }
  return {
    seed: `golden ${name}`,
    profile: { ...harmless, ...policy, webhooksAtTheEnd: webhooks, post, breaker },
    commands,
  }
}
