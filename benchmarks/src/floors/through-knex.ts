import type { Knex } from 'knex'
import type { InstantProvider } from '../instant-provider.ts'
import type { CheckoutLine, EventLine } from '../lines/line.ts'
import type { Location } from '../scratch.ts'
import { auditData, inboxBody, owedMessage, readPaidNews, unexpected, type PaidNews } from './paid-news.ts'
import { addPayments, countRows, countWrites, createTables, openKnex, orderOf } from './tables.ts'

/** The same five rows in one commit, through knex's query builder and its transactions. */
export const eventsThroughKnex = async (location: Location): Promise<EventLine> => {
  const knex = await open(location)
  return {
    openPages: (count) => addPayments(knex, count, 'with-page'),
    receive: async (delivery) => {
      const news = readPaidNews(delivery)
      await knex.transaction((trx) => apply(trx, news))
    },
    countCompleted: () => countRows(knex, 'payments', 'completed'),
    ...(location.kind === 'sqlite' ? { countWrites: () => countWrites(knex) } : {}),
    close: () => knex.destroy(),
  }
}

const apply = async (trx: Knex.Transaction, news: PaidNews): Promise<void> => {
  const { eventId, type, paymentId, chargeId, amountMinor, currency, at } = news
  const recorded: readonly unknown[] = await trx('inbox')
    .insert({ id: eventId, type, body: inboxBody(news), status: 'done', received_at: at })
    .onConflict('id')
    .ignore()
    .returning('id')
  if (recorded.length !== 1) unexpected(news)
  const paid = await trx('payments')
    .where({ id: paymentId, status: 'pending', amount_minor: amountMinor, currency })
    .update({ status: 'completed', charge_id: chargeId, completed_at: at })
  if (paid !== 1) unexpected(news)
  await trx('orders')
    .where({ id: orderOf(paymentId) })
    .update({ status: 'paid', paid_at: at })
  await trx('audit').insert({ payment_id: paymentId, at, name: 'completed', data: auditData(news) })
  await trx('outbox').insert({ ...owedMessage(news), status: 'waiting', due_at: at, created_at: at })
}

/** The same two commits, through knex. */
export const checkoutThroughKnex = async (location: Location, provider: InstantProvider): Promise<CheckoutLine> => {
  const knex = await open(location)
  return {
    addPayments: async (count) => (await addPayments(knex, count, 'without-page')).map(({ paymentId }) => paymentId),
    async startCheckout(paymentId, key) {
      const attemptId = `att_${paymentId}`
      await knex.transaction((trx) => requestPage(trx, paymentId, attemptId, key))
      const page = await provider.open(attemptId)
      await knex.transaction(async (trx) => {
        await trx('attempts')
          .where({ id: attemptId, status: 'requested' })
          .update({ status: 'open', session_id: page.sessionId, url: page.url, expires_at: page.expiresAt })
        await trx('requests')
          .where({ id: key })
          .update({ outcome: JSON.stringify(page) })
      })
    },
    countOpen: () => countRows(knex, 'attempts', 'open'),
    close: () => knex.destroy(),
  }
}

const requestPage = async (trx: Knex.Transaction, paymentId: string, attemptId: string, key: string): Promise<void> => {
  const payment: { readonly status: string } | undefined = await trx('payments')
    .select('amount_minor', 'currency', 'status')
    .where({ id: paymentId })
    .first()
  const claimed: readonly unknown[] = await trx('requests')
    .insert({ id: key, fingerprint: paymentId, created_at: Date.now() })
    .onConflict('id')
    .ignore()
    .returning('id')
  if (payment?.status !== 'pending' || claimed.length !== 1)
    throw new Error(`Payment '${paymentId}' waits for no page.`)
  await trx('attempts').insert({
    id: attemptId,
    payment_id: paymentId,
    idempotency_key: attemptId,
    status: 'requested',
    requested_at: Date.now(),
  })
}

const open = async (location: Location): Promise<Knex> => {
  const knex = openKnex(location)
  await createTables(knex, location)
  return knex
}
