import { html } from 'hono/html'
import type { PaymentCase } from '@holdfast/core'
import { formatMoney } from '../../language/format.ts'
import { findOrder, hasSomethingToSend } from '../../shop/read-orders.ts'
import type { Desk } from '../desk.ts'
import { buttonForm } from '../forms.ts'
import { standingOf } from '../shop/order-standing.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import type { OutcomeCard, PaidThing } from './outcome-page.ts'

/** A payment for an order of the shop. */
export const orderOutcome = async (
  visitor: Visitor,
  signedIn: SignedIn,
  { unitOfWork, clock }: Desk,
  kase: PaymentCase,
): Promise<PaidThing> => {
  const { t, language } = visitor
  const { payment } = kase
  const found = await findOrder(unitOfWork, signedIn.actor, payment.subject.id)
  if (found === undefined) throw new Error(`Payment '${payment.id}' is for an order that is not there.`)
  const { order } = found
  const sum = formatMoney(language, payment.amount)
  const { text } = standingOf(visitor, found, clock.now())
  const link = html`<p><a class="button primary" href="/orders/${order.id}">${t.shop.outcome.see}</a></p>`
  const isOver = order.status === 'cancelled'
  const thanks: OutcomeCard = {
    title: t.shop.outcome.doneTitle,
    content: html`<p>${hasSomethingToSend(order) ? t.shop.outcome.done(sum) : t.shop.outcome.doneDownload(sum)}</p>${link}`,
    tone: 'good',
  }
  const ended: OutcomeCard = {
    title: t.shop.outcome.endedTitle,
    content: html`<p>${text}</p>${link}`,
    tone: 'calm',
  }
  return {
    section: 'orders',
    done: order.status === 'pending' ? undefined : isOver ? ended : thanks,
    lost: ended,
    retry: html`${buttonForm(signedIn, `/payments/${payment.id}/pay`, t.shop.order.payNow)}<a class="button quiet" href="/orders/${order.id}">${t.shop.outcome.see}</a>`,
    abandoned: html`<p>${text}</p>${link}`,
  }
}
