import { html } from 'hono/html'
import type { Order, OrderId, PaymentId } from '@holdfast/core'
import { formatMoment } from '../language/format.ts'
import type { Ask, Desk } from './desk.ts'
import { laterPage } from './outcome/outcome-page.ts'

/**
 * Answers that Stripe cannot be asked now: that nothing is lost, and when to try again. Whoever has placed an order reads that it
 * stands and what it keeps, and is led to it.
 */
export const answerLater = async (
  c: Ask,
  desk: Desk,
  { paymentId, retryAfterMs }: { readonly paymentId: PaymentId; readonly retryAfterMs: number },
): Promise<Response> => {
  const visitor = c.get('visitor')
  const { t, language } = visitor
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000))
  c.header('retry-after', String(seconds))
  const { order, isCharging } = await findWaitingOrder(desk, paymentId)
  const about =
    order === undefined
      ? undefined
      : {
          content: html`<p>${(isCharging ? t.shop.order.laterCard : t.shop.order.later)(formatMoment(language, order.expiresAt))}</p>`,
          link: html`<a class="button quiet" href="/orders/${order.id}">${t.shop.outcome.see}</a>`,
        }
  return desk.show(c, laterPage(visitor, desk.signedIn(c), { paymentId, seconds, about }), 503)
}

/** The order that a payment is for, while it waits to be paid, and whether a saved card is still to be charged for it by itself. */
const findWaitingOrder = (
  { unitOfWork }: Desk,
  paymentId: PaymentId,
): Promise<{ readonly order: Order | undefined; readonly isCharging: boolean }> =>
  unitOfWork.read(async (tx) => {
    const { payment, attempts = [] } = (await tx.payments.find(paymentId))?.value ?? {}
    const found = payment?.subject.type === 'order' ? await tx.orders.find(payment.subject.id as OrderId) : undefined
    return {
      order: found?.value.status === 'pending' ? found.value : undefined,
      isCharging: attempts.some(({ kind, status }) => kind === 'off_session' && status === 'requested'),
    }
  })
