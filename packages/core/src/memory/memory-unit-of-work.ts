import type { Consultation } from '../consultation/consultation.ts'
import type { Coupon } from '../coupon/coupon.ts'
import type { Effect } from '../effect/effect.ts'
import { bug } from '../kernel/bug.ts'
import type { Order } from '../order/order.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { Work } from '../ports/queue.ts'
import {
  Contention,
  VersionConflict,
  type Transaction,
  type UnitOfWork,
  type Versioned,
} from '../ports/unit-of-work.ts'
import type { Reservation } from '../reservation/reservation.ts'
import type { Stock } from '../stock/stock.ts'
import type { Task } from '../task/task.ts'
import type { TimelineEntry } from '../timeline/timeline.ts'
import type { WalletEntry } from '../wallet/wallet.ts'
import { memoryConsultationStore } from './memory-consultation-store.ts'
import { memoryCouponStore } from './memory-coupon-store.ts'
import { memoryGauges } from './memory-gauges.ts'
import { memoryIntentStore } from './memory-intent-store.ts'
import { memoryOrderStore } from './memory-order-store.ts'
import { memoryPaymentStore, type PaymentName, type StoredCase } from './memory-payment-store.ts'
import { memoryInbox, memoryQueue } from './memory-queue.ts'
import {
  memoryAttentionList,
  memoryCustomerStore,
  memoryRequestLog,
  memoryTimeline,
  type AttentionRow,
  type CustomerRow,
  type RequestRow,
} from './memory-records.ts'
import { memoryReservationStore } from './memory-reservation-store.ts'
import { memoryStockStore } from './memory-stock-store.ts'
import { memoryTable, type Session } from './memory-table.ts'
import { memoryWalletStore } from './memory-wallet-store.ts'

/** Where a test steps in. What either throws, the caller of `run` gets to see. */
export interface MemoryHooks {
  /** Runs when the work of a `run` is done. Throwing here is a crash before the commit: nothing is kept. */
  readonly beforeCommit?: () => void | Promise<void>
  /** Runs when all is kept. Throwing here is a crash after the commit: everything is kept, and the caller does not know. */
  readonly afterCommit?: () => void | Promise<void>
}

/**
 * A database in memory that keeps every promise of {@link UnitOfWork}, for examples and tests.
 *
 * Transactions run one after the other, those that only read included, so that none sees another half done; one started
 * inside another would wait for itself. A rollback takes every change back.
 */
export const memoryUnitOfWork = (hooks: MemoryHooks = {}): UnitOfWork => {
  const database = emptyDatabase()
  const inTurn = mutex()

  const attempt = async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const transaction = begin(database, 'write')
    try {
      const result = await work(transaction.tx)
      await hooks.beforeCommit?.()
      return result
    } catch (error) {
      transaction.rollBack()
      throw error
    } finally {
      transaction.end()
    }
  }

  const run = async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const result = await persistently(() => inTurn(() => attempt(work)))
    await hooks.afterCommit?.()
    return result
  }

  const read = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
    inTurn(async () => {
      const transaction = begin(database, 'read')
      try {
        return await work(transaction.tx)
      } finally {
        transaction.end()
      }
    })

  return { run, read }
}

// Here a version can only be stale because the work itself read it earlier: if running it again does not help, nothing will.
const maxTries = 5

const persistently = async <T>(transact: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1)
    try {
      return await transact()
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error
      if (tries === maxTries) throw new Contention(`Gave up after ${tries} tries: ${error.message}`, { cause: error })
    }
}

interface Database {
  readonly cases: Map<string, StoredCase>
  readonly names: Map<string, PaymentName>
  readonly intents: Map<string, Versioned<PendingIntent>>
  readonly reservations: Map<string, Versioned<Reservation>>
  readonly consultations: Map<string, Versioned<Consultation>>
  readonly orders: Map<string, Versioned<Order>>
  readonly stock: Map<string, Versioned<Stock>>
  readonly coupons: Map<string, Versioned<Coupon>>
  readonly wallets: Map<string, WalletEntry>
  readonly customers: Map<string, CustomerRow>
  readonly timeline: Map<string, TimelineEntry>
  readonly outbox: Map<string, Work<Effect>>
  readonly inbox: Map<string, Work<ProviderEvent>>
  readonly tasks: Map<string, Work<Task>>
  readonly requests: Map<string, RequestRow>
  readonly attention: Map<string, AttentionRow>
}

const emptyDatabase = (): Database => ({
  cases: new Map(),
  names: new Map(),
  intents: new Map(),
  reservations: new Map(),
  consultations: new Map(),
  orders: new Map(),
  stock: new Map(),
  coupons: new Map(),
  wallets: new Map(),
  customers: new Map(),
  timeline: new Map(),
  outbox: new Map(),
  inbox: new Map(),
  tasks: new Map(),
  requests: new Map(),
  attention: new Map(),
})

interface MemoryTransaction {
  readonly tx: Transaction
  readonly rollBack: () => void
  readonly end: () => void
}

const begin = (database: Database, mode: 'read' | 'write'): MemoryTransaction => {
  const undos: (() => void)[] = []
  let over = false
  const reading = (): void => void (over && bug('A transaction was used after it had ended.'))
  const session: Session = {
    reading,
    writing(undo) {
      reading()
      if (mode === 'read') bug('A transaction that only reads was asked to write.')
      undos.push(undo)
    },
  }
  const table = <Row>(rows: Map<string, Row>) => memoryTable(rows, session)
  return {
    tx: {
      payments: memoryPaymentStore(table(database.cases), table(database.names)),
      intents: memoryIntentStore(table(database.intents)),
      reservations: memoryReservationStore(table(database.reservations)),
      consultations: memoryConsultationStore(table(database.consultations)),
      orders: memoryOrderStore(table(database.orders)),
      stock: memoryStockStore(table(database.stock)),
      coupons: memoryCouponStore(table(database.coupons), table(database.orders)),
      wallets: memoryWalletStore(table(database.wallets)),
      customers: memoryCustomerStore(table(database.customers)),
      timeline: memoryTimeline(table(database.timeline)),
      outbox: memoryQueue(table(database.outbox)),
      inbox: memoryInbox(table(database.inbox)),
      tasks: memoryQueue(table(database.tasks)),
      requests: memoryRequestLog(table(database.requests)),
      attention: memoryAttentionList(table(database.attention)),
      gauges: memoryGauges(
        table(database.cases),
        table(database.intents),
        table(database.reservations),
        table(database.consultations),
        table(database.orders),
      ),
    },
    rollBack: () => {
      for (const undo of undos.toReversed()) undo()
    },
    end: () => {
      over = true
    },
  }
}

/** Lets one at a time through, first come, first served. */
const mutex = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
}
