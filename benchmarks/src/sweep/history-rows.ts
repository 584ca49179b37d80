import { day, hour } from '@holdfast/core'
import { price } from '../paid-session.ts'
import type { Location } from '../scratch.ts'
import { amountMinor, apartMs, dueAtOfThing, idFiller, kindOfThing, scatter, type Numbering } from './numbering.ts'

/**
 * The statements that make all rows of a history, one for each table. They read alike on both databases, but for how a number is
 * written in hexadecimal digits.
 */
export const historyStatements = (numbering: Numbering, database: Location['kind']): readonly string[] =>
  [payments, attempts(numbering), refunds].map(
    ({ table, columns, where }) =>
      `WITH RECURSIVE ${things(numbering, database)}
       INSERT INTO ${table} (${Object.keys(columns).join(', ')})
       SELECT ${Object.values(columns).join(', ')} FROM things ${where}`,
  )

/** What goes into a table: for each column, what it is of a thing. */
interface Rows {
  readonly table: string
  readonly columns: Readonly<Record<string, string>>
  readonly where: string
}

const things = (numbering: Numbering, database: Location['kind']): string => {
  const scattered = `((n * ${scatter}) % ${2 ** 32})`
  const digits = database === 'sqlite' ? `printf('%08x', ${scattered})` : `lpad(to_hex(${scattered}), 8, '0')`
  return `numbers (n) AS (
      SELECT CAST(0 AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${numbering.payments}
    ), things AS (
      SELECT n, ${digits} || '${idFiller}' AS tail, ${kindOfThing(numbering)} AS kind,
        ${dueAtOfThing(numbering)} AS due_at,
        ${numbering.madeAt} - (${numbering.payments} - n) * ${apartMs} AS made_at
      FROM numbers
    )`
}

const isOpen = `kind IN ('page_due', 'page_open')`
const isPaid = `kind IN ('paid', 'charge_due', 'refund_due', 'refunded')`
const ifPaid = (value: string): string => `CASE WHEN ${isPaid} THEN ${value} END`

const payments: Rows = {
  table: 'holdfast_payments',
  columns: {
    id: `'pay_' || tail`,
    version: '2',
    updated_at: 'made_at',
    purpose: `'full'`,
    owner: `'own_' || (n % 50000)`,
    subject_type: `'intent'`,
    subject_id: `'int_' || tail`,
    amount_minor: String(amountMinor),
    amount_currency: `'${price.currency}'`,
    item_name: `'Room'`,
    item_description: `'One night'`,
    metadata: `'{"intent_id":"int_' || tail || '"}'`,
    save_card: '0',
    created_at: 'made_at',
    status: `CASE WHEN ${isOpen} THEN 'pending' WHEN kind = 'expired' THEN 'cancelled' WHEN kind = 'refunded' THEN 'refunded'
             ELSE 'completed' END`,
    cancelled_at: `CASE WHEN kind = 'expired' THEN made_at END`,
    cancel_reason: `CASE WHEN kind = 'expired' THEN 'abandoned' END`,
    completed_at: ifPaid('made_at'),
    counted_attempt_id: ifPaid(`'att_' || tail`),
    refunded_minor: ifPaid(`CASE WHEN kind = 'refunded' THEN ${amountMinor} ELSE 0 END`),
  },
  where: '',
}

const attempts = ({ madeAt }: Numbering): Rows => {
  const page = JSON.stringify({
    successUrl: 'https://shop.test/thanks',
    cancelUrl: 'https://shop.test/basket',
    expiresAt: madeAt + day,
  })
  return {
    table: 'holdfast_attempts',
    columns: {
      id: `'att_' || tail`,
      payment_id: `'pay_' || tail`,
      position: '0',
      kind: `'hosted'`,
      amount_minor: String(amountMinor),
      amount_currency: `'${price.currency}'`,
      idempotency_key: `'att_' || tail`,
      requested_at: 'made_at',
      announce: '0',
      page: `'${page}'`,
      provider_id: `'cs_test_att_' || tail`,
      status: `CASE WHEN ${isOpen} THEN 'open' WHEN kind = 'expired' THEN 'expired' ELSE 'succeeded' END`,
      look_at: `CASE WHEN kind IN ('page_due', 'charge_due') THEN due_at WHEN kind = 'page_open' THEN ${madeAt + 6 * hour}
                WHEN ${isPaid} THEN ${madeAt + day} + (n % 365) * ${day} END`,
      looks: `CASE WHEN ${isOpen} THEN 0 WHEN ${isPaid} THEN 10 END`,
      url: `CASE WHEN ${isOpen} THEN 'https://checkout.test/c/pay/cs_test_att_' || tail END`,
      expires_at: `CASE WHEN ${isOpen} THEN ${madeAt + day} END`,
      succeeded_at: ifPaid('made_at'),
      charge_id: ifPaid(`'pi_' || tail`),
      charge_minor: ifPaid(String(amountMinor)),
      charge_currency: ifPaid(`'${price.currency}'`),
      expired_at: `CASE WHEN kind = 'expired' THEN made_at END`,
    },
    where: '',
  }
}

const refunds: Rows = {
  table: 'holdfast_refunds',
  columns: {
    id: `'rf_' || tail`,
    payment_id: `'pay_' || tail`,
    position: '0',
    idempotency_key: `'rf_' || tail`,
    attempt_id: `'att_' || tail`,
    amount_minor: String(amountMinor),
    amount_currency: `'${price.currency}'`,
    destination: `'provider'`,
    reason: `'requested_by_customer'`,
    requested_at: 'made_at',
    provider_id: `'re_rf_' || tail`,
    status: `CASE WHEN kind = 'refund_due' THEN 'pending' ELSE 'succeeded' END`,
    look_at: `CASE WHEN kind = 'refund_due' THEN due_at END`,
    looks: `CASE WHEN kind = 'refund_due' THEN 0 END`,
    succeeded_at: `CASE WHEN kind = 'refunded' THEN made_at END`,
  },
  where: `WHERE kind IN ('refund_due', 'refunded')`,
}
