import type { Gauges } from '@holdfast/core'
import { count } from '../row.ts'
import type { SqlSession } from '../session.ts'
import { statement } from '../statement.ts'

const payable = "p.status IN ('pending', 'processing', 'authorized', 'failed')"

/** How often somebody has tried to pay by an attempt, as the core's `retriesOf` counts it, but for the first try of a payment. */
const retries = `CASE
  WHEN a.status IN ('processing', 'succeeded', 'declined') THEN a.decline_count + 1
  WHEN a.decline_count > 1 THEN a.decline_count
  ELSE 1
END - CASE WHEN a.position = 0 THEN 1 ELSE 0 END`

/** True for an attempt after which its payment had no other. */
const isNewest = `NOT EXISTS (
  SELECT 1 FROM holdfast_attempts n WHERE n.payment_id = a.payment_id AND n.position > a.position
)`

/**
 * True for a record whose payment has not brought what it was for.
 *
 * Each record is looked at, each by the keys of its payment and attempt. No index narrows them down: one holds what a row says of
 * itself, and what makes a ghost is said by two other tables. To note ghosts as they come to be takes triggers on all six, an index
 * by payment on four, and a look at both others in every purchase's commit, since a record may be stored before its payment is;
 * and a foreign key would turn what is to be told into money that cannot be taken in. Whoever reads the gauges pays, and rarely.
 */
const isGhost = (record: string): string => `NOT EXISTS (
  SELECT 1 FROM holdfast_payments p JOIN holdfast_attempts a ON a.id = p.counted_attempt_id
  WHERE p.id = ${record}.payment_id AND a.payment_id = p.id AND a.status = 'succeeded'
    AND a.charge_minor = p.amount_minor AND a.charge_currency = p.amount_currency
)`

const all = statement(`SELECT
  (SELECT count(*) FROM holdfast_payments WHERE status = 'failed')
    + (SELECT count(*) FROM holdfast_payments p JOIN holdfast_attempts a ON a.payment_id = p.id
      WHERE p.status = 'pending' AND a.decline_count > 0 AND ${isNewest}) AS failed_payments,
  (SELECT CAST(coalesce(sum(${retries}), 0) AS bigint) FROM holdfast_payments p
    JOIN holdfast_attempts a ON a.payment_id = p.id WHERE ${payable}) AS retries,
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
