import { day, hour, minute, second } from '@holdfast/core'
import type { Act, Command } from '../workload/command.ts'

const then = (afterMs: number, act: Act): Command => ({ ...act, afterMs, process: 0 })
/** Nothing happens, but time goes on. */
const later = (afterMs: number): Command => then(afterMs, { do: 'spy', on: 0 })
const booked = (night: number): Extract<Act, { readonly do: 'book' }> => ({
  do: 'book',
  who: 0,
  night,
  checkout: true,
  key: true,
})

/** What mistakes show in that show in no golden flow. */
export const stories = {
  // A balance is charged on that day, in vain for minutes; then Stripe does it, and answers with an error.
  clockSetForwardWhileACardIsCharged: [
    then(0, { ...booked(0), pays: { card: 'pm_card_visa', afterMs: 5 * second } }),
    then(2 * day + 290 * second, { do: 'set_clock', process: 0, aheadMs: 10 * minute }),
    later(hour),
  ],
  paidOnAPageThatNobodyHeardOf: [
    then(0, { ...booked(1), key: false }),
    then(minute, { do: 'pay', on: 0, card: 'pm_card_visa' }),
    later(3 * day),
  ],
  twoPagesOfOneAttempt: [then(0, { do: 'send_twice', heard: 'first' }), then(0, booked(1)), later(3 * day)],
  twoComeBackWithTheirCookies: [
    then(0, { ...booked(1), checkout: false }),
    then(second, { ...booked(3), who: 1, checkout: false }),
    then(minute, { do: 'find_again', on: 0, cookie: true, key: true }),
    then(minute, { do: 'find_again', on: 1, cookie: true, key: true }),
    later(hour),
  ],
  twoAskForAPageAtOnce: [
    then(0, { ...booked(1), checkout: false }),
    then(minute, { do: 'checkout', on: 0, times: 1, key: false }),
    then(second, { do: 'checkout', on: 0, times: 1, key: false }),
    later(2 * hour),
  ],
  twoPayersComeBack: [
    then(0, { ...booked(1), pays: { card: 'pm_card_visa', afterMs: 5 * second } }),
    then(0, { ...booked(1), who: 1, pays: { card: 'pm_card_visa', afterMs: 5 * second } }),
    then(minute, { do: 'sync', on: 0, times: 1, key: false }),
    then(second, { do: 'sync', on: 1, times: 1, key: false }),
    later(2 * hour),
  ],
  twoSpendFromOneWallet: [
    then(0, { do: 'top_up', who: 0, pesos: 1000, key: true, pays: { card: 'pm_card_visa', afterMs: 5 * second } }),
    then(minute, { ...booked(1), checkout: false }),
    then(0, { ...booked(3), checkout: false }),
    then(minute, { do: 'pay_from_wallet', on: -1, times: 1, key: true }),
    then(second, { do: 'pay_from_wallet', on: -2, times: 1, key: true }),
    later(2 * hour),
  ],
} satisfies Record<string, readonly Command[]>
