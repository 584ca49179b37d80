import type { Effect, OrderStore, Task, UnitOfWork } from '@holdfast/core'
import type { Knex } from 'knex'
import { dialectOf, type Dialect } from './dialect.ts'
import { groupCommit, type Transact } from './group-commit.ts'
import { persistently, type SqlOptions } from './retry.ts'
import type { SqlSession } from './session.ts'
import { sqlConsultationStore } from './stores/consultation-store.ts'
import { sqlCouponStore } from './stores/coupon-store.ts'
import { sqlInbox } from './stores/inbox.ts'
import { sqlGauges } from './stores/gauges.ts'
import { sqlIntentStore } from './stores/intent-store.ts'
import { sqlOrderStore } from './stores/order-store.ts'
import { sqlPaymentStore } from './stores/payment-store.ts'
import { sqlQueue } from './stores/queue.ts'
import { sqlAttentionList, sqlCustomerStore, sqlRequestLog, sqlTimeline } from './stores/records.ts'
import { sqlReservationStore } from './stores/reservation-store.ts'
import { sqlStockStore } from './stores/stock-store.ts'
import { sqlWalletStore } from './stores/wallet-store.ts'
import { transact } from './transact.ts'
import { behind, type SqlTransaction } from './transaction-sql.ts'

/**
 * A unit of work on SQLite or Postgres, through the connections of this knex and nothing else of it: the host may go on
 * using it. The tables must be there, see {@link migrate}.
 *
 * `run` is a `BEGIN IMMEDIATE` on SQLite; on Postgres it is READ COMMITTED with locks on the rows that are found. `read`
 * sees one snapshot. A transaction takes one connection and holds it until it is over; on SQLite, transactions that wait
 * for the only one share a commit, see {@link groupCommit}.
 */
export const sqlUnitOfWork = (knex: Knex, options: SqlOptions = {}): UnitOfWork => {
  const dialect = dialectOf(knex, options)
  const write =
    dialect.part === undefined ? transactAlone(knex, dialect) : groupCommit(knex, dialect, dialect.part, options)
  return {
    run: (work) => persistently(dialect, options, () => write((session) => work(transactionOn(session, knex)))),
    read: (work) =>
      persistently(dialect, options, () =>
        transact(knex, dialect, 'read', (session) => work(transactionOn(session, knex)), options),
      ),
  }
}

const transactAlone =
  (knex: Knex, dialect: Dialect): Transact =>
  (work) =>
    transact(knex, dialect, 'write', work)

const outbox = sqlQueue('holdfast_outbox')
const tasks = sqlQueue('holdfast_tasks')

/** Most transactions ask few of the stores: those that remember nothing are made when they are asked for. */
const transactionOn = (session: SqlSession, knex: Knex): SqlTransaction => {
  const intents = sqlIntentStore(session)
  let orders: OrderStore | undefined
  return {
    [behind]: { session, knex },
    payments: sqlPaymentStore(session, intents),
    intents,
    get reservations() {
      return sqlReservationStore(session)
    },
    get consultations() {
      return sqlConsultationStore(session)
    },
    get orders() {
      orders ??= sqlOrderStore(session)
      return orders
    },
    get stock() {
      return sqlStockStore(session)
    },
    get coupons() {
      return sqlCouponStore(session)
    },
    get wallets() {
      return sqlWalletStore(session)
    },
    get customers() {
      return sqlCustomerStore(session)
    },
    get timeline() {
      return sqlTimeline(session)
    },
    get outbox() {
      return outbox<Effect>(session)
    },
    get inbox() {
      return sqlInbox(session)
    },
    get tasks() {
      return tasks<Task>(session)
    },
    get requests() {
      return sqlRequestLog(session)
    },
    get attention() {
      return sqlAttentionList(session)
    },
    get gauges() {
      return sqlGauges(session)
    },
  }
}
