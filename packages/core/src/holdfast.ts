import { applyInbox, type ApplyInbox } from './use-cases/apply-inbox.ts'
import { cancelConsultation, type CancelConsultation } from './use-cases/cancel-consultation.ts'
import { cancelPayment, type CancelPayment } from './use-cases/cancel-payment.ts'
import { cancelReservation, type CancelReservation } from './use-cases/cancel-reservation.ts'
import { changeAmount, type ChangeAmount } from './use-cases/change-amount.ts'
import { cleanUpAbandoned, type CleanUpAbandoned } from './use-cases/clean-up-abandoned.ts'
import { closeConsultation, type CloseConsultation } from './use-cases/close-consultation.ts'
import type { Dependencies } from './use-cases/dependencies.ts'
import { drainOutbox, type DrainOutbox } from './use-cases/drain-outbox.ts'
import { openIntent, type OpenIntent } from './use-cases/open-intent.ts'
import { payFromWallet, type PayFromWallet } from './use-cases/pay-from-wallet.ts'
import { performEffect, type PerformEffect } from './use-cases/perform-effect.ts'
import {
  readPayment,
  readTimeline,
  syncPayment,
  type ReadPayment,
  type ReadTimeline,
  type SyncPayment,
} from './use-cases/read-payment.ts'
import { receiveEvent, type ReceiveEvent } from './use-cases/receive-event.ts'
import { refundPayment, type RefundPayment } from './use-cases/refund-payment.ts'
import { planSweep, runTasks, type RunTasks } from './use-cases/run-tasks.ts'
import { startBalance, type StartBalance } from './use-cases/start-balance.ts'
import { startCheckout, type StartCheckout } from './use-cases/start-checkout.ts'
import { sweep, type Sweep } from './use-cases/sweep.ts'
import { startWorker, workOnce, type Worker, type WorkOnce } from './use-cases/work.ts'

/** Everything a host can ask of Holdfast, wired to one set of adapters. */
export interface Holdfast {
  readonly openIntent: OpenIntent
  readonly startCheckout: StartCheckout
  readonly payFromWallet: PayFromWallet
  readonly startBalance: StartBalance
  readonly cancelPayment: CancelPayment
  readonly cancelReservation: CancelReservation
  readonly closeConsultation: CloseConsultation
  readonly cancelConsultation: CancelConsultation
  readonly changeAmount: ChangeAmount
  readonly cleanUpAbandoned: CleanUpAbandoned
  readonly refundPayment: RefundPayment
  readonly readPayment: ReadPayment
  readonly readTimeline: ReadTimeline
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

/** Wires the use cases by hand: for hosts without a container. */
export const createHoldfast = (dependencies: Dependencies): Holdfast => {
  const perform = performEffect(dependencies)
  const deps = { ...dependencies, perform }
  const chargeBalance = startBalance(deps)
  const cancel = cancelPayment(deps)
  const payByWallet = payFromWallet(deps)
  const look = sweep(deps)
  const background = {
    ...deps,
    applyInbox: applyInbox(deps),
    drainOutbox: drainOutbox(deps),
    planSweep: planSweep(deps),
    runTasks: runTasks({
      ...deps,
      startBalance: chargeBalance,
      cancelPayment: cancel,
      payFromWallet: payByWallet,
      sweep: look,
    }),
  }
  return {
    openIntent: openIntent(deps),
    startCheckout: startCheckout(deps),
    payFromWallet: payByWallet,
    startBalance: chargeBalance,
    cancelPayment: cancel,
    cancelReservation: cancelReservation(deps),
    closeConsultation: closeConsultation(deps),
    cancelConsultation: cancelConsultation(deps),
    changeAmount: changeAmount(deps),
    cleanUpAbandoned: cleanUpAbandoned({ ...deps, cancelPayment: cancel }),
    refundPayment: refundPayment(deps),
    readPayment: readPayment(deps),
    readTimeline: readTimeline(deps),
    syncPayment: syncPayment(deps),
    receiveEvent: receiveEvent(deps),
    applyInbox: background.applyInbox,
    drainOutbox: background.drainOutbox,
    runTasks: background.runTasks,
    sweep: look,
    performEffect: perform,
    workOnce: workOnce(background),
    startWorker: (options) => startWorker(background, options),
  }
}
