import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { runContract, type ContractPromise, type Harness } from './contract.ts'
import { appendingContract } from './unit-of-work-appending.contract.ts'
import { consultationStorePromises } from './unit-of-work-consultations.contract.ts'
import { couponStorePromises } from './unit-of-work-coupons.contract.ts'
import { gaugePromises } from './unit-of-work-gauges.contract.ts'
import { intentStorePromises } from './unit-of-work-intents.contract.ts'
import { orderStorePromises } from './unit-of-work-orders.contract.ts'
import { paymentListPromises } from './unit-of-work-payment-lists.contract.ts'
import { paymentStatsPromises } from './unit-of-work-payment-stats.contract.ts'
import { paymentStorePromises } from './unit-of-work-payments.contract.ts'
import { queueContract } from './unit-of-work-queues.contract.ts'
import { recordPromises } from './unit-of-work-records.contract.ts'
import { reservationStorePromises } from './unit-of-work-reservations.contract.ts'
import { stockStorePromises } from './unit-of-work-stock.contract.ts'
import { transactionPromises } from './unit-of-work-transactions.contract.ts'
import { walletStorePromises } from './unit-of-work-wallets.contract.ts'

/**
 * Everything that a {@link UnitOfWork} promises, one promise at a time. None depends on the time of day: moments are handed
 * in. Also good for breaking an adapter on purpose, to see that it is noticed.
 */
export const unitOfWorkPromises: readonly ContractPromise<UnitOfWork>[] = [
  ...transactionPromises,
  ...paymentStorePromises,
  ...paymentListPromises,
  ...paymentStatsPromises,
  ...intentStorePromises,
  ...reservationStorePromises,
  ...consultationStorePromises,
  ...orderStorePromises,
  ...stockStorePromises,
  ...couponStorePromises,
  ...walletStorePromises,
  ...gaugePromises,
  ...queueContract,
  ...appendingContract,
  ...recordPromises,
]

/** Runs every promise of a {@link UnitOfWork} against an adapter, from the adapter's own package. */
export const unitOfWorkContract = (harness: Harness<UnitOfWork>): void =>
  runContract('unit-of-work', unitOfWorkPromises, harness)
