import type { Holdfast } from '@holdfast/core'
import type { Attributes, Span, Tracer } from '@opentelemetry/api'
import { idsIn, textAt } from './ids.ts'
import { inSpan } from './span.ts'

/**
 * The same Holdfast, with a span around each use case: `holdfast.start_checkout`, with the ids that are known and, under
 * `holdfast.outcome`, `ok` or the code of its refusal. A refusal is an answer and no error; what is thrown is one.
 *
 * What a worker does of itself (`startWorker`) is traced piece by piece, by `traceWork`. Without a tracer it is what it was.
 */
export const traceHoldfast = (holdfast: Holdfast, tracer: Tracer | undefined): Holdfast => {
  if (tracer === undefined) return holdfast
  const traced =
    <Args extends readonly unknown[], T>(name: string, useCase: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      inSpan(
        tracer,
        { name: `holdfast.${name}`, attributes: attributesOf(args[0]) },
        () => useCase(...args),
        noteOutcome,
      )
  return {
    openIntent: traced('open_intent', holdfast.openIntent),
    startCheckout: traced('start_checkout', holdfast.startCheckout),
    placeOrder: traced('place_order', holdfast.placeOrder),
    checkOut: traced('check_out', holdfast.checkOut),
    cancelOrder: traced('cancel_order', holdfast.cancelOrder),
    shipOrder: traced('ship_order', holdfast.shipOrder),
    deliverOrder: traced('deliver_order', holdfast.deliverOrder),
    adjustStock: traced('adjust_stock', holdfast.adjustStock),
    defineCoupon: traced('define_coupon', holdfast.defineCoupon),
    listPaymentMethods: traced('list_payment_methods', holdfast.listPaymentMethods),
    removePaymentMethod: traced('remove_payment_method', holdfast.removePaymentMethod),
    payFromWallet: traced('pay_from_wallet', holdfast.payFromWallet),
    payWithSavedCard: traced('pay_with_saved_card', holdfast.payWithSavedCard),
    startBalance: traced('start_balance', holdfast.startBalance),
    cancelPayment: traced('cancel_payment', holdfast.cancelPayment),
    cancelReservation: traced('cancel_reservation', holdfast.cancelReservation),
    closeConsultation: traced('close_consultation', holdfast.closeConsultation),
    cancelConsultation: traced('cancel_consultation', holdfast.cancelConsultation),
    changeAmount: traced('change_amount', holdfast.changeAmount),
    cleanUpAbandoned: traced('clean_up_abandoned', holdfast.cleanUpAbandoned),
    refundPayment: traced('refund_payment', holdfast.refundPayment),
    readPayment: traced('read_payment', holdfast.readPayment),
    readTimeline: traced('read_timeline', holdfast.readTimeline),
    readPaymentStats: traced('read_payment_stats', holdfast.readPaymentStats),
    readTask: traced('read_task', holdfast.readTask),
    retryWork: traced('retry_work', holdfast.retryWork),
    resolveAttention: traced('resolve_attention', holdfast.resolveAttention),
    startSweep: traced('start_sweep', holdfast.startSweep),
    syncPayment: traced('sync_payment', holdfast.syncPayment),
    receiveEvent: traced('receive_event', holdfast.receiveEvent),
    applyInbox: traced('apply_inbox', holdfast.applyInbox),
    drainOutbox: traced('drain_outbox', holdfast.drainOutbox),
    runTasks: traced('run_tasks', holdfast.runTasks),
    sweep: traced('sweep', holdfast.sweep),
    performEffect: traced('perform_effect', holdfast.performEffect),
    workOnce: traced('work_once', holdfast.workOnce),
    startWorker: holdfast.startWorker,
  }
}

/** What is known from the request: of an event also its name, and what it is about; of leased work, what is to be done. */
const attributesOf = (request: unknown): Attributes => {
  if (typeof request !== 'object' || request === null) return {}
  const { news, body } = request as { readonly news?: unknown; readonly body?: unknown }
  const [id, type] = [textAt(request, 'id'), textAt(request, 'type')]
  return {
    ...idsIn(request),
    ...idsIn(news),
    ...idsIn(body),
    ...(news === undefined || id === undefined || type === undefined
      ? {}
      : { 'holdfast.event.id': id, 'holdfast.event.type': type }),
    ...(body === undefined ? {} : { 'holdfast.effect': textAt(body, 'type') ?? 'unknown' }),
  }
}

const noteOutcome = (span: Span, outcome: unknown): void => {
  span.setAttribute('holdfast.outcome', outcomeOf(outcome))
  if (typeof outcome !== 'object' || outcome === null) return
  const { value, kase } = outcome as { readonly value?: unknown; readonly kase?: unknown }
  span.setAttributes({ ...idsIn(kase), ...idsIn(value) })
}

/** The code of a refusal, what an answer says that it is, else `ok`. */
const outcomeOf = (outcome: unknown): string => {
  if (typeof outcome === 'string') return outcome
  if (typeof outcome !== 'object' || outcome === null) return 'ok'
  const { error } = outcome as { readonly error?: unknown }
  return textAt(error, 'code') ?? textAt(outcome, 'type') ?? 'ok'
}
