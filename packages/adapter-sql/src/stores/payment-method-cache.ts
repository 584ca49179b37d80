import {
  after,
  hour,
  ok,
  type Clock,
  type Instant,
  type PaymentMethod,
  type PaymentMethodCache,
  type Result,
  type UnitOfWork,
} from '@holdfast/core'
import { json, jsonText, maybeText, moment, text } from '../row.ts'
import type { Row } from '../session.ts'
import { statement } from '../statement.ts'
import { sessionOf } from '../transaction-sql.ts'

/** How many lists that are too old go with each that is fetched: more than come, and soon done. */
const mostCleared = 10

const sql = {
  find: statement('SELECT id, fetch_id, methods, kept_until FROM holdfast_payment_method_lists WHERE id = ?'),
  begin: statement(
    `INSERT INTO holdfast_payment_method_lists (id, fetch_id, methods, kept_until) VALUES (?, ?, NULL, ?)
     ON CONFLICT (id) DO UPDATE SET fetch_id = excluded.fetch_id, methods = NULL, kept_until = excluded.kept_until`,
  ),
  keep: statement('UPDATE holdfast_payment_method_lists SET methods = ? WHERE id = ? AND fetch_id = ?'),
  drop: statement('DELETE FROM holdfast_payment_method_lists WHERE id = ?'),
  // Others' rows that somebody is at are passed over: whoever clears up waits for nobody.
  clear: statement(
    `DELETE FROM holdfast_payment_method_lists WHERE id IN (
       SELECT id FROM holdfast_payment_method_lists WHERE kept_until <= ? ORDER BY kept_until LIMIT ${mostCleared} {skip locked})`,
  ),
}

/** What {@link sqlPaymentMethodCache} needs. */
export interface SqlPaymentMethodCacheOptions {
  readonly clock: Pick<Clock, 'now'>
  /** How long a list is kept, in milliseconds. Default: an hour. */
  readonly keepMs?: number
}

/** A fetch of this process. `hasBegun`: the provider may have been asked, so that the answer may be older than what was dropped since. */
interface Fetch {
  readonly id: string
  readonly fetched: Promise<Result<readonly PaymentMethod[], unknown>>
  hasBegun: boolean
}

/**
 * Lists of saved cards in SQL, one row for each customer, shared by all processes on the database: what one of them drops, none of
 * them has any more. Each process fetches once however many ask it at once; two may fetch the same, and then the later one's is kept.
 *
 * A list is what the port's is: brands, last four digits and expiries. Each fetch takes away up to ten that are too old to be
 * read, so that none stays for ever of customers who come no more.
 *
 * Takes a unit of work of {@link sqlUnitOfWork}, or one that is watched. @throws, when it is used, for any other, and what the
 * database throws.
 */
export const sqlPaymentMethodCache = (
  unitOfWork: UnitOfWork,
  { clock, keepMs = hour }: SqlPaymentMethodCacheOptions,
): PaymentMethodCache => {
  const underWay = new Map<string, Fetch>()

  const find = (customerId: string): Promise<Row | undefined> =>
    unitOfWork.read(async (tx) => (await sessionOf(tx, name).query(sql.find, [customerId]))[0])
  const change = (act: (session: ReturnType<typeof sessionOf>) => Promise<unknown>): Promise<unknown> =>
    unitOfWork.run((tx) => act(sessionOf(tx, name)))

  const fetchAnew = <Refusal>(
    customerId: string,
    fetch: () => Promise<Result<readonly PaymentMethod[], Refusal>>,
  ): Promise<Result<readonly PaymentMethod[], Refusal>> => {
    const id = crypto.randomUUID()
    const now = clock.now()
    const fetching = async (): Promise<Result<readonly PaymentMethod[], Refusal>> => {
      try {
        await change(async (session) => {
          await session.change(sql.begin, [customerId, id, after(now, keepMs)])
          await session.change(sql.clear, [now])
        })
        mine.hasBegun = true
        const fetched = await fetch()
        if (fetched.ok) await change((session) => session.change(sql.keep, [jsonText(fetched.value), customerId, id]))
        return fetched
      } finally {
        if (underWay.get(customerId) === mine) underWay.delete(customerId)
      }
    }
    const fetched = fetching()
    const mine: Fetch = { id, fetched, hasBegun: false }
    underWay.set(customerId, mine)
    return fetched
  }

  return {
    async read<Refusal>(customerId: string, fetch: () => Promise<Result<readonly PaymentMethod[], Refusal>>) {
      const before = underWay.get(customerId)
      const row = await find(customerId)
      const kept = row && readKept(row, clock.now())
      if (kept !== undefined) return ok(kept)
      const begun = underWay.get(customerId)
      // What was begun since this was asked for is new enough; what was before is, unless it was dropped meanwhile, here or elsewhere.
      const isNew = begun !== before || begun?.hasBegun === false || (row && text(row, 'fetch_id')) === begun?.id
      if (begun !== undefined && isNew) return begun.fetched as Promise<Result<readonly PaymentMethod[], Refusal>>
      return fetchAnew(customerId, fetch)
    },
    async drop(customerId) {
      await change((session) => session.change(sql.drop, [customerId]))
    },
  }
}

const name = 'sqlPaymentMethodCache'

const readKept = (row: Row, now: Instant): readonly PaymentMethod[] | undefined =>
  maybeText(row, 'methods') === undefined || moment(row, 'kept_until') <= now ? undefined : json(row, 'methods')
