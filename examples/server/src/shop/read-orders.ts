import {
  isCollected,
  mayTouch,
  parseId,
  type Actor,
  type Order,
  type OrderLine,
  type OwnerId,
  type PaymentCase,
  type Transaction,
  type UnitOfWork,
} from '@holdfast/core'
import type { Language } from '../language/language.ts'
import { findArticle, isSent } from './articles.ts'

/** An order with all that was paid for it, seen in one moment. */
export interface OrderCase {
  readonly order: Order
  readonly kase: PaymentCase
}

/** An order, unless there is none of this id or it is not this person's to see. */
export const findOrder = async (
  unitOfWork: Pick<UnitOfWork, 'read'>,
  actor: Actor,
  id: string,
): Promise<OrderCase | undefined> => {
  const orderId = parseId<'order'>(id)
  if (orderId === undefined) return undefined
  return unitOfWork.read(async (tx) => {
    const found = await tx.orders.find(orderId)
    if (found === undefined || !mayTouch(actor, found.value.owner)) return undefined
    const { value: order } = found
    const kase = await tx.payments.find(order.paymentId)
    if (kase === undefined) throw new Error(`Order '${id}' has no payment.`)
    return { order, kase: kase.value }
  })
}

/** Somebody's orders with all that was paid for them, newest first, at most `limit`. */
export const listOrders = (
  unitOfWork: Pick<UnitOfWork, 'read'>,
  owner: OwnerId,
  limit = 50,
): Promise<readonly OrderCase[]> => unitOfWork.read(async (tx) => readCases(tx, await tx.orders.list({ owner, limit })))

/** Orders with all that was paid for them. */
export const readCases = async (
  tx: Pick<Transaction, 'payments'>,
  orders: readonly Order[],
): Promise<readonly OrderCase[]> => {
  const cases: OrderCase[] = []
  for (const order of orders) {
    const kase = await tx.payments.find(order.paymentId)
    if (kase === undefined) throw new Error(`Order '${order.id}' has no payment.`)
    cases.push({ order, kase: kase.value })
  }
  return cases
}

/** What a line's article is called, in a language: as it was ordered, where it is not sold any more. */
export const lineName = ({ articleId, name }: OrderLine, language: Language): string =>
  findArticle(articleId)?.name[language] ?? name

/** Whether something in an order is to be sent by post. */
export const hasSomethingToSend = ({ lines }: Pick<Order, 'lines'>): boolean =>
  lines.some(({ unlimited }) => unlimited === undefined)

/** What has been bought for good and can be downloaded: the slugs of these articles. */
export const downloadsOf = ({ order, kase: { payment } }: OrderCase): readonly string[] => {
  const isTheirs = order.status !== 'pending' && order.status !== 'cancelled'
  if (!isTheirs || !isCollected(payment) || payment.status === 'refunded') return []
  return order.lines
    .map(({ articleId }) => articleId)
    .filter((id) => {
      const article = findArticle(id)
      return article !== undefined && !isSent(article)
    })
}

/** Where an order goes, as it was said when it was placed. */
export const readShipTo = ({ details }: Pick<Order, 'details'>): string | undefined => {
  const { ship_to: shipTo } = details
  return typeof shipTo === 'string' ? shipTo : undefined
}
