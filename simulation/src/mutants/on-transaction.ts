import type { RefundReason, Transaction } from '@holdfast/core'
import type { Sabotage } from '../system/process.ts'

/** Puts something else in the place of stores, in every transaction. */
export const onTransaction = (change: (tx: Transaction) => Partial<Transaction>): Sabotage => ({
  unitOfWork: (inner) => ({
    run: (work) => inner.run((tx) => work({ ...tx, ...change(tx) })),
    read: (work) => inner.read((tx) => work({ ...tx, ...change(tx) })),
  }),
})

/** Forgets refunds for a reason: they are neither stored nor sent. */
export const withoutRefunds = (reason: RefundReason): Sabotage => {
  const kept = new Set<string>()
  return onTransaction(({ payments, outbox }) => ({
    payments: {
      ...payments,
      save: async (kase, expected, now) => {
        for (const refund of kase.refunds) if (refund.reason === reason) kept.add(refund.id)
        await payments.save({ ...kase, refunds: kase.refunds.filter(({ id }) => !kept.has(id)) }, expected, now)
      },
    },
    outbox: {
      ...outbox,
      append: (work, now) =>
        outbox.append(
          work.filter(({ body }) => !(body.type === 'send_refund' && kept.has(body.refundId))),
          now,
        ),
    },
  }))
}
