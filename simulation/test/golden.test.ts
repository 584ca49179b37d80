import { hour, second } from '@holdfast/core'
import { afterAll, expect, it } from 'vitest'
import { exhaust } from '../src/exhaust.ts'
import { tolerantTape } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { goldenFlows, goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

/** What golden flows have to come across, with webhooks and by asking alone. */
const flows: Readonly<Record<string, readonly string[]>> = {
  'a balance waived at the desk, which was not for its owner to cancel': [
    'balance_not_for_its_owner_to_cancel',
    'balance_waived',
    'fact:reservation.completed',
  ],
  'declined on the page, and paid on it': ['fact:attempt.page_declined'],
  'topped up, and deposit and balance paid from the wallet': ['wallet:top_up', 'wallet:spend', 'same_key_same_answer'],
  'too little in the wallet, topped up for what is wanted': ['wallet_insufficient', 'wallet_paid_by_itself'],
  'topped up for what somebody else has meanwhile': ['message:kept_in_wallet', 'wallet_not_paid_by_itself'],
  'paid from the wallet while a page is open': ['page_closed_for_wallet', 'wallet:spend'],
  'refunded into the wallet, and the stay given up': ['to_wallet:requested_by_customer', 'wallet:refund'],
  'topped up, spent in part, and the rest given back': ['wallet:top_up_reversed', 'wallet_shortfall'],
  'a top-up that the bank does not take back': ['wallet:top_up_reversed', 'wallet:reversal_undone'],
  'a part disputed and lost, the rest refunded': [
    'part_disputed:lost',
    'fact:payment.dispute_lost_in_part',
    'fact:payment.refunded_in_full',
    'wallet:top_up_reversed',
  ],
  'asked in writing, and answered': ['became:consultation', 'fact:consultation.closed', 'ghosts_counted'],
  'asked in writing, and called off by two at once': ['fact:consultation.cancelled', 'fact:refund.succeeded'],
  'three payers and two places': ['second_place_taken', 'place_lost_and_refunded', 'free_slots_told'],
  'found again without a cookie, and paid': ['found_by_cookie', 'found_by_owner', 'became:reservation'],
  'ordered, sent, and a part of it given back': [
    'fact:order.completed',
    'fact:order.shipped',
    'fact:order.delivered',
    'fact:payment.refunded_in_part',
  ],
  'two carts and one vase': ['not_placed:out_of_stock', 'fact:order.completed'],
  'three carts and one use of a coupon': ['not_placed:coupon_used_up', 'fact:order.completed'],
  'two hold what they want, and one is called off': ['fact:order.cancelled', 'fact:order.completed'],
  'an order disputed before it is sent, and won': [
    'order_disputed:completed',
    'fact:order.shipped',
    'fact:order.delivered',
    'fact:payment.dispute_won',
  ],
  'an order sent, and then disputed and lost': [
    'order_disputed:shipped',
    'fact:order.delivered',
    'fact:payment.dispute_lost',
  ],
  'an order disputed and called off, and won': [
    'order_disputed:completed',
    'fact:order.recalled',
    'fact:payment.dispute_won',
    'refund_owed_after_dispute',
  ],
  'paid, and the browser closed for good': ['left_and_paid', 'became:reservation', 'fact:reservation.balance_paid'],
  'the browser closed on an open page': ['left_unpaid', 'fact:intent.abandoned'],
  'left, and cleaned up by two at once': ['clean_up_foreseen', 'foreseen:abandoned', 'cleaned_up:abandoned'],
  'cleaned up while it is paid': ['cleaned_up:paid', 'cleaned_up:processing', 'became:reservation'],
  'an order that nobody pays': ['fact:order.cancelled', 'fact:order.completed'],
  'an order whose page outlives it': ['fact:order.cancelled'],
  'an order called off while it is paid': ['fact:order.cancelled'],
  'an order paid, and called off before it is sent': ['fact:order.recalled', 'fact:refund.succeeded'],
  'two wallets, and an order paid from the one of its currency': [
    'wallets_in_two_currencies',
    'wallet:spend',
    'wallet:refund',
    'paid_in:JPY',
    'back_in:JPY:wallet',
  ],
  'a card kept, and removed before the balance is due': [
    'card_of_somebody_else_left_alone',
    'card_removed',
    'fallback_page',
  ],
  'no message taken for a night, and sent by hand': ['dead_work_retried', 'work_left_alone', 'message:confirmed'],
  'a dispute on the list, seen to, and everything compared': [
    'attention_resolved',
    'swept_by_hand:done',
    'reconciled',
    'reconciled_and_mended',
    'nothing_differs',
  ],
  'a clock set forth and back while a stay is paid': [
    'clock_set_forward',
    'clock_set_back',
    'fact:reservation.balance_paid',
  ],
  'paid less than was asked for, and then all of it': ['wrong_sum:less', 'became:reservation', 'fact:refund.succeeded'],
  'paid in another currency, and then in the right one': ['wrong_sum:currency', 'fact:order.completed'],
  'paid more into a wallet than was asked for': ['wrong_sum:more', 'message:refunded_surplus'],
  'two banks that take their time, beyond the end of what is bought': ['paid_after_its_end', 'fact:intent.abandoned'],
}

const cases = Object.entries(flows).flatMap(([flow, expected]) =>
  [true, false].map((webhooks) => ({ flow, expected, webhooks })),
)

it.each(cases)('$flow, webhooks: $webhooks', async ({ flow, expected, webhooks }) => {
  const { failure, counts } = await runStory(goldenStory(flow, { webhooks }), { databases, tape: tolerantTape([]) })
  expect(failure).toBeUndefined()
  expect([...counts.keys()]).toEqual(expect.arrayContaining([...expected]))
})

it('knows golden flows by their names', () => {
  expect(Object.keys(goldenFlows)).toEqual(expect.arrayContaining(Object.keys(flows)))
  expect(() => goldenStory('paid in shells', { webhooks: true })).toThrow('paid in shells')
})

/** Every golden flow has its turn at some of its points; all of them are for `npm run simulate -- --exhaust`. */
const stride = 17
const strided = Object.keys(goldenFlows).map((flow, index) => ({
  flow,
  webhooks: index % 2 === 0,
  downMs: index % 4 < 2 ? second : 26 * hour,
  share: { index: index % stride, of: stride },
}))

it.each(strided)('ends well where the process ends: $flow, webhooks: $webhooks', async ({ flow, webhooks, ...at }) => {
  const { runs, failures } = await exhaust(
    goldenStory(flow, { webhooks }),
    { databases },
    { downMs: [at.downMs], stillMs: [], faults: false, pairsEvery: 0, share: at.share },
  )
  expect(failures.map(({ where, run }) => `${where}: ${String(run.failure)}`)).toEqual([])
  expect(runs).toBeGreaterThan(1)
})
