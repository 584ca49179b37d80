import { instant, money, type OwnerId, type PaymentId } from '@holdfast/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { routes, type Route } from '../src/index.ts'
import {
  ana,
  ben,
  bookedReservation,
  deliver,
  openIntent,
  ordered,
  paidConsultation,
  paidOrder,
  staff,
  stocked,
  world,
  type Answered,
  type World,
} from './world.ts'

/** A body that each route takes. A route that takes one and is not here fails below. */
const bodies: Readonly<Record<string, unknown>> = {
  open_intent: { kind: 'reservation', payload: { house: 'casa', day: 77 } },
  refund_payment: { amount: '1.00' },
  change_amount: { amount: '50.00' },
  cancel_consultation: { refund: 'all' },
  top_up_wallet: { amount: '150.00', currency: 'MXN' },
  check_out: { lines: [{ article_id: 'mug', quantity: 1 }], currency: 'MXN' },
  pay_intent_with_saved_card: { payment_method_id: 'pm_1' },
  pay_with_saved_card: { payment_method_id: 'pm_1' },
  ship_order: { tracking: '1Z 999' },
  adjust_stock: { by: 3 },
  define_coupon: { code: 'HALF', discount: { type: 'percent', percent: 50 } },
}

/** What a route cannot be asked without. */
const queries: Readonly<Record<string, string>> = {
  read_wallet_statement: '?currency=MXN',
  read_task_status: '?task_id=expire_order:ord_0001',
}

const actor = { type: 'staff', id: 'eve' } as const

/** A world in which Ana has one of everything, and staff have work. */
const populated = async () => {
  const here = world()
  const booked = await bookedReservation(here)
  const asked = await paidConsultation(here)
  const open = await openIntent(here, { day: 2 })
  // One that her wallet is enough for, and one that it is not.
  const dear = await openIntent(here, { day: 3 })
  await here.holdfast.changeAmount({ actor, paymentId: dear.paymentId as PaymentId, amount: money(900_00, 'MXN') })
  const filled = await here.call('POST', '/api/wallet/top-up/', { as: ana, body: bodies['top_up_wallet'] })
  await here.provider.payer.pay(filled.json['session_id'] as string)
  await deliver(here.holdfast, here.provider.events())
  await stocked(here)
  const unpaid = await ordered(here)
  const paid = await paidOrder(here)
  const sent = await paidOrder(here)
  await here.call('POST', `/api/orders/${sent.orderId}/ship/`, { as: staff, body: {} })
  const now = here.clock.now()
  await here.unitOfWork.run(async (tx) => {
    const effect = { type: 'send_refund', paymentId: open.paymentId as PaymentId, refundId: 'rf_1' as never } as const
    await tx.outbox.append([{ id: 'dead', body: effect, dueAt: now }], now)
    await tx.tasks.append([{ id: 'dead', body: { type: 'sweep' }, dueAt: now }], now)
    const event = { id: 'dead', type: 'x', occurredAt: now, livemode: false, news: { about: 'nothing' } } as const
    await tx.inbox.record(event, { status: 'waiting', at: now, dueAt: now })
    for (const queue of [tx.outbox, tx.inbox, tx.tasks])
      await queue.bury('dead', (await queue.take('dead', { now, leaseMs: 1 }))?.lease ?? 0, 'gave up', now)
    await tx.attention.raise([{ id: 'watch', code: 'refund_failed', at: instant(0), data: {} }])
  })
  const kept = await here.holdfast.listPaymentMethods({ actor: { type: 'owner', id: 'ana' as OwnerId } })
  const ids = {
    payment_method: kept.ok ? (kept.value[0]?.id ?? 'none') : 'none',
    payment: open.paymentId,
    intent: open.intentId,
    reservation: booked.reservationId,
    consultation: asked.consultationId,
    order: unpaid.orderId,
    article: 'mug',
    work: 'dead',
    attention: 'watch',
  }
  const special: Readonly<Record<string, string>> = {
    refund_payment: booked.paymentId,
    top_up_for_intent: dear.intentId,
    ship_order: paid.orderId,
    deliver_order: sent.orderId,
  }
  const idFor = ({ id, name }: Route): string => (id === undefined ? '' : (special[name] ?? ids[id]))
  return { here, idFor }
}

const ask = (here: World, route: Route, id: string, as: string | undefined): Promise<Answered> => {
  const path =
    route.mount === 'webhooks'
      ? '/api/webhooks/stripe'
      : `/api${route.path.replace('{id}', id)}/${queries[route.name] ?? ''}`
  const body = bodies[route.name]
  return here.call(route.method.toUpperCase(), path, {
    ...(as === undefined ? {} : { as }),
    ...(body === undefined ? {} : { body }),
    headers: { 'x-request-id': 'the-same-for-all' },
  })
}

const guarded = routes.filter(({ who }) => who !== 'anyone')
const named = (some: readonly Route[]) => some.map((route) => [route.name, route] as const)

describe('the table of routes', () => {
  it('has an example for every body', () => {
    const taking = routes.filter(({ body }) => body !== undefined).map(({ name }) => name)
    expect(taking.toSorted()).toEqual(Object.keys(bodies).toSorted())
  })

  it('has every name and every call once', () => {
    expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length)
    expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length)
  })

  it('takes a key for whatever changes something, but for the deliveries of the provider', () => {
    const keyless = routes.filter(({ method, keyed }) => method === 'post' && keyed !== true).map(({ name }) => name)
    expect(keyless).toEqual(['receive_webhook'])
  })

  it('lets anyone call only what has no owner', () => {
    const open = routes.filter(({ who }) => who === 'anyone').map(({ name }) => name)
    expect(open).toEqual([
      'read_public_payment_stats',
      'list_free_slots',
      'receive_webhook',
      'healthz',
      'readyz',
      'metrics',
    ])
  })
})

describe.each(named(guarded))('%s', (_name, route) => {
  const { who } = route
  let here: World
  let idFor: (route: Route) => string
  beforeAll(async () => void ({ here, idFor } = await populated()))

  it('turns away whoever has not signed in, whatever they ask for', async () => {
    const answer = await ask(here, route, idFor(route), undefined)
    expect([answer.status, answer.json['code']]).toEqual([401, 'unauthenticated'])
    expect((await ask(here, route, 'none', undefined)).text).toBe(answer.text)
  })

  if (who === 'staff')
    it('is not for owners, whatever they ask for', async () => {
      const answer = await ask(here, route, idFor(route), ana)
      expect([answer.status, answer.json['code']]).toEqual([403, 'forbidden'])
      expect((await ask(here, route, 'none', ana)).text).toBe(answer.text)
    })

  if (who === 'owner')
    it('is not for staff', async () => {
      expect((await ask(here, route, idFor(route), staff)).status).toBe(403)
    })

  if (route.id !== undefined && who !== 'staff')
    it("answers for somebody else's exactly what it answers for nothing", async () => {
      const others = await ask(here, route, idFor(route), ben)
      const nobodys = await ask(here, route, `${idFor(route)}x`, ben)
      expect(others.status).toBe(404)
      expect(others.text).toBe(nobodys.text)
      expect([...others.headers]).toEqual([...nobodys.headers])
    })

  it.each([ana, staff].filter((each) => who === 'owner_or_staff' || each.startsWith(who)))('serves %s', async (as) => {
    const fresh = await populated()
    const answer = await ask(fresh.here, route, fresh.idFor(route), as)
    expect(answer.status, answer.text).toBeLessThan(300)
  })
})
