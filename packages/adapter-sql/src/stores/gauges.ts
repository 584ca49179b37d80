import type { Gauges } from '@holdfast/core'
import { count } from '../row.ts'
import type { SqlSession } from '../session.ts'
import { statement } from '../statement.ts'

const payable = "p.status IN ('pending', 'processing', 'authorized', 'failed')"

/** True for a record whose payment has not brought what it was for. */
const isGhost = (record: string): string => `NOT EXISTS (
  SELECT 1 FROM holdfast_payments p JOIN holdfast_attempts a ON a.id = p.counted_attempt_id
  WHERE p.id = ${record}.payment_id AND a.payment_id = p.id AND a.status = 'succeeded'
    AND a.charge_minor = p.amount_minor AND a.charge_currency = p.amount_currency
)`

const all = statement(`SELECT
  (SELECT count(*) FROM holdfast_payments WHERE status = 'failed') AS failed_payments,
  (SELECT count(*) FROM holdfast_payments p JOIN holdfast_attempts a ON a.payment_id = p.id
    WHERE ${payable} AND a.position > 0) AS retries,
  (SELECT count(*) FROM holdfast_intents WHERE status = 'open') AS open_intents,
  (SELECT count(*) FROM holdfast_reservations r WHERE ${isGhost('r')})
    + (SELECT count(*) FROM holdfast_consultations c WHERE ${isGhost('c')})
    + (SELECT count(*) FROM holdfast_orders o WHERE o.status IN ('completed', 'shipped', 'delivered') AND ${isGhost('o')})
    + (SELECT count(*) FROM holdfast_intents i WHERE i.status = 'fulfilled' AND ${isGhost('i')}) AS ghost_records`)

/** How things stand, in one statement that sees one moment. */
export const sqlGauges = (session: SqlSession): Gauges => ({
  async read() {
    const [row = {}] = await session.query(all, [])
    return {
      failedPayments: count(row, 'failed_payments'),
      retries: count(row, 'retries'),
      openIntents: count(row, 'open_intents'),
      ghostRecords: count(row, 'ghost_records'),
    }
  },
})
