import type { Hono } from 'hono'
import { articleScenes } from './article-scenes.ts'
import { downloadsOf, findOrder, listOrders, type OrderCase } from '../../shop/read-orders.ts'
import type { Ask, Desk, Env } from '../desk.ts'
import { keyOf } from '../forms.ts'
import type { Notice } from '../layout.ts'
import { notFoundPage } from '../problem-page.ts'
import { requireSignIn } from '../require-sign-in.ts'
import { orderPage } from './order-page.ts'
import { ordersPage } from './orders-page.ts'
import { asPaid, receiptPage } from './receipt-page.ts'
import { readCardOffers } from './saved-cards.ts'

/** What somebody has ordered: to look at, to pay, to cancel while it is not sent, and to have in writing. */
export const orderRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork, clock } = desk
  for (const path of ['/orders', '/orders/*']) app.use(path, requireSignIn)
  const find = (c: Ask) => findOrder(unitOfWork, signedIn(c).actor, c.req.param('id') ?? '')
  const notFound = (c: Ask) => show(c, notFoundPage(c.get('visitor')), 404)

  app.get('/orders', async (c) =>
    show(c, ordersPage(c.get('visitor'), await listOrders(unitOfWork, signedIn(c).person.id), clock.now())),
  )

  app.get('/orders/:id', async (c) => {
    const found = await find(c)
    if (found === undefined) return notFound(c)
    const cards = found.order.status === 'pending' ? await readCardOffers(desk, signedIn(c)) : []
    return show(
      c,
      orderPage(c.get('visitor'), signedIn(c), { ...found, now: clock.now(), cards, notice: noticeOf(c, found) }),
    )
  })

  app.get('/orders/:id/receipt', async (c) => {
    const found = await find(c)
    const paid = found && asPaid(found)
    if (found === undefined) return notFound(c)
    return paid === undefined
      ? c.redirect(`/orders/${found.order.id}`, 303)
      : show(c, receiptPage(c.get('visitor'), signedIn(c), paid))
  })

  app.get('/orders/:id/download/:slug', async (c) => {
    const found = await find(c)
    const slug = found && downloadsOf(found).find((each) => each === c.req.param('slug'))
    return slug === undefined ? notFound(c) : drawingToPrint(slug)
  })

  app.post('/orders/:id/cancel', async (c) => {
    const found = await find(c)
    if (found === undefined) return notFound(c)
    const { order } = found
    if (c.get('fields')['paid'] !== undefined) {
      const recalled = await holdfast.cancelOrder({
        actor: signedIn(c).actor,
        orderId: order.id,
        refund: 'all',
        ...keyOf(c.get('fields')),
      })
      return c.redirect(`/orders/${order.id}${recalled.ok ? '' : `?problem=${recalled.error.code}`}`, 303)
    }
    // The payment is cancelled, and its order with it, in the same commit. One that has been paid meanwhile is not: whoever
    // cancels what is not paid has not asked for an order to be called off that is.
    const outcome = await holdfast.cancelPayment({
      actor: signedIn(c).actor,
      paymentId: order.paymentId,
      ...keyOf(c.get('fields')),
    })
    const told = outcome.ok
      ? outcome.value.providerCancellation === 'pending'
        ? '?cancelling=1'
        : ''
      : `?problem=${outcome.error.code}`
    return c.redirect(`/orders/${order.id}${told}`, 303)
  })
}

/** What a download of this shop is: one of its drawings, to be printed. */
const drawingToPrint = (slug: string): Response => {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 260" width="297mm" height="193mm">${articleScenes[slug] ?? ''}</svg>`
  return new Response(drawing, {
    headers: {
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-disposition': `attachment; filename="${slug}.svg"`,
    },
  })
}

const noticeOf = (c: Ask, { kase }: OrderCase): Notice | undefined => {
  const { t, words } = c.get('visitor')
  const { problems: own } = t.shop.order
  if (c.req.query('cancelling') !== undefined) return { tone: 'bad', text: t.shop.order.cancelling }
  const code = c.req.query('problem')
  // Why a card was declined is said where it is said how the order stands.
  if (code === undefined || (code === 'payment_declined' && kase.payment.status === 'failed')) return undefined
  const general: Readonly<Record<string, string>> = words.problems
  const texts: Readonly<Record<string, string>> = {
    payment_already_completed: own.paid,
    payment_cancelled: own.cancelled,
    order_cancelled: own.cancelled,
    order_expired: own.expired,
    charge_in_flight: own.inFlight,
    order_already_shipped: own.sent,
    payment_method_not_found: t.shop.cards.gone,
    payment_method_expired: t.shop.cards.hasExpired,
  }
  return { tone: 'bad', text: texts[code] ?? general[code] ?? t.problems.unknown }
}
