import { minute } from '@holdfast/core'
import { randomIds } from '@holdfast/core/system'
import type { Knex } from 'knex'
import type { AnsweredPage, InstantProvider } from '../instant-provider.ts'
import { openIntents, wireHoldfast } from '../lines/holdfast-line.ts'
import type { CheckoutLine } from '../lines/line.ts'
import { ticket } from '../lines/sale-kinds.ts'
import type { Location } from '../scratch.ts'
import { lookUpCase, lookUpIntent } from './holdfast-rows.ts'
import { countRows, openKnex } from './tables.ts'

/**
 * What Holdfast itself reads and writes to open a page: the payment, its attempt, the effect and the caller's key in one commit,
 * the page and the answer in a second one.
 */
export const sameRowsCheckoutThroughKnex = async (
  location: Location,
  provider: InstantProvider,
): Promise<CheckoutLine> => {
  const holdfast = await wireHoldfast(location, ticket())
  const knex = openKnex(location)
  const ids = randomIds()
  return {
    addPayments: async (count) =>
      (await openIntents(holdfast, count, 'without-page')).map(({ paymentId }) => paymentId),
    async startCheckout(paymentId, key) {
      const asked = { paymentId, key, attemptId: ids.next('attempt') }
      const version = await knex.transaction((trx) => requestPage(trx, asked))
      const page = await provider.open(asked.attemptId)
      await knex.transaction((trx) => storePage(trx, asked, page, version))
    },
    countOpen: () => countRows(knex, 'holdfast_attempts', 'open'),
    async close() {
      await knex.destroy()
      await holdfast.database.close()
    },
  }
}

interface AskedPage {
  readonly paymentId: string
  readonly key: string
  readonly attemptId: string
}

const requestPage = async (trx: Knex.Transaction, { paymentId, key, attemptId }: AskedPage): Promise<number> => {
  const now = Date.now()
  const { payment, attempts } = await lookUpCase(trx, paymentId)
  const claimed: readonly unknown[] = await trx('holdfast_requests')
    .insert({
      id: key,
      fingerprint: JSON.stringify({ useCase: 'start_checkout', paymentId }),
      created_at: now,
    })
    .onConflict('id')
    .ignore()
    .returning('id')
  const intent = await lookUpIntent(trx, payment)
  if (payment?.status !== 'pending' || intent?.status !== 'open' || attempts.length > 0 || claimed.length !== 1)
    throw new Error(`Payment '${paymentId}' waits for no page.`)
  await trx('holdfast_customers').select('customer_id').where({ owner: payment.owner })
  const version = Number(payment.version) + 1
  await trx('holdfast_payments').where({ id: paymentId }).update({ version, updated_at: now })
  await trx('holdfast_attempts').insert({
    id: attemptId,
    payment_id: paymentId,
    position: 0,
    kind: 'hosted',
    amount_minor: payment.amount_minor,
    amount_currency: payment.amount_currency,
    idempotency_key: attemptId,
    requested_at: now,
    announce: 0,
    page: JSON.stringify({
      successUrl: 'https://shop.test/thanks',
      cancelUrl: 'https://shop.test/basket',
      expiresAt: Number(intent.expires_at),
    }),
    status: 'requested',
    look_at: now + 2 * minute,
    looks: 0,
  })
  await trx('holdfast_outbox')
    .insert({
      id: effectOf(attemptId),
      body: JSON.stringify({ type: 'open_session', paymentId, attemptId }),
      due_at: now,
      created_at: now,
    })
    .onConflict('id')
    .ignore()
  await trx('holdfast_timeline').insert({
    payment_id: paymentId,
    lines: JSON.stringify([
      [now, 'command', 'payment', paymentId, 'start_checkout', { plan: 'start' }, 'staff:desk'],
      [now, 'fact', 'attempt', attemptId, 'requested', { kind: 'hosted', minorUnits: String(payment.amount_minor) }],
    ]),
  })
  await trx('holdfast_outbox')
    .where({ id: effectOf(attemptId), status: 'waiting' })
    .update({ tries: 1, lease: 1, leased_until: now + minute })
  return version
}

const storePage = async (
  trx: Knex.Transaction,
  { paymentId, key, attemptId }: AskedPage,
  { sessionId, url, expiresAt }: AnsweredPage,
  version: number,
): Promise<void> => {
  const now = Date.now()
  const { payment, attempts } = await lookUpCase(trx, paymentId)
  if (Number(payment?.version) !== version || attempts[0]?.status !== 'requested')
    throw new Error(`Attempt '${attemptId}' waits for no page.`)
  await trx('holdfast_payments')
    .where({ id: paymentId })
    .update({ version: version + 1, updated_at: now })
  await trx('holdfast_attempts')
    .where({ id: attemptId })
    .update({ provider_id: sessionId, status: 'open', look_at: now + 15 * minute, url, expires_at: expiresAt })
  await trx('holdfast_timeline').insert({
    payment_id: paymentId,
    lines: JSON.stringify([
      [now, 'answer', 'attempt', attemptId, 'open_session', { state: 'opened', providerId: sessionId }],
      [now, 'fact', 'attempt', attemptId, 'opened', { at: now, providerId: sessionId, url, expiresAt }],
    ]),
  })
  await trx('holdfast_outbox')
    .where({ id: effectOf(attemptId), lease: 1 })
    .update({ status: 'done', finished_at: now, leased_until: null })
  await trx('holdfast_requests')
    .where({ id: key })
    .update({
      outcome: JSON.stringify({ type: 'open', paymentId, attemptId, checkoutUrl: url, expiresAt, sessionId }),
    })
}

const effectOf = (attemptId: string): string => `open_session:${attemptId}`
