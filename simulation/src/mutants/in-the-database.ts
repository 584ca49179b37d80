import { VersionConflict, type PaymentCase, type PaymentProvider, type Transaction } from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'
import type { Mutant } from './mutant.ts'
import { onTransaction, unstopped } from './on-transaction.ts'
import { stories } from './stories.ts'

/** What somebody finds who has read before the one who wrote last: one answer for each name and transaction. */
const readingBefore = <Value>() => {
  const last = new Map<string, Value>()
  return () => {
    const seen = new Map<string, Value>()
    return (name: string, now: Value): Value => {
      const before = seen.get(name) ?? last.get(name) ?? now
      seen.set(name, before)
      last.set(name, now)
      return before
    }
  }
}

const unlessStale = (error: unknown): void => {
  if (!(error instanceof VersionConflict)) throw error
}

/** Has transactions that write begin as those that read do: what they have read may not be so any more when they write. */
export const beginningAsReaders = (sql: string): string => sql.replace('BEGIN IMMEDIATE', 'BEGIN DEFERRED')
const retried: Sabotage = { database: { rewrite: beginningAsReaders, retriesStatements: true } }

/** Nobody is kept from a time that somebody else has. */
const neverTaken = (): Sabotage =>
  onTransaction(({ reservations }) => ({ reservations: { ...reservations, listOverlapping: async () => [] } }))

/** Mistakes in how what is read and what is written belong together. */
export const mutantsInTheDatabase: readonly Mutant[] = [
  {
    name: 'status_written_over',
    scenario: { flow: 'cancelled while it is paid', webhooks: true },
    mistake: 'what a payment was when it was read is written over what it has become meanwhile',
    noticedBy: ['A3', 'A9', 'A15'],
    sabotage: () => {
      const reading = readingBefore<Awaited<ReturnType<Transaction['payments']['find']>>>()
      return onTransaction(({ payments }) => {
        const before = reading()
        return {
          payments: {
            ...payments,
            find: async (id) => {
              const found = await payments.find(id)
              const old = before(id, found)
              return found && old && { ...found, value: { ...found.value, payment: old.value.payment } }
            },
          },
        }
      })
    },
  },
  {
    name: 'stock_not_written',
    scenario: { flow: 'two carts and one vase', webhooks: true },
    mistake: 'whether the stock was still the one that was read is asked as it is written, and nobody hears the answer',
    noticedBy: ['A7'],
    sabotage: () => {
      const reading = readingBefore<Awaited<ReturnType<Transaction['stock']['find']>>>()
      return onTransaction(({ stock }) => {
        const before = reading()
        return {
          stock: {
            ...stock,
            find: async (id) => before(id, await stock.find(id)),
            save: (after, expected) => stock.save(after, expected).catch(unlessStale),
          },
        }
      })
    },
  },
  {
    name: 'slot_given_again',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'nobody looks whether a slot is taken, and it cannot be written twice',
    noticedBy: ['A14'],
    sabotage: neverTaken,
  },
  {
    name: 'slot_given_again_unstopped',
    scenario: { flow: 'two payers and one slot', webhooks: true },
    mistake: 'nobody looks whether a slot is taken, neither as it is written nor in the table',
    noticedBy: ['A4'],
    needs: 'sqlite',
    sabotage: () =>
      unstopped(
        { ...neverTaken(), database: { rewrite: (sql) => sql.replace('NOT EXISTS', '1 = 1 OR NOT EXISTS') } },
        'holdfast_reservations_no_overlap_insert',
        'holdfast_reservations_no_overlap_update',
      ),
  },
  {
    name: 'statement_retried',
    scenario: { flow: stories.twoAskForAPageAtOnce, webhooks: true, pause: ['payments.save', 2] },
    mistake:
      'a statement that comes too late is sent again, and not all of its transaction, and the table has room for one live attempt',
    noticedBy: ['A13'],
    stoppedBy: 'UNIQUE constraint failed: holdfast_attempts.payment_id',
    needs: 'sqlite',
    sabotage: () => retried,
  },
  {
    name: 'statement_retried_unstopped',
    scenario: { flow: stories.twoAskForAPageAtOnce, webhooks: true, pause: ['payments.save', 2] },
    mistake: 'a statement that comes too late is sent again, and not all of its transaction, and nothing stops it',
    noticedBy: ['A1'],
    needs: 'sqlite',
    sabotage: () => unstopped(retried, 'holdfast_attempts_one_live'),
  },
  {
    name: 'unique_once_open',
    scenario: { flow: stories.twoAskForAPageAtOnce, webhooks: true, pause: ['payments.save', 2] },
    mistake:
      'a statement that comes too late is sent again, and the table has room for one page, and for any number not heard of yet',
    noticedBy: ['A1'],
    needs: 'sqlite',
    sabotage: () => {
      const { database, ...rest } = unstopped(retried, 'holdfast_attempts_one_live')
      const narrow = "CREATE UNIQUE INDEX one_open ON holdfast_attempts (payment_id) WHERE status = 'open'"
      return { ...rest, database: { ...database, instead: [narrow] } }
    },
  },
  {
    name: 'read_from_a_replica',
    scenario: { flow: 'refunded in two equal parts, and the stay given up', webhooks: true },
    mistake: 'what is to be done is read where what was just written has not arrived yet',
    noticedBy: ['A5', 'A14'],
    needs: 'sqlite',
    sabotage: () => ({ database: { replica: { lagMs: 60_000, serves: 'reads' } } }),
  },
  {
    name: 'decided_by_a_replica',
    scenario: { flow: 'left, and cleaned up by two at once', webhooks: true },
    mistake: 'what is decided is decided by what was so a minute ago',
    noticedBy: ['A1', 'A3', 'A4', 'A9'],
    needs: 'sqlite',
    sabotage: () => ({ database: { replica: { lagMs: 60_000, serves: 'everything' } } }),
  },
  {
    name: 'refund_not_owed',
    scenario: {
      flow: 'refunded in two equal parts, and the stay given up',
      webhooks: true,
      crash: ['ask POST /v1/refunds', 2],
    },
    mistake:
      'the provider is asked to give money back once the refund is stored, and nothing that is stored says that it has to be',
    noticedBy: ['A5', 'A14'],
    sabotage: () => {
      let provider: PaymentProvider | undefined
      const sent = new Set<string>()
      const send = async ({ refunds, attempts, payment }: PaymentCase): Promise<void> => {
        for (const { id, attemptId, amount, reason, destination, status, idempotencyKey } of refunds) {
          const paid = attempts.find((each) => each.id === attemptId)
          if (destination !== 'provider' || status !== 'requested' || paid?.status !== 'succeeded' || sent.has(id))
            continue
          sent.add(id)
          const request = { refundId: id, paymentId: payment.id, idempotencyKey, amount, reason }
          await provider?.refund({ ...request, chargeId: paid.charge.id })
        }
      }
      return {
        unitOfWork: (inner) => ({
          ...inner,
          run: async (work) => {
            let saved: readonly PaymentCase[] = []
            const result = await inner.run((tx) => {
              saved = []
              const { outbox, payments } = tx
              return work({
                ...tx,
                payments: {
                  ...payments,
                  save: (kase, expected, now) => {
                    saved = [...saved, kase]
                    return payments.save(kase, expected, now)
                  },
                },
                outbox: {
                  ...outbox,
                  append: (pieces, now) =>
                    outbox.append(
                      pieces.filter(({ body }) => body.type !== 'send_refund'),
                      now,
                    ),
                },
              })
            })
            for (const kase of saved) await send(kase)
            return result
          },
        }),
        paymentProvider: (inner) => (provider = inner),
      }
    },
  },
]
