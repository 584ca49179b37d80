import {
  parseDecimal,
  parseId,
  type Money,
  type Order,
  type OrderId,
  type PaymentCase,
  type ReservationId,
} from '@holdfast/core'
import type { Hono } from 'hono'
import { readAmount } from '../language/read-amount.ts'
import type { Ask, Desk, Env } from '../pages/desk.ts'
import { keyOf } from '../pages/forms.ts'
import { notFoundPage } from '../pages/problem-page.ts'
import { consoleNotice, staffOf } from './staff.ts'
import { paymentPage } from './payment-page.ts'
import { paymentStatuses, paymentsPage, paymentsPerPage } from './payments-page.ts'

/** All payments, the whole of one, and what staff can do about it. */
export const paymentConsoleRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork, demo } = desk

  app.get('/console/payments', async (c) => {
    const status = paymentStatuses.find((each) => each === c.req.query('status'))
    const after = parseId<'payment'>(c.req.query('after') ?? '')
    const payments = await unitOfWork.read((tx) =>
      tx.payments.list({
        limit: paymentsPerPage,
        ...(status === undefined ? {} : { status }),
        ...(after === undefined ? {} : { after }),
      }),
    )
    return show(c, paymentsPage(c.get('visitor'), { payments, status, after }))
  })

  app.get('/console/payments/:id', async (c) => {
    const kase = await findCase(desk, c)
    if (kase === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const story = await holdfast.readTimeline({ actor: staffOf(desk, c), paymentId: kase.payment.id })
    const canFailCard = demo !== undefined && kase.payment.savedCard !== undefined
    return show(
      c,
      paymentPage(c.get('visitor'), signedIn(c), {
        kase,
        story: story.ok ? story.value : [],
        order: await findOrderOf(desk, kase),
        canFailCard,
        notice: consoleNotice(c),
      }),
    )
  })

  for (const [name, act] of Object.entries(actions))
    app.post(`/console/payments/:id/${name}`, async (c) => {
      const kase = await findCase(desk, c)
      if (kase === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
      const told = await act(desk, c, kase)
      return c.redirect(`/console/payments/${kase.payment.id}?${new URLSearchParams({ ...told }).toString()}`, 303)
    })
}

type Told = { readonly done: string } | { readonly problem: string }

/** An amount is all that such a form asks for: what is wrong with it is what is wrong. */
const problemOf = ({ code }: { readonly code: string }): string =>
  code === 'invalid_payload' ? 'amountNotTaken' : code

const amountOf = (typed: string, currency: string): Money | undefined => {
  const text = readAmount(typed)
  return text === undefined ? undefined : parseDecimal(text, currency)
}

/** What can be done about a payment, by the last part of its address. Each says what became of it. */
const actions: Readonly<Record<string, (desk: Desk, c: Ask, kase: PaymentCase) => Promise<Told>>> = {
  sync: async (desk, c, { payment }) => {
    const synced = await desk.holdfast.syncPayment({ actor: staffOf(desk, c), paymentId: payment.id })
    if (!synced.ok) return { problem: synced.error.code }
    return { done: { asked: 'syncAsked', nothing_to_ask: 'syncNothing', unheard: 'syncUnheard' }[synced.value.type] }
  },
  refund: async (desk, c, { payment }) => {
    const text = (c.get('fields')['amount'] ?? '').trim()
    const amount = text === '' ? undefined : amountOf(text, payment.amount.currency)
    if (text !== '' && amount === undefined) return { problem: 'invalidAmount' }
    if (amount?.minorUnits === 0n) return { problem: 'refundNothing' }
    const outcome = await desk.holdfast.refundPayment({
      actor: staffOf(desk, c),
      paymentId: payment.id,
      ...(amount === undefined ? {} : { amount }),
      ...keyOf(c.get('fields')),
    })
    return outcome.ok ? { done: 'refundDone' } : { problem: problemOf(outcome.error) }
  },
  amount: async (desk, c, { payment }) => {
    const amount = amountOf(c.get('fields')['amount'] ?? '', payment.amount.currency)
    if (amount === undefined || amount.minorUnits === 0n) return { problem: 'invalidAmount' }
    if (payment.subject.type === 'order') return { problem: 'invalid_request' }
    const outcome = await desk.holdfast.changeAmount({ actor: staffOf(desk, c), paymentId: payment.id, amount })
    return outcome.ok ? { done: 'changeDone' } : { problem: problemOf(outcome.error) }
  },
  cancel: async (desk, c, { payment }) => {
    const outcome = await desk.holdfast.cancelPayment({
      actor: staffOf(desk, c),
      paymentId: payment.id,
      ...keyOf(c.get('fields')),
    })
    if (!outcome.ok) return { problem: outcome.error.code }
    return { done: outcome.value.providerCancellation === 'done' ? 'cancelDone' : 'cancelPending' }
  },
  'cancel-booking': async (desk, c, { payment }) => {
    if (payment.subject.type !== 'reservation') return { problem: 'reservation_not_found' }
    const reservationId = payment.subject.id as ReservationId
    const outcome = await desk.holdfast.cancelReservation({
      actor: staffOf(desk, c),
      reservationId,
      refund: 'all',
      ...keyOf(c.get('fields')),
    })
    return outcome.ok ? { done: 'cancelBookingDone' } : { problem: outcome.error.code }
  },
  'start-balance': async (desk, c, { payment }) => {
    if (payment.subject.type !== 'reservation') return { problem: 'balance_not_owed' }
    const reservationId = payment.subject.id as ReservationId
    const outcome = await desk.holdfast.startBalance({
      actor: staffOf(desk, c),
      reservationId,
      ...keyOf(c.get('fields')),
    })
    return outcome.ok ? { done: 'startBalanceDone' } : { problem: outcome.error.code }
  },
  'fail-card': async ({ demo }, _c, { payment }) => {
    if (demo === undefined || payment.savedCard === undefined) return { problem: 'demoAbsent' }
    await demo.detachCard(payment.savedCard.paymentMethodId)
    return { done: 'removeCardDone' }
  },
}

/** The order that a payment is for, where it is for one. */
const findOrderOf = async ({ unitOfWork }: Desk, { payment }: PaymentCase): Promise<Order | undefined> => {
  const { subject } = payment
  if (subject.type !== 'order') return undefined
  return (await unitOfWork.read((tx) => tx.orders.find(subject.id as OrderId)))?.value
}

const findCase = async (desk: Desk, c: Ask): Promise<PaymentCase | undefined> => {
  const paymentId = parseId<'payment'>(c.req.param('id') ?? '')
  const read =
    paymentId === undefined ? undefined : await desk.holdfast.readPayment({ actor: staffOf(desk, c), paymentId })
  return read?.ok === true ? read.value : undefined
}
