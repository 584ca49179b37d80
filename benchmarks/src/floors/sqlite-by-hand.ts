import type { InstantProvider } from '../instant-provider.ts'
import type { CheckoutLine, EventLine } from '../lines/line.ts'
import type { Location } from '../scratch.ts'
import { auditData, inboxBody, owedMessage, readPaidNews, unexpected, type PaidNews } from './paid-news.ts'
import { openSqlite } from './sqlite.ts'
import { addPayments, countRows, createTables, orderOf } from './tables.ts'

/** The five rows in one commit, by hand: prepared statements of better-sqlite3 and nothing between. */
export const sqliteEventsByHand = async (location: Location): Promise<EventLine> => {
  const { database, knex, close, countWrites } = await open(location)
  const record = database.prepare(
    `INSERT INTO inbox (id, type, body, status, received_at) VALUES (?, ?, ?, 'done', ?) ON CONFLICT (id) DO NOTHING`,
  )
  const pay = database.prepare(
    `UPDATE payments SET status = 'completed', charge_id = ?, completed_at = ?
     WHERE id = ? AND status = 'pending' AND amount_minor = ? AND currency = ?`,
  )
  const completeOrder = database.prepare(`UPDATE orders SET status = 'paid', paid_at = ? WHERE id = ?`)
  const note = database.prepare('INSERT INTO audit (payment_id, at, name, data) VALUES (?, ?, ?, ?)')
  const owe = database.prepare(
    `INSERT INTO outbox (id, body, status, due_at, created_at) VALUES (?, ?, 'waiting', ?, ?)`,
  )
  const apply = database.transaction((news: PaidNews) => {
    const { eventId, type, paymentId, chargeId, amountMinor, currency, at } = news
    if (record.run(eventId, type, inboxBody(news), at).changes !== 1) unexpected(news)
    if (pay.run(chargeId, at, paymentId, amountMinor, currency).changes !== 1) unexpected(news)
    completeOrder.run(at, orderOf(paymentId))
    note.run(paymentId, at, 'completed', auditData(news))
    const message = owedMessage(news)
    owe.run(message.id, message.body, at, at)
  })
  return {
    openPages: (count) => addPayments(knex, count, 'with-page'),
    async receive(delivery) {
      apply.immediate(readPaidNews(delivery))
    },
    countCompleted: () => countRows(knex, 'payments', 'completed'),
    countWrites,
    close,
  }
}

/** Two commits with the provider's answer between them, by hand. */
export const sqliteCheckoutByHand = async (location: Location, provider: InstantProvider): Promise<CheckoutLine> => {
  const { database, knex, close } = await open(location)
  const find = database.prepare('SELECT amount_minor, currency, status FROM payments WHERE id = ?')
  const claim = database.prepare(
    'INSERT INTO requests (id, fingerprint, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
  )
  const request = database.prepare(
    `INSERT INTO attempts (id, payment_id, idempotency_key, status, requested_at) VALUES (?, ?, ?, 'requested', ?)`,
  )
  const opened = database.prepare(
    `UPDATE attempts SET status = 'open', session_id = ?, url = ?, expires_at = ? WHERE id = ? AND status = 'requested'`,
  )
  const settle = database.prepare('UPDATE requests SET outcome = ? WHERE id = ?')
  const begin = database.transaction((paymentId: string, key: string, attemptId: string) => {
    const payment = find.get(paymentId) as { readonly status: string } | undefined
    const isFresh = claim.run(key, paymentId, Date.now()).changes === 1
    if (payment?.status !== 'pending' || !isFresh) throw new Error(`Payment '${paymentId}' waits for no page.`)
    request.run(attemptId, paymentId, attemptId, Date.now())
  })
  return {
    addPayments: async (count) => (await addPayments(knex, count, 'without-page')).map(({ paymentId }) => paymentId),
    async startCheckout(paymentId, key) {
      const attemptId = `att_${paymentId}`
      begin.immediate(paymentId, key, attemptId)
      const page = await provider.open(attemptId)
      database
        .transaction(() => {
          opened.run(page.sessionId, page.url, page.expiresAt, attemptId)
          settle.run(JSON.stringify(page), key)
        })
        .immediate()
    },
    countOpen: () => countRows(knex, 'attempts', 'open'),
    close,
  }
}

const open = async (location: Location) => {
  const opened = openSqlite(location)
  await createTables(opened.knex, location)
  return opened
}
