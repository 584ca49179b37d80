import type { InstantProvider } from '../instant-provider.ts'
import type { CheckoutLine, EventLine } from '../lines/line.ts'
import type { Location } from '../scratch.ts'
import { auditData, inboxBody, owedMessage, readPaidNews, unexpected, type PaidNews } from './paid-news.ts'
import { inTransaction, named, openPostgres } from './postgres.ts'
import { addPayments, countRows, createTables, orderOf } from './tables.ts'

const record = named(
  'record',
  `INSERT INTO inbox (id, type, body, status, received_at) VALUES ($1, $2, $3, 'done', $4) ON CONFLICT (id) DO NOTHING`,
)
const pay = named(
  'pay',
  `UPDATE payments SET status = 'completed', charge_id = $1, completed_at = $2
   WHERE id = $3 AND status = 'pending' AND amount_minor = $4 AND currency = $5`,
)
const completeOrder = named('complete_order', `UPDATE orders SET status = 'paid', paid_at = $1 WHERE id = $2`)
const note = named('note', 'INSERT INTO audit (payment_id, at, name, data) VALUES ($1, $2, $3, $4)')
const owe = named('owe', `INSERT INTO outbox (id, body, status, due_at, created_at) VALUES ($1, $2, 'waiting', $3, $3)`)

/** The five rows in one commit, statement by statement, by hand: prepared statements of `pg` and nothing between. */
export const postgresEventsByHand = async (location: Location): Promise<EventLine> => {
  const { pool, knex, close } = await open(location)
  const apply = (news: PaidNews): Promise<void> =>
    inTransaction(pool, async (connection) => {
      const { eventId, type, paymentId, chargeId, amountMinor, currency, at } = news
      if ((await record(connection, [eventId, type, inboxBody(news), at])) !== 1) unexpected(news)
      if ((await pay(connection, [chargeId, at, paymentId, amountMinor, currency])) !== 1) unexpected(news)
      await completeOrder(connection, [at, orderOf(paymentId)])
      await note(connection, [paymentId, at, 'completed', auditData(news)])
      const message = owedMessage(news)
      await owe(connection, [message.id, message.body, at])
    })
  return {
    openPages: (count) => addPayments(knex, count, 'with-page'),
    receive: (delivery) => apply(readPaidNews(delivery)),
    countCompleted: () => countRows(knex, 'payments', 'completed'),
    close,
  }
}

const inOneTrip = named(
  'in_one_trip',
  `WITH fresh AS (
     INSERT INTO inbox (id, type, body, status, received_at) VALUES ($1, $2, $3, 'done', $4)
     ON CONFLICT (id) DO NOTHING RETURNING id
   ), paid AS (
     UPDATE payments SET status = 'completed', charge_id = $5, completed_at = $4 FROM fresh
     WHERE payments.id = $6 AND payments.status = 'pending' AND amount_minor = $7 AND currency = $8
     RETURNING payments.id, order_id
   ), completed AS (
     UPDATE orders SET status = 'paid', paid_at = $4 FROM paid WHERE orders.id = paid.order_id
   ), noted AS (
     INSERT INTO audit (payment_id, at, name, data) SELECT paid.id, $4, 'completed', $9 FROM paid
   )
   INSERT INTO outbox (id, body, status, due_at, created_at) SELECT $10, $11, 'waiting', $4, $4 FROM paid`,
)

/** The same five rows as one statement, which is its own transaction: one journey to the server. */
export const postgresEventsInOneTrip = async (location: Location): Promise<EventLine> => {
  const { pool, knex, close } = await open(location)
  return {
    openPages: (count) => addPayments(knex, count, 'with-page'),
    async receive(delivery) {
      const news = readPaidNews(delivery)
      const { eventId, type, paymentId, chargeId, amountMinor, currency, at } = news
      const message = owedMessage(news)
      const about = [chargeId, paymentId, amountMinor, currency, auditData(news), message.id, message.body]
      if ((await inOneTrip(pool, [eventId, type, inboxBody(news), at, ...about])) !== 1) unexpected(news)
    },
    countCompleted: () => countRows(knex, 'payments', 'completed'),
    close,
  }
}

const find = named('find', 'SELECT amount_minor, currency, status FROM payments WHERE id = $1')
const claim = named(
  'claim',
  'INSERT INTO requests (id, fingerprint, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING',
)
const request = named(
  'request',
  `INSERT INTO attempts (id, payment_id, idempotency_key, status, requested_at) VALUES ($1, $2, $1, 'requested', $3)`,
)
const opened = named(
  'opened',
  `UPDATE attempts SET status = 'open', session_id = $1, url = $2, expires_at = $3 WHERE id = $4 AND status = 'requested'`,
)
const settle = named('settle', 'UPDATE requests SET outcome = $1 WHERE id = $2')

/** Two commits with the provider's answer between them, by hand. */
export const postgresCheckoutByHand = async (location: Location, provider: InstantProvider): Promise<CheckoutLine> => {
  const { pool, knex, close } = await open(location)
  return {
    addPayments: async (count) => (await addPayments(knex, count, 'without-page')).map(({ paymentId }) => paymentId),
    async startCheckout(paymentId, key) {
      const attemptId = `att_${paymentId}`
      await inTransaction(pool, async (connection) => {
        const isThere = (await find(connection, [paymentId])) === 1
        const isFresh = (await claim(connection, [key, paymentId, Date.now()])) === 1
        if (!isThere || !isFresh) throw new Error(`Payment '${paymentId}' waits for no page.`)
        await request(connection, [attemptId, paymentId, Date.now()])
      })
      const page = await provider.open(attemptId)
      await inTransaction(pool, async (connection) => {
        await opened(connection, [page.sessionId, page.url, page.expiresAt, attemptId])
        await settle(connection, [JSON.stringify(page), key])
      })
    },
    countOpen: () => countRows(knex, 'attempts', 'open'),
    close,
  }
}

const open = async (location: Location) => {
  const opened = openPostgres(location)
  await createTables(opened.knex, location)
  return opened
}
