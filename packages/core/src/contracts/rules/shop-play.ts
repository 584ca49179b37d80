import type { Order } from '../../order/order.ts'
import { articles } from './articles.ts'
import { hearOf, openPages, payPage } from './pages.ts'
import { restock, shop } from './shop.ts'
import type { ShopStep } from './shop-step.ts'
import { at } from './trouble.ts'
import { together, whileTimePasses } from './waiting.ts'
import { mxn, owner, staff, type World } from './world.ts'

/** Plays one step in a shop, which opens with the first of them. */
export const playShop = async (w: World, doing: ShopStep, index: number): Promise<unknown> => {
  const { holdfast, provider } = w
  switch (doing.do) {
    case 'order':
      await shop(w)
      return order(w, doing, index)
    case 'cancel_order': {
      const chosen = await pick(w, doing.on, ['pending', 'completed'])
      return (
        chosen && whileTimePasses(w, holdfast.cancelOrder({ actor: staff, orderId: chosen.id, refund: doing.refund }))
      )
    }
    case 'ship': {
      const chosen = await pick(w, doing.on, ['completed'])
      return chosen && holdfast.shipOrder({ actor: staff, orderId: chosen.id })
    }
    case 'deliver_order': {
      const chosen = await pick(w, doing.on, ['shipped'])
      return chosen && holdfast.deliverOrder({ actor: staff, orderId: chosen.id })
    }
    case 'expire_page': {
      const page = at(openPages(w), doing.on)
      return page && provider.payer.expire(page.id)
    }
    case 'pay_cancelled': {
      const pending = (await allOrders(w)).filter(({ status }) => status === 'pending')
      const page = at(
        openPages(w).filter(({ paymentId }) => pending.some((each) => each.paymentId === paymentId)),
        doing.on,
      )
      const chosen = pending.find(({ paymentId }) => paymentId === page?.paymentId)
      if (chosen === undefined || page === undefined) return undefined
      w.settings.lateMoney = doing.policy
      provider.faults.next('closeAttempt', 'unreachable')
      const request = { actor: owner(chosen.owner), orderId: chosen.id, refund: 'nothing' } as const
      await whileTimePasses(w, holdfast.cancelOrder(request))
      return provider.payer.pay(page.id)
    }
    case 'adjust': {
      await shop(w)
      const article = at(articles, doing.article)
      return article && restock(w, article.articleId, doing.by, `adjust ${index}`)
    }
    case 'late_money':
      w.settings.lateMoney = doing.policy
      return undefined
  }
}

const order = async (
  w: World,
  { who, lines, coupon, upTo, times, key }: Extract<ShopStep, { readonly do: 'order' }>,
  index: number,
): Promise<void> => {
  const request = {
    actor: owner(`o${who}`),
    cart: {
      lines: lines.flatMap(([article, quantity]) => {
        const articleId = at(articles, article)?.articleId
        return articleId === undefined ? [] : [{ articleId, quantity }]
      }),
      currency: mxn(0n).currency,
      ...(coupon === undefined ? {} : { coupon }),
    },
    ...(key ? { idempotencyKey: `o${index}` } : {}),
  }
  const { holdfast } = w
  await together(w, times, async () => {
    if (upTo === 'nothing') return holdfast.placeOrder(request)
    const ordered = await holdfast.checkOut(request)
    if (upTo === 'page' || !ordered.ok) return ordered
    const pageId = await payPage(w, ordered.value.paymentId)
    if (upTo === 'heard') await hearOf(w, pageId)
    return undefined
  })
}

/** Mostly one in these statuses; now and then any, to be refused. */
const pick = async (w: World, on: number, statuses: readonly Order['status'][]): Promise<Order | undefined> => {
  const all = await allOrders(w)
  return on === 0
    ? at(all, 0)
    : at(
        all.filter(({ status }) => statuses.includes(status)),
        on,
      )
}

const allOrders = ({ unitOfWork }: World): Promise<readonly Order[]> =>
  unitOfWork.read((tx) => tx.orders.list({ limit: 1000 }))
