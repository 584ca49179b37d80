import { hour } from '@holdfast/core'
import type { Knex } from 'knex'
import { openIntents, wireHoldfast } from '../lines/holdfast-line.ts'
import type { EventLine } from '../lines/line.ts'
import { ticket } from '../lines/sale-kinds.ts'
import type { Location } from '../scratch.ts'
import { lookUpCase, lookUpIntent } from './holdfast-rows.ts'
import { readPaidNews, unexpected, type PaidNews } from './paid-news.ts'
import { countRows, countWrites, openKnex } from './tables.ts'

/**
 * What Holdfast itself reads and writes for an event, on its own tables and in one commit, written by hand through knex's
 * query builder: the same statements, without the library.
 */
export const sameRowsThroughKnex = async (location: Location): Promise<EventLine> => {
  const holdfast = await wireHoldfast(location, ticket())
  const knex = openKnex(location)
  return {
    openPages: (count) => openIntents(holdfast, count, 'with-page'),
    async receive(delivery) {
      const news = readPaidNews(delivery)
      await knex.transaction((trx) => apply(trx, news))
    },
    countCompleted: () => countRows(knex, 'holdfast_payments', 'completed'),
    ...(location.kind === 'sqlite' ? { countWrites: () => countWrites(knex) } : {}),
    async close() {
      await knex.destroy()
      await holdfast.database.close()
    },
  }
}

const apply = async (trx: Knex.Transaction, news: PaidNews): Promise<void> => {
  await record(trx, news)
  const { payment, attempt, intentId, intentVersion } = await lookUp(trx, news)
  const { paymentId, chargeId, amountMinor, currency, at } = news
  await trx('holdfast_intents')
    .where({ id: intentId })
    .update({
      version: intentVersion + 1,
      status: 'fulfilled',
      fulfilled_at: at,
      record_type: 'ticket',
      record_id: intentId,
    })
  await trx('holdfast_payments')
    .where({ id: paymentId })
    .update({
      version: Number(payment.version) + 1,
      updated_at: at,
      status: 'completed',
      completed_at: at,
      counted_attempt_id: attempt.id,
      refunded_minor: 0,
    })
  await trx('holdfast_attempts')
    .where({ id: attempt.id })
    .update({
      status: 'succeeded',
      look_at: at + hour,
      url: null,
      expires_at: null,
      succeeded_at: at,
      charge_id: chargeId,
      charge_minor: amountMinor,
      charge_currency: currency,
    })
  await trx('holdfast_outbox')
    .insert({
      id: `send_message:confirmed:${intentId}`,
      body: messageBody(news, payment.owner, intentId),
      due_at: at,
      created_at: at,
    })
    .onConflict('id')
    .ignore()
  await trx('holdfast_timeline').insert({ payment_id: paymentId, lines: storyLines(news, attempt.id, intentId) })
}

const record = async (trx: Knex.Transaction, news: PaidNews): Promise<void> => {
  const { eventId, at } = news
  const recorded: readonly unknown[] = await trx('holdfast_inbox')
    .insert({
      id: eventId,
      body: eventBody(news),
      status: 'done',
      due_at: at,
      tries: 0,
      created_at: at,
      finished_at: at,
    })
    .onConflict('id')
    .ignore()
    .returning('id')
  if (recorded.length !== 1) unexpected(news)
}

/** All that news of money is about. */
const lookUp = async (trx: Knex.Transaction, news: PaidNews) => {
  const { paymentId, amountMinor, currency } = news
  const { payment, attempts, refunds } = await lookUpCase(trx, paymentId)
  const intent = await lookUpIntent(trx, payment)
  const attempt = attempts.find(({ status }) => status === 'open')
  const isAwaited =
    payment?.status === 'pending' &&
    intent?.status === 'open' &&
    refunds.length === 0 &&
    Number(attempt?.amount_minor) === amountMinor &&
    attempt?.amount_currency === currency
  return isAwaited ? { payment, attempt, intentId: intent.id, intentVersion: Number(intent.version) } : unexpected(news)
}

// As long as what Holdfast writes, and as easily read back.

const amountOf = ({ amountMinor, currency }: PaidNews) => ({
  minorUnits: { $bigint: String(amountMinor) },
  currency,
})

const chargeOf = (news: PaidNews) => ({ id: news.chargeId, amount: amountOf(news) })

const eventBody = (news: PaidNews): string => {
  const { eventId, type, paymentId, sessionId, at } = news
  return JSON.stringify({
    id: eventId,
    type,
    occurredAt: at,
    livemode: false,
    news: {
      about: 'attempt',
      providerId: sessionId,
      attemptId: sessionId.slice('cs_test_'.length),
      paymentId,
      report: { state: { type: 'captured', charge: chargeOf(news) }, providerId: sessionId, livemode: false },
    },
  })
}

const messageBody = (news: PaidNews, owner: string, intentId: string): string => {
  const { paymentId } = news
  const message = {
    id: `confirmed:${intentId}`,
    to: owner,
    paymentId,
    template: 'confirmed',
    record: { type: 'ticket', id: intentId },
    amount: amountOf(news),
  }
  return JSON.stringify({ type: 'send_message', paymentId, message })
}

const storyLines = (news: PaidNews, attemptId: string, intentId: string): string => {
  const { eventId, type, paymentId, sessionId, at } = news
  return JSON.stringify([
    [at, 'event', 'event', eventId, type, { state: 'captured' }],
    [at, 'fact', 'attempt', attemptId, 'captured', { at, providerId: sessionId, charge: chargeOf(news) }],
    [at, 'fact', 'payment', paymentId, 'captured', { at, attemptId }],
    [at, 'fact', 'intent', intentId, 'paid', { at }],
    [at, 'fact', 'intent', intentId, 'fulfilled', { at, record: { type: 'ticket', id: intentId } }],
  ])
}
