import { currency, type OrderId, type PaymentId } from '@holdfast/core'
import { readStored } from '../oracle/truth.ts'
import { articles, coupon } from '../system/catalogue.ts'
import { besides } from '../system/prices.ts'
import type { World } from '../world.ts'
import { cardOf } from './card-acts.ts'
import { at, checkSameAnswer, guest, persist, persistAtOnce, staff } from './asking.ts'
import { isLeft } from './browsers.ts'
import type { Doing } from './command.ts'
import { pay } from './paying.ts'

/** Somebody buys what is in their cart, asks for the page on which it is paid, and pays. */
export const order = async (world: World, command: Doing<'order'>, index: number): Promise<void> => {
  const { key, process, pays } = command
  const request = {
    actor: guest(`o${command.who}`),
    cart: {
      lines: command.lines.map(({ article, quantity }) => ({
        articleId: at(articles, article)?.articleId ?? '',
        quantity,
      })),
      currency: currency(command.besides === true ? besides(world.currency) : world.currency),
      ...(command.coupon ? { coupon: coupon.code } : {}),
    },
    ...(key ? { idempotencyKey: `k${index}` } : {}),
  }
  if (!command.checkout) {
    const placed = await persist(world, process, key, (host) => host.placeOrder(request))
    if (placed?.ok === false) world.counts.add(`not_placed:${placed.error.code}`)
    return
  }
  const paymentMethodId =
    command.card === undefined ? undefined : await cardOf(world, request.actor.id, command.card, process)
  const answer = await persist(world, process, key, (host) =>
    host.checkOut({ ...request, ...(paymentMethodId === undefined ? {} : { paymentMethodId }) }),
  )
  if (answer?.ok === false) world.counts.add(`not_placed:${answer.error.code}`)
  if (answer?.ok === true && paymentMethodId !== undefined)
    world.counts.add(`checked_out_by_card:${answer.value.checkout.type}`)
  if (answer?.ok !== true || answer.value.checkout.type !== 'open' || pays === undefined) return
  await world.kernel.sleep(pays.afterMs)
  await pay(world, answer.value.checkout.sessionId, pays.card)
}

/** An order is called off by whoever placed it, or at the desk, so many times at once. Under one key all are answered alike. */
export const cancelOrder = async (world: World, command: Doing<'cancel_order'>, index: number): Promise<void> => {
  const wanted = at(readStored(world.database).orders, command.on)
  if (wanted === undefined) return
  const { refund, key } = command
  const request = {
    actor: index % 2 === 0 || isLeft(world, wanted.payment_id) ? staff : guest(wanted.owner),
    orderId: wanted.id as OrderId,
    refund,
    ...(key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await persistAtOnce(world, command, (host) => host.cancelOrder(request))
  for (const answer of answers)
    if (answer?.ok === false && answer.error.code === 'payment_already_completed')
      world.counts.add('order_paid_meanwhile')
}

/** An order goes on its way, or arrives. */
export const sendOrder = async (world: World, command: Doing<'ship' | 'deliver'>, index: number): Promise<void> => {
  const wanted = at(readStored(world.database).orders, command.on)
  if (wanted === undefined) return
  const request = { actor: staff, orderId: wanted.id as OrderId, idempotencyKey: `k${index}` }
  const answers = await persistAtOnce(
    world,
    { ...command, key: true },
    (host): Promise<unknown> =>
      command.do === 'ship' ? host.shipOrder({ ...request, tracking: `t${index}` }) : host.deliverOrder(request),
  )
  checkSameAnswer(answers)
}

/** More of an article is there, or less. What was asked for and what was answered is remembered, to be judged by. */
export const restock = async (world: World, command: Doing<'restock'>, index: number): Promise<void> => {
  const articleId = at(articles, command.article)?.articleId
  if (articleId === undefined) return
  const done = world.watch.stockAsked(articleId, command.by)
  const answer = await persist(world, command.process, true, (host) =>
    host.adjustStock({ actor: staff, articleId, by: command.by, idempotencyKey: `k${index}` }),
  )
  if (answer?.ok === true) done('changed')
  else if (answer !== undefined) done('refused')
}

/** The shop gives its coupon, as often as it can be used. */
export const giveCoupon = async (world: World, command: Doing<'give_coupon'>): Promise<void> => {
  const terms = { ...coupon, limit: command.limit }
  await persist(world, command.process, true, (host) => host.defineCoupon({ actor: staff, terms }))
}

/** Somebody who placed an order and did not pay asks for its page, and pays. */
export const payOrder = async (world: World, command: Doing<'pay_order'>, index: number): Promise<void> => {
  const wanted = at(
    readStored(world.database).orders.filter((each) => each.status === 'pending' && !isLeft(world, each.payment_id)),
    command.on,
  )
  if (wanted === undefined) return
  const request = {
    actor: guest(wanted.owner),
    paymentId: wanted.payment_id as PaymentId,
    ...(command.key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answer = await persist(world, command.process, command.key, (host) => host.startCheckout(request))
  if (answer?.ok !== true || answer.value.type !== 'open' || command.pays === undefined) return
  await world.kernel.sleep(command.pays.afterMs)
  await pay(world, answer.value.sessionId, command.pays.card)
}
