import { guardOf } from './circuit-breaker/guard.ts'
import { adjustStock, type AdjustStock } from './use-cases/adjust-stock.ts'
import { askAboutDue } from './use-cases/ask-about-due.ts'
import { applyInbox, type ApplyInbox } from './use-cases/apply-inbox.ts'
import { cancelConsultation, type CancelConsultation } from './use-cases/cancel-consultation.ts'
import { cancelOrder, type CancelOrder } from './use-cases/cancel-order.ts'
import { cancelPayment, type CancelPayment } from './use-cases/cancel-payment.ts'
import { cancelReservation, type CancelReservation } from './use-cases/cancel-reservation.ts'
import { changeAmount, type ChangeAmount } from './use-cases/change-amount.ts'
import { checkOut, type CheckOut } from './use-cases/check-out.ts'
import { checkSettings } from './use-cases/check-settings.ts'
import { cleanUpAbandoned, type CleanUpAbandoned } from './use-cases/clean-up-abandoned.ts'
import { closeConsultation, type CloseConsultation } from './use-cases/close-consultation.ts'
import { defineCoupon, type DefineCoupon } from './use-cases/define-coupon.ts'
import { deliverOrder, type DeliverOrder } from './use-cases/deliver-order.ts'
import type { Dependencies } from './use-cases/dependencies.ts'
import { drainOutbox, type DrainOutbox } from './use-cases/drain-outbox.ts'
import { droppingMethods, listPaymentMethods, type ListPaymentMethods } from './use-cases/list-payment-methods.ts'
import { openIntent, type OpenIntent } from './use-cases/open-intent.ts'
import { payWithSavedCard, type PayWithSavedCard } from './use-cases/pay-with-saved-card.ts'
import { payFromWallet, type PayFromWallet } from './use-cases/pay-from-wallet.ts'
import { performEffect, type PerformEffect } from './use-cases/perform-effect.ts'
import { placeOrder, type PlaceOrder } from './use-cases/place-order.ts'
import {
  readPayment,
  readTimeline,
  syncPayment,
  type ReadPayment,
  type ReadTimeline,
  type SyncPayment,
} from './use-cases/read-payment.ts'
import { receiveEvent, type ReceiveEvent } from './use-cases/receive-event.ts'
import { recoverEvents } from './use-cases/recover-events.ts'
import { removePaymentMethod, type RemovePaymentMethod } from './use-cases/remove-payment-method.ts'
import { refundPayment, type RefundPayment } from './use-cases/refund-payment.ts'
import { letGo } from './use-cases/let-go.ts'
import { runTasks, type RunTasks } from './use-cases/run-tasks.ts'
import { readPaymentStats, type ReadPaymentStats } from './use-cases/payment-stats.ts'
import { readTask, type ReadTask } from './use-cases/read-task.ts'
import { resolveAttention, type ResolveAttention } from './use-cases/resolve-attention.ts'
import { retryWork, type RetryWork } from './use-cases/retry-work.ts'
import { shipOrder, type ShipOrder } from './use-cases/ship-order.ts'
import { startBalance, type StartBalance } from './use-cases/start-balance.ts'
import { startSweep, type StartSweep } from './use-cases/start-sweep.ts'
import { startCheckout, type StartCheckout } from './use-cases/start-checkout.ts'
import { sweep, sweepInPlace, type Sweep } from './use-cases/sweep.ts'
import { planSweep } from './use-cases/sweep-place.ts'
import { startWorker, workOnce, type Worker, type WorkOnce } from './use-cases/work.ts'

/** Everything a host can ask of Holdfast, wired to one set of adapters. */
export interface Holdfast {
  readonly openIntent: OpenIntent
  readonly startCheckout: StartCheckout
  readonly placeOrder: PlaceOrder
  readonly checkOut: CheckOut
  readonly cancelOrder: CancelOrder
  readonly shipOrder: ShipOrder
  readonly deliverOrder: DeliverOrder
  readonly adjustStock: AdjustStock
  readonly defineCoupon: DefineCoupon
  readonly payFromWallet: PayFromWallet
  readonly payWithSavedCard: PayWithSavedCard
  readonly startBalance: StartBalance
  readonly cancelPayment: CancelPayment
  readonly cancelReservation: CancelReservation
  readonly closeConsultation: CloseConsultation
  readonly cancelConsultation: CancelConsultation
  readonly changeAmount: ChangeAmount
  readonly cleanUpAbandoned: CleanUpAbandoned
  readonly refundPayment: RefundPayment
  readonly listPaymentMethods: ListPaymentMethods
  readonly removePaymentMethod: RemovePaymentMethod
  readonly readPayment: ReadPayment
  readonly readTimeline: ReadTimeline
  readonly readPaymentStats: ReadPaymentStats
  readonly readTask: ReadTask
  readonly retryWork: RetryWork
  readonly resolveAttention: ResolveAttention
  readonly startSweep: StartSweep
  readonly syncPayment: SyncPayment
  readonly receiveEvent: ReceiveEvent
  readonly applyInbox: ApplyInbox
  readonly drainOutbox: DrainOutbox
  readonly runTasks: RunTasks
  readonly sweep: Sweep
  readonly performEffect: PerformEffect
  readonly workOnce: WorkOnce
  /** Plans the sweep and works in the background until stopped. */
  readonly startWorker: (options?: { readonly idleMs?: number }) => Worker
}

/** Wires the use cases by hand: for hosts without a container. @throws RangeError for settings that cannot be, which it names. */
export const createHoldfast = (given: Dependencies): Holdfast => {
  checkSettings(given)
  const guard = guardOf(given)
  const paymentProvider = droppingMethods(guard.dependencies.paymentProvider, given)
  const dependencies = { ...guard.dependencies, paymentProvider }
  const perform = guard.effects(performEffect(dependencies))
  const deps = { ...dependencies, perform }
  const chargeBalance = startBalance(deps)
  const cancel = cancelPayment(deps)
  const endInTime = letGo(deps)
  const payByWallet = payFromWallet(deps)
  const listMethods = listPaymentMethods(deps)
  const place = placeOrder({ ...deps, listPaymentMethods: listMethods })
  const openPage = guard.patience(startCheckout(deps))
  const payByCard = guard.patience(payWithSavedCard({ ...deps, listPaymentMethods: listMethods }))
  const receive = receiveEvent(deps)
  const { eventHistory } = deps
  const sweepIn = sweepInPlace({
    ...deps,
    askAboutDue: askAboutDue(deps),
    ...(eventHistory === undefined
      ? {}
      : { recoverEvents: recoverEvents({ ...deps, eventHistory, receiveEvent: receive }) }),
  })
  const sweepNow = sweep({ ...deps, sweepInPlace: sweepIn })
  const background = {
    ...deps,
    applyInbox: applyInbox(deps),
    drainOutbox: drainOutbox(deps),
    planSweep: planSweep(deps),
    runTasks: runTasks({
      ...deps,
      startBalance: chargeBalance,
      letGo: endInTime,
      payFromWallet: payByWallet,
      sweep: sweepNow,
      sweepInPlace: sweepIn,
    }),
  }
  return {
    openIntent: openIntent(deps),
    startCheckout: openPage,
    placeOrder: place,
    checkOut: checkOut({
      placeOrder: place,
      startCheckout: openPage,
      payWithSavedCard: payByCard,
      cancelPayment: cancel,
    }),
    cancelOrder: cancelOrder({ ...deps, cancelPayment: cancel }),
    shipOrder: shipOrder(deps),
    deliverOrder: deliverOrder(deps),
    adjustStock: adjustStock(deps),
    defineCoupon: defineCoupon(deps),
    payFromWallet: payByWallet,
    payWithSavedCard: payByCard,
    startBalance: chargeBalance,
    cancelPayment: cancel,
    cancelReservation: cancelReservation(deps),
    closeConsultation: closeConsultation(deps),
    cancelConsultation: cancelConsultation(deps),
    changeAmount: changeAmount(deps),
    cleanUpAbandoned: cleanUpAbandoned({ ...deps, letGo: endInTime }),
    refundPayment: refundPayment(deps),
    listPaymentMethods: listMethods,
    removePaymentMethod: removePaymentMethod({ ...deps, listPaymentMethods: listMethods }),
    readPayment: readPayment(deps),
    readTimeline: readTimeline(deps),
    readPaymentStats: readPaymentStats(deps),
    readTask: readTask(deps),
    retryWork: retryWork(deps),
    resolveAttention: resolveAttention(deps),
    startSweep: startSweep(deps),
    syncPayment: syncPayment(deps),
    receiveEvent: receive,
    applyInbox: background.applyInbox,
    drainOutbox: background.drainOutbox,
    runTasks: background.runTasks,
    sweep: sweepNow,
    performEffect: perform,
    workOnce: workOnce(background),
    startWorker: (options) => startWorker(background, options),
  }
}
