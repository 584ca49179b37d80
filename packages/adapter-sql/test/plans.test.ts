import { currency, err, type Transaction, type UnitOfWork } from '@holdfast/core'
import { samples } from '@holdfast/core/contracts'
import type Database from 'better-sqlite3'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sqlPaymentMethodCache } from '../src/index.ts'
import { openTestDatabase, type TestDatabase } from './databases.ts'

const {
  articleId,
  at,
  consultationId,
  couponCode,
  intentId,
  orderId,
  ownerId,
  paymentId,
  reservationId,
  resourceId,
  slot,
} = samples

/** The index that comes with the key of a table, as either database names it. */
const keyOf = (table: string): RegExp => new RegExp(`holdfast_${table}_pkey|sqlite_autoindex_holdfast_${table}_1`)

/** What the store asks for, and the index through which the database must find it. */
const questions: readonly (readonly [string, string | RegExp, (tx: Transaction) => Promise<unknown>])[] = [
  ['attempts due for a look', 'holdfast_attempts_due', (tx) => tx.payments.listDueAttempts(at(10), 20)],
  ['charges due for a look', 'holdfast_attempts_charges_due', (tx) => tx.payments.listDueCharges(at(10), 20)],
  ['refunds due for a look', 'holdfast_refunds_due', (tx) => tx.payments.listDueRefunds(at(10), 20)],
  ['effects due', 'holdfast_outbox_waiting', (tx) => tx.outbox.lease({ now: at(10), limit: 20, leaseMs: 1 })],
  ['tasks due', 'holdfast_tasks_waiting', (tx) => tx.tasks.lease({ now: at(10), limit: 20, leaseMs: 1 })],
  ['events to be applied', 'holdfast_inbox_waiting', (tx) => tx.inbox.lease({ now: at(10), limit: 20, leaseMs: 1 })],
  ['dead effects', 'holdfast_outbox_dead', (tx) => tx.outbox.list({ status: 'dead', limit: 20 })],
  ['what waits', 'holdfast_outbox_waiting', (tx) => tx.outbox.depth(at(10))],
  ['recent events', 'holdfast_inbox_newest', (tx) => tx.inbox.listRecent(20)],
  ['the newest payments', 'holdfast_payments_newest', (tx) => tx.payments.list({ limit: 20 })],
  ["an owner's payments", 'holdfast_payments_owner', (tx) => tx.payments.list({ owner: ownerId('o7'), limit: 20 })],
  ['disputed payments', 'holdfast_payments_status', (tx) => tx.payments.list({ status: 'disputed', limit: 20 })],
  ['the attempts of a payment', 'holdfast_attempts_payment', (tx) => tx.payments.find(paymentId('p7'))],
  ['whose page it is', 'holdfast_attempts_provider', (tx) => tx.payments.findPaymentOf({ providerId: 'cs_7' })],
  ['whose charge it is', 'holdfast_attempts_charge', (tx) => tx.payments.findPaymentOf({ chargeId: 'pi_7' })],
  [
    'who holds a slot',
    'holdfast_reservations_holding',
    (tx) => tx.reservations.listOverlapping(slot('r7', 0, 3_990, 4_000)),
  ],
  [
    'who holds a resource',
    'holdfast_reservations_holding',
    (tx) => tx.reservations.listHolding({ resourceId: resourceId('r7'), from: at(3_990), to: at(4_000), limit: 9 }),
  ],
  [
    'who else holds a resource',
    'holdfast_reservations_holding',
    (tx) =>
      tx.reservations.listHolding({
        resourceId: resourceId('r7'),
        from: at(3_990),
        to: at(4_000),
        limit: 9,
        after: reservationId('s3987'),
      }),
  ],
  ['whose browser it is', 'holdfast_intents_token', (tx) => tx.intents.findByToken('t7')],
  ["an owner's open intents", 'holdfast_intents_open', (tx) => tx.intents.listOpen(ownerId('o7'), 20)],
  ['intents that were left', 'holdfast_intents_stale', (tx) => tx.intents.listStale(at(2_000), 20)],
  [
    'more intents that were left',
    'holdfast_intents_stale',
    (tx) => tx.intents.listStale(at(2_000), 20, intentId('i400')),
  ],
  ['the newest consultations', 'holdfast_consultations_newest', (tx) => tx.consultations.list({ limit: 20 })],
  [
    "an owner's consultations",
    'holdfast_consultations_owner',
    (tx) => tx.consultations.list({ owner: ownerId('o7'), limit: 20 }),
  ],
  [
    "a doctor's older consultations",
    'holdfast_consultations_resource',
    (tx) => tx.consultations.list({ resourceId: resourceId('r7'), limit: 20, after: consultationId('c3987') }),
  ],
  ['the newest orders', 'holdfast_orders_newest', (tx) => tx.orders.list({ limit: 20 })],
  ["an owner's orders", 'holdfast_orders_owner', (tx) => tx.orders.list({ owner: ownerId('o7'), limit: 20 })],
  [
    'older orders that can be paid',
    'holdfast_orders_status',
    (tx) => tx.orders.list({ status: 'pending', limit: 20, after: orderId('ord3600') }),
  ],
  ['what an order holds', keyOf('order_holds'), (tx) => tx.orders.find(orderId('ord7'))],
  ['what listed orders hold', keyOf('order_holds'), (tx) => tx.orders.list({ limit: 20 })],
  [
    "an owner's uses of a coupon",
    'holdfast_order_holds_uses',
    (tx) => tx.coupons.countUses(couponCode('C7'), ownerId('o7')),
  ],
  ['how much there is of an article', keyOf('stock'), (tx) => tx.stock.find(articleId('article7'))],
  ['the first of the stock', keyOf('stock'), (tx) => tx.stock.list({ limit: 20 })],
  ['more of the stock', keyOf('stock'), (tx) => tx.stock.list({ limit: 20, after: articleId('article7') })],
  ['a coupon', keyOf('coupons'), (tx) => tx.coupons.find(couponCode('C7'))],
  ['the first coupons', keyOf('coupons'), (tx) => tx.coupons.list({ limit: 20 })],
  ['more coupons', keyOf('coupons'), (tx) => tx.coupons.list({ limit: 20, after: couponCode('C7') })],
  ['payments of a time', 'holdfast_payments_newest', (tx) => tx.payments.stats({ from: at(3_000), to: at(3_006) })],
  [
    'attempts of payments of a time',
    'holdfast_attempts_payment',
    (tx) => tx.payments.stats({ from: at(3_000), to: at(3_006) }),
  ],
  ['what a payment moved in a wallet', 'holdfast_ledger_payment', (tx) => tx.wallets.listEntriesOf(paymentId('p7'))],
  [
    "a wallet's newest entries",
    'holdfast_ledger_position',
    (tx) => tx.wallets.listEntries({ owner: ownerId('o7'), currency: currency('MXN'), limit: 20 }),
  ],
  [
    "a wallet's older entries",
    'holdfast_ledger_position',
    (tx) => tx.wallets.listEntries({ owner: ownerId('o7'), currency: currency('MXN'), limit: 20, before: 9 }),
  ],
  ["a payment's story", 'holdfast_timeline_payment', (tx) => tx.timeline.list(paymentId('p7'), 20)],
  ['what needs a human', 'holdfast_attention_unresolved', (tx) => tx.attention.list(20)],
]

const readCards = (unitOfWork: UnitOfWork): Promise<unknown> =>
  sqlPaymentMethodCache(unitOfWork, { clock: { now: () => at(10) } }).read('cus_none', async () => err('no'))

/** What is asked for beside the stores, in transactions of its own. */
const questionsBeside: readonly (readonly [string, string | RegExp, (unitOfWork: UnitOfWork) => Promise<unknown>])[] = [
  ["a customer's list of cards", keyOf('payment_method_lists'), readCards],
  ['lists of cards that are too old', 'holdfast_payment_method_lists_old', readCards],
]

const history = 4_000

/** Thousands of rows that are over, and a few of each kind that are not. */
const fill = async ({ knex }: TestDatabase): Promise<void> => {
  const insert = async (table: string, row: (n: number) => object): Promise<void> => {
    await knex.batchInsert(`holdfast_${table}`, Array.from({ length: history }, (_, n) => row(n)) as never, 100)
  }
  const rare = (n: number): boolean => n % 400 === 0
  const amount = { amount_minor: 1, amount_currency: 'MXN' }
  await insert('payments', (n) => ({
    id: `p${n}`,
    version: 1,
    updated_at: at(n),
    purpose: 'full',
    owner: `o${n % 500}`,
    subject_type: 'intent',
    subject_id: 'i',
    ...amount,
    item_name: '',
    item_description: '',
    metadata: '{}',
    save_card: 0,
    created_at: at(n),
    ...(rare(n)
      ? { status: 'disputed', disputed_at: 1, completed_at: 1, counted_attempt_id: 'a', refunded_minor: 0 }
      : { status: 'pending' }),
  }))
  await insert('attempts', (n) => ({
    id: `a${n}`,
    payment_id: `p${n}`,
    position: 0,
    kind: 'hosted',
    ...amount,
    idempotency_key: 'k',
    requested_at: 1,
    announce: 0,
    provider_id: `cs_${n}`,
    ...(rare(n)
      ? { status: 'processing', look_at: at(n), looks: 0 }
      : n % 8 === 1
        ? { status: 'declined', declined_at: 1, failure: '{"code":"card_declined","retryable":true}' }
        : {
            status: 'succeeded',
            succeeded_at: 1,
            charge_id: `pi_${n}`,
            charge_minor: 1,
            charge_currency: 'MXN',
            look_at: at(n),
            looks: 0,
          }),
  }))
  await insert('refunds', (n) => ({
    id: `r${n}`,
    payment_id: `p${n}`,
    position: 0,
    idempotency_key: 'k',
    attempt_id: `a${n}`,
    ...amount,
    destination: 'provider',
    reason: 'external',
    requested_at: 1,
    ...(rare(n) ? { status: 'requested', look_at: at(n), looks: 0 } : { status: 'succeeded', succeeded_at: 1 }),
  }))
  await insert('intents', (n) => ({
    id: `i${n}`,
    version: 1,
    token: `t${n}`,
    kind: 'k',
    owner: `o${n % 500}`,
    payload: '1',
    quote: '{}',
    payment_id: `p${n}`,
    expires_at: 1,
    created_at: at(n),
    ...(rare(n) ? { status: 'open' } : { status: 'abandoned', abandoned_at: 1 }),
  }))
  await insert('reservations', (n) => ({
    id: `s${n}`,
    version: 1,
    owner: `o${n % 500}`,
    resource_id: `r${n % 10}`,
    unit: 0,
    starts_at: at(n),
    ends_at: at(n + 10),
    intent_id: 'i',
    payment_id: 'p',
    details: '{}',
    created_at: at(n),
    status: 'paid',
  }))
  await insert('consultations', (n) => ({
    id: `c${n}`,
    version: 1,
    owner: `o${n % 500}`,
    resource_id: `r${n % 500}`,
    intent_id: `i${n}`,
    payment_id: 'p',
    details: '{}',
    created_at: at(n),
    ...(rare(n) ? { status: 'open' } : { status: 'closed', ended_at: 1, ended_by: 'staff' }),
  }))
  await insert('orders', (n) => ({
    id: `ord${n}`,
    version: 1,
    owner: `o${n % 500}`,
    lines: '[]',
    total_minor: 1,
    total_currency: 'MXN',
    payment_id: `p${n}`,
    expires_at: at(n),
    details: '{}',
    created_at: at(n),
    ...(rare(n) ? { status: 'pending' } : { status: 'completed', completed_at: 1 }),
  }))
  await insert('order_holds', (n) => ({
    order_id: `ord${n}`,
    position: 0,
    owner: `o${n % 500}`,
    status: rare(n) ? 'held' : 'consumed',
    quantity: 1,
    ...(n % 2 === 0 ? { of: 'stock', article_id: `article${n}` } : { of: 'coupon', coupon_code: `C${n % 50}` }),
  }))
  await insert('stock', (n) => ({ article_id: `article${n}`, version: 1, on_hand: 9, held: 1 }))
  await insert('coupons', (n) => ({ code: `C${n}`, version: 1, discount: '{}', used: 1, held: 1 }))
  for (const table of ['outbox', 'inbox', 'tasks'])
    await insert(table, (n) => ({
      id: `w${n}`,
      body: '{}',
      due_at: at(n),
      tries: 1,
      created_at: at(n),
      status: rare(n) ? 'waiting' : rare(n + 1) ? 'dead' : 'done',
    }))
  await insert('timeline', (n) => ({
    payment_id: `p${n % 500}`,
    lines: '[]',
  }))
  await insert('ledger', (n) => ({
    transfer_id: `l${n}`,
    account: 'wallet',
    counter_account: 'provider',
    owner: `o${n % 500}`,
    currency: 'MXN',
    position: n + 1,
    type: 'top_up',
    change_minor: 1,
    balance_minor: 1,
    payment_id: `p${n}`,
    at: at(n),
  }))
  await insert('payment_method_lists', (n) => ({ id: `cus_${n}`, fetch_id: 'f', methods: '[]', kept_until: at(n) }))
  await insert('attention', (n) => ({
    id: `x${n}`,
    code: 'refund_failed',
    at: at(n),
    data: '{}',
    ...(rare(n) ? {} : { resolved_by: 'eve', resolved_at: 1 }),
  }))
  await knex.raw('ANALYZE')
}

/** The statements that `ask` sends, as the driver gets them. */
const sentBy = async (
  database: TestDatabase,
  ask: (unitOfWork: UnitOfWork) => Promise<unknown>,
): Promise<readonly Sent[]> => {
  const sent: Sent[] = []
  const texts = new Map<unknown, string>()
  const { parse, bind } = pg.Connection.prototype
  vi.spyOn(pg.Connection.prototype, 'parse').mockImplementation(function (this: pg.Connection, query, more) {
    texts.set(query?.name, query?.text ?? '')
    Reflect.apply(parse, this, [query, more])
  })
  vi.spyOn(pg.Connection.prototype, 'bind').mockImplementation(function (this: pg.Connection, query, more) {
    sent.push({ text: texts.get(query?.statement) ?? '', values: query?.values ?? [] })
    Reflect.apply(bind, this, [query, more])
  })
  const statements = await sqliteStatements(database)
  for (const way of ['all', 'run'] as const) {
    const onSqlite = statements?.[way]
    if (statements === undefined || onSqlite === undefined) continue
    vi.spyOn(statements, way).mockImplementation(function (this: Database.Statement, values: unknown) {
      sent.push({ text: this.source, values: values as readonly unknown[] })
      return Reflect.apply(onSqlite, this, [values])
    })
  }
  // On a connection that has prepared nothing yet, so that the texts are seen.
  await ask(database.another().unitOfWork)
  vi.restoreAllMocks()
  return sent.filter(({ text }) => /^\s*(SELECT|WITH|DELETE)/.test(text) && !text.includes('advisory'))
}

/** What all statements of SQLite's driver have in common, or `undefined` on Postgres. */
const sqliteStatements = async ({ knex }: TestDatabase): Promise<Database.Statement | undefined> => {
  const client = knex.client as {
    readonly driverName: string
    acquireConnection(): Promise<Database.Database>
    releaseConnection(connection: Database.Database): Promise<void>
  }
  if (client.driverName !== 'better-sqlite3') return undefined
  const connection = await client.acquireConnection()
  await client.releaseConnection(connection)
  return Object.getPrototypeOf(connection.prepare('select 1')) as Database.Statement
}

interface Sent {
  readonly text: string
  readonly values: readonly unknown[]
}

describe.each(['sqlite file', 'postgres'] as const)('with a long history, %s finds', (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase(kind)
    await fill(database)
  }, 60_000)
  afterAll(() => database.close())

  const planOf = async ({ text, values }: Sent): Promise<string> => {
    const { knex } = database
    if (kind === 'postgres') {
      const bound = text.replaceAll(/\$(\d+)/g, (_, n: string) => literal(values[Number(n) - 1]))
      const { rows } = await knex.raw(`EXPLAIN ${bound.replaceAll('?', '\\?')}`)
      return (rows as readonly object[]).map((row) => Object.values(row)[0]).join('\n')
    }
    const rows = (await knex.raw(`EXPLAIN QUERY PLAN ${text}`, values as never)) as readonly {
      readonly detail: string
    }[]
    return rows.map(({ detail }) => detail).join('\n')
  }

  it.each([
    ...questions.map(([what, index, ask]) => [what, index, (unitOfWork: UnitOfWork) => unitOfWork.run(ask)] as const),
    ...questionsBeside,
  ])('%s through %s', async (_what, index, ask) => {
    const plans = await Promise.all((await sentBy(database, ask)).map(planOf))
    expect(plans.length).toBeGreaterThan(0)
    const text = plans.join('\n')
    expect(text).toMatch(index)
    // Nowhere is a whole table read, nor are rows fetched only to be sorted and thrown away.
    expect(text).not.toMatch(/Seq Scan|SCAN holdfast_\w+$/m)
  })
})

const literal = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL'))
