import { describe, expect, it } from 'vitest'
import {
  createHoldfast,
  defaultSettings,
  minute,
  ok,
  silentLogger,
  type Fulfilment,
  type FulfilmentKind,
  type Json,
  type PaymentProvider,
} from '../src/index.ts'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '../src/memory/index.ts'
import { ana, mxn, staff, start } from '../src/contracts/rules/world.ts'

type PageRequest = Parameters<PaymentProvider['openSession']>[0]

/** A shop that sells tickets, a kind of its own, and knows no reservations. */
const shop = (change: Partial<FulfilmentKind> = {}, details: Readonly<Record<string, Json>> = {}) => {
  const clock = memoryClock(start)
  const unitOfWork = memoryUnitOfWork()
  const provider = memoryPaymentProvider({ clock })
  const notifier = memoryNotifier()
  const pages: PageRequest[] = []
  const ticket: FulfilmentKind = {
    name: 'ticket',
    quote: async () =>
      ok({ amount: mxn(50_00n), purpose: 'full', item: { name: 'Ticket', description: 'A' }, details }),
    fulfil: async (): Promise<Fulfilment> => ({ type: 'done', record: { type: 'ticket', id: 't_1' } }),
    ...change,
  }
  const holdfast = createHoldfast({
    unitOfWork,
    paymentProvider: {
      ...provider,
      openSession: (request) => {
        pages.push(request)
        return provider.openSession(request)
      },
    },
    clock,
    notifier,
    ids: sequentialIds(),
    logger: silentLogger,
    settings: defaultSettings,
    returnUrls: {
      of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no', locale: 'es' }),
    },
    fulfilmentKinds: [ticket],
  })
  const open = async () => {
    const opened = await holdfast.openIntent({ actor: ana, kind: 'ticket', payload: {} })
    if (!opened.ok) throw new Error(opened.error.code)
    return opened.value.paymentId
  }
  const get = async (paymentId: Awaited<ReturnType<typeof open>>) => {
    const read = await holdfast.readPayment({ actor: staff, paymentId })
    if (!read.ok) throw new Error(read.error.code)
    return read.value
  }
  const pay = async (paymentId: Awaited<ReturnType<typeof open>>) => {
    const page = await holdfast.startCheckout({ actor: ana, paymentId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await provider.payer.pay(page.value.sessionId)
    for (const event of provider.events()) await holdfast.receiveEvent(event)
    await holdfast.workOnce()
  }
  return { holdfast, clock, notifier, pages, open, get, pay }
}

describe('a kind of the host', () => {
  it('that does not say what is available always is, and becomes its record', async () => {
    const { open, get, pay, notifier } = shop()
    const paymentId = await open()
    await pay(paymentId)
    expect((await get(paymentId)).payment).toMatchObject({ status: 'completed', saveCard: false, purpose: 'full' })
    expect(notifier.sent).toMatchObject([{ template: 'confirmed', record: { type: 'ticket', id: 't_1' } }])
  })

  it('that says it is sold out has no page', async () => {
    const { holdfast, open, get } = shop({ available: async () => false })
    const paymentId = await open()
    expect(await holdfast.startCheckout({ actor: ana, paymentId })).toEqual({
      ok: false,
      error: { code: 'slot_taken' },
    })
    expect((await get(paymentId)).attempts).toEqual([])
  })

  it('that cannot be had once it is paid is given back for its reason, and its owner is told', async () => {
    const details = { seat: 'A1' }
    const { open, get, pay, notifier } = shop(
      { fulfil: async () => ({ type: 'unavailable', reason: 'unavailable' }) },
      details,
    )
    const paymentId = await open()
    await pay(paymentId)
    expect((await get(paymentId)).refunds).toMatchObject([
      { reason: 'unavailable', amount: mxn(50_00n), status: 'succeeded' },
    ])
    expect(notifier.sent).toMatchObject([{ template: 'refunded_unavailable', reason: 'unavailable', details }])
  })

  it('shows the provider the short texts that its quote names for it, and nothing else', async () => {
    const shown = async (metadata: Json) => {
      const { open, get } = shop({}, { seat: 'A1', metadata })
      return (await get(await open())).payment.metadata
    }
    expect(await shown({ seat: 'A1', rows: 3, tags: ['x'], none: null })).toEqual({ intent_id: 'int_0001', seat: 'A1' })
    for (const none of [null, 'text', 7, ['a', 'b']]) expect(await shown(none)).toEqual({ intent_id: 'int_0001' })
    const { open, get } = shop()
    expect((await get(await open())).payment.metadata).toEqual({ intent_id: 'int_0001' })
  })
})

describe('a page of the host', () => {
  it('is in the language that the host names', async () => {
    const { holdfast, open, pages } = shop()
    await holdfast.startCheckout({ actor: ana, paymentId: await open() })
    expect(pages).toMatchObject([{ locale: 'es', attemptId: 'att_0001', saveCard: false }])
  })

  it('is given back while it is open, and no longer once it has closed', async () => {
    const { holdfast, open, clock } = shop()
    const paymentId = await open()
    const first = await holdfast.startCheckout({ actor: ana, paymentId })
    await clock.advance(minute)
    expect(await holdfast.startCheckout({ actor: ana, paymentId })).toEqual(first)
    await holdfast.cancelPayment({ actor: staff, paymentId })
    expect(await holdfast.startCheckout({ actor: ana, paymentId })).toEqual({
      ok: false,
      error: { code: 'payment_cancelled' },
    })
  })
})
