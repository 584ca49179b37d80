import type { Knex } from 'knex'

/** The payment with its attempts and refunds, locked where a database has locks. */
export const lookUpCase = async (trx: Knex.Transaction, paymentId: string) => {
  const payment: PaymentRow | undefined = await trx('holdfast_payments').where({ id: paymentId }).forUpdate().first()
  const attempts: readonly AttemptRow[] = await trx('holdfast_attempts')
    .where({ payment_id: paymentId })
    .orderBy(['position', 'id'])
  const refunds: readonly unknown[] = await trx('holdfast_refunds')
    .where({ payment_id: paymentId })
    .orderBy(['position', 'id'])
  return { payment, attempts, refunds }
}

/** The intent that a payment is for. */
export const lookUpIntent = async (
  trx: Knex.Transaction,
  payment: PaymentRow | undefined,
): Promise<IntentRow | undefined> =>
  trx('holdfast_intents')
    .where({ id: payment?.subject_id ?? '' })
    .forUpdate()
    .first()

interface PaymentRow {
  readonly version: number | string
  readonly status: string
  readonly owner: string
  readonly amount_minor: string | number
  readonly amount_currency: string
  readonly subject_id: string
}
interface AttemptRow {
  readonly id: string
  readonly status: string
  readonly amount_minor: string | number
  readonly amount_currency: string
}
interface IntentRow {
  readonly id: string
  readonly version: string | number
  readonly status: string
  readonly expires_at: string | number
}
