import type { Mutant } from './mutant.ts'
import { beginningAsReaders } from './in-the-database.ts'
import { onTransaction } from './on-transaction.ts'
import { everybodysResource } from './on-postgres.ts'
import { stories } from './stories.ts'

/** A mistake that breaks no promise, since something else keeps it. */
export interface Harmless extends Pick<Mutant, 'name' | 'scenario' | 'needs' | 'sabotage'> {
  readonly mistake: string
  /** What keeps all promises all the same. */
  readonly since: string
  /** What has to have been met, so that it was put to the test. */
  readonly met: string
}

/** All that the tables refuse by themselves and the library does not ask for. */
const nets: readonly string[] = [
  'holdfast_attempts_one_live',
  'holdfast_attempts_provider',
  'holdfast_attempts_charge',
  'holdfast_refunds_provider',
  'holdfast_intents_token',
  'holdfast_reservations_no_overlap_insert',
  'holdfast_reservations_no_overlap_update',
  'holdfast_consultations_intent',
  'holdfast_ledger_position',
  'CHECK (held <= on_hand)',
  'CHECK (used + held <= use_limit)',
  'CHECK (balance_minor >= 0)',
]

/** Mistakes after which all is well: the usual ones of such systems, of which something else here takes away the harm. */
export const harmless: readonly Harmless[] = [
  {
    name: 'begun_as_reader',
    scenario: { flow: stories.twoAskForAPageAtOnce, webhooks: true, pause: ['payments.save', 2] },
    mistake: 'transactions that write begin as readers',
    since: 'whoever comes too late to write runs all of its transaction again',
    met: 'busy_snapshot',
    needs: 'sqlite',
    sabotage: () => ({ database: { rewrite: beginningAsReaders } }),
  },
  {
    name: 'resource_not_locked_and_stopped',
    scenario: { flow: stories.twoPayersComeBack, webhooks: false, pause: ['commit', 10] },
    mistake: 'whether a slot is taken is asked without keeping others from taking it',
    since: 'the table has room for each slot once, and whoever comes too late runs all of its transaction again',
    met: 'waited_for_lock',
    needs: 'statements',
    sabotage: () => everybodysResource,
  },
  {
    name: 'nothing_stopped',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake:
      'the tables are made without any unique index but their keys, and without what keeps slots, stock, coupons and wallets',
    since: 'each of these is a second net, which is never fallen into without another mistake',
    met: 'fact:refund.requested',
    needs: 'sqlite',
    sabotage: () => ({ database: { without: nets } }),
  },
  {
    name: 'refused_key_kept',
    scenario: {
      flow: 'refunded in two equal parts, and the stay given up',
      webhooks: false,
      // The first two requests there look for what the third asks for.
      fault: ['500_no_effect', 3, '/v1/refunds'],
    },
    mistake: 'a key that is answered with an error is used again until it is forgotten',
    since: 'the provider forgets it after a day, and no promise says how soon money has to go back',
    met: 'fault:500_no_effect',
    sabotage: () =>
      onTransaction(({ payments }) => ({
        payments: {
          ...payments,
          save: (kase, expected, now) =>
            payments.save(
              { ...kase, refunds: kase.refunds.map((refund) => ({ ...refund, idempotencyKey: refund.id })) },
              expected,
              now,
            ),
        },
      })),
  },
]
