import { parseId, type OrderId } from '@holdfast/core'
import type { Hono } from 'hono'
import type { Ask, Desk, Env } from '../pages/desk.ts'
import { keyOf } from '../pages/forms.ts'
import { notFoundPage } from '../pages/problem-page.ts'
import { orderMoneyOf, readToSend } from '../shop/order-money.ts'
import { findOrder, readCases } from '../shop/read-orders.ts'
import { readRefund } from './cancel-visit.ts'
import { orderConsolePage } from './order-console-page.ts'
import { ordersPage, ordersPerPage, orderStatuses, toSend } from './orders-page.ts'
import { consoleNotice, staffOf } from './staff.ts'

/** Everybody's orders, and what staff do about them: send them, note that they have arrived, and cancel them. */
export const orderConsoleRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, unitOfWork } = desk
  const home = '/console/orders'

  app.get(home, async (c) => {
    const status = orderStatuses.find((each) => each === c.req.query('status'))
    const after = parseId<'order'>(c.req.query('after') ?? '')
    if (c.req.query('status') === toSend) {
      const { cases: orders } = await unitOfWork.read(readToSend)
      return show(c, ordersPage(c.get('visitor'), { orders, status: toSend, after: undefined }))
    }
    const orders = await unitOfWork.read(async (tx) =>
      readCases(
        tx,
        await tx.orders.list({
          limit: ordersPerPage,
          ...(status === undefined ? {} : { status }),
          ...(after === undefined ? {} : { after }),
        }),
      ),
    )
    return show(c, ordersPage(c.get('visitor'), { orders, status, after }))
  })

  app.get(`${home}/:id`, async (c) => {
    const found = await findOrder(unitOfWork, staffOf(desk, c), c.req.param('id'))
    if (found === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    return show(c, orderConsolePage(c.get('visitor'), signedIn(c), { ...found, notice: consoleNotice(c) }))
  })

  for (const [name, act] of Object.entries(actions))
    app.post(`${home}/:id/${name}`, async (c) => {
      const orderId = parseId<'order'>(c.req.param('id') ?? '')
      if (orderId === undefined) return c.redirect(`${home}?problem=order_not_found`, 303)
      const told = await act(desk, c, orderId)
      if ('problem' in told && told.problem === 'order_not_found') return show(c, notFoundPage(c.get('visitor')), 404)
      return c.redirect(`${home}/${orderId}?${new URLSearchParams({ ...told }).toString()}`, 303)
    })
}

type Told = { readonly done: string } | { readonly problem: string }

/** What can be done about an order, by the last part of its address. Each says what became of it. */
const actions: Readonly<Record<string, (desk: Desk, c: Ask, orderId: OrderId) => Promise<Told>>> = {
  ship: async (desk, c, orderId) => {
    const fields = c.get('fields')
    const warned = fields['anyway'] === undefined ? await warningOf(desk, c, orderId) : undefined
    if (warned !== undefined) return { problem: warned }
    const tracking = (fields['tracking'] ?? '').trim().slice(0, 60)
    const outcome = await desk.holdfast.shipOrder({
      actor: staffOf(desk, c),
      orderId,
      ...(tracking === '' ? {} : { tracking }),
      ...keyOf(fields),
    })
    return outcome.ok ? { done: 'shipDone' } : { problem: outcome.error.code }
  },
  deliver: async (desk, c, orderId) => {
    const outcome = await desk.holdfast.deliverOrder({ actor: staffOf(desk, c), orderId, ...keyOf(c.get('fields')) })
    return outcome.ok ? { done: 'deliverDone' } : { problem: outcome.error.code }
  },
  cancel: async (desk, c, orderId) => {
    const fields = c.get('fields')
    const refund = readRefund(fields)
    if (refund === undefined) return { problem: 'invalid_request' }
    const outcome = await desk.holdfast.cancelOrder({ actor: staffOf(desk, c), orderId, refund, ...keyOf(fields) })
    if (!outcome.ok) return { problem: outcome.error.code }
    return { done: outcome.value.providerCancellation === 'done' ? 'cancelOrderDone' : 'cancelOrderPending' }
  },
}

/** What staff are told before they send an order whose money is not there: once they have read it, they may. */
const warningOf = async (
  desk: Desk,
  c: Ask,
  orderId: OrderId,
): Promise<'moneyReturned' | 'moneyDisputed' | undefined> => {
  const found = await findOrder(desk.unitOfWork, staffOf(desk, c), orderId)
  const money = found?.order.status === 'completed' ? orderMoneyOf(found) : undefined
  return money === 'returned' ? 'moneyReturned' : money === 'disputed' ? 'moneyDisputed' : undefined
}
