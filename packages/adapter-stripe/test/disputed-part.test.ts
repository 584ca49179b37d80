import { createHoldfast, day, defaultSettings, instant, money, walletTopUpKind, type OwnerId } from '@holdfast/core'
import { memoryClock, memoryNotifier, memoryUnitOfWork, sequentialIds } from '@holdfast/core/memory'
import { createSimulator, simulatorHttpClient } from '@holdfast/stripe-simulator'
import { expect, it } from 'vitest'
import { createStripe, stripeEventHistory, stripeProvider } from '../src/index.ts'
import { startMs } from './bench.ts'

const ana = { type: 'owner', id: 'ana' as OwnerId } as const
const staff = { type: 'staff', id: 'eve' } as const
const apiBase = 'http://127.0.0.1:12111'

/** Somebody who has paid 500 MXN into a wallet, and what can be done about it here and at Stripe. */
const toppedUp = async () => {
  const simulator = createSimulator({ seed: 'disputed-part', now: () => startMs, sleep: async () => {} })
  const stripe = createStripe({ apiKey: 'sk_test_adapter', apiBase, httpClient: simulatorHttpClient(simulator) })
  const clock = memoryClock(instant(startMs))
  const unitOfWork = memoryUnitOfWork()
  const holdfast = createHoldfast({
    unitOfWork,
    paymentProvider: stripeProvider({ stripe, clock }),
    clock,
    ids: sequentialIds(),
    notifier: memoryNotifier(),
    logger: { log: () => {} },
    settings: defaultSettings,
    returnUrls: { of: () => ({ successUrl: 'https://shop.example/paid', cancelUrl: 'https://shop.example/back' }) },
    fulfilmentKinds: [
      walletTopUpKind({
        unitOfWork,
        limits: { MXN: { least: 10_00n, most: 10_000_00n } },
        item: () => ({ name: 'Wallet', description: 'Top-up' }),
      }),
    ],
  })
  const post = (path: string, body: Readonly<Record<string, string>>) =>
    simulator.fetch(`${apiBase}${path}`, {
      method: 'POST',
      body: path.startsWith('/_') ? JSON.stringify(body) : new URLSearchParams(body).toString(),
      headers: {
        authorization: 'Bearer sk_test_adapter',
        'content-type': path.startsWith('/_') ? 'application/json' : 'application/x-www-form-urlencoded',
      },
    })
  const payload = { amount: '500', currency: 'MXN' }
  const opened = await holdfast.openIntent({ actor: ana, kind: 'wallet_topup', payload })
  if (!opened.ok) throw new Error('No top-up.')
  const { paymentId } = opened.value
  const page = await holdfast.startCheckout({ actor: ana, paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
  await post(`/v1/payment_pages/${page.value.sessionId}/confirm`, { payment_method: 'pm_card_visa' })
  await holdfast.syncPayment({ actor: ana, paymentId })
  const get = () => unitOfWork.read((tx) => tx.payments.find(paymentId))
  const disputePart = async (): Promise<void> => {
    const [intent] = (await stripe.paymentIntents.list({ limit: 1 })).data
    const asked = { payment_intent: intent?.id ?? '', amount: 100_00, outcome: 'lost' }
    await post('/_simulator/disputes', asked as never)
  }
  return {
    holdfast,
    paymentId,
    disputePart,
    balance: async () =>
      (await unitOfWork.read((tx) => tx.wallets.find(ana.id, money(0, 'MXN').currency)))?.value.balance,
    payment: async () => (await get())?.value.payment,
    hearEvents: async () => {
      const history = stripeEventHistory({ stripe })
      for await (const events of history.events({ from: instant(startMs - day), to: instant(startMs + day) }))
        for (const event of events) await holdfast.receiveEvent(event)
    },
    askAboutCharge: async () => {
      const attemptId = (await get())?.value.attempts[0]?.id
      if (attemptId === undefined) throw new Error('No attempt.')
      const body = { type: 'look_up_charge', paymentId, attemptId } as const
      await unitOfWork.run((tx) => tx.outbox.append([{ id: 'look', body, dueAt: clock.now() }], clock.now()))
      await holdfast.workOnce()
    },
  }
}

it.each(['hearEvents', 'askAboutCharge'] as const)(
  'takes out of a wallet what a lost dispute took and no more, and gives the rest back (%s)',
  async (hears) => {
    const { holdfast, paymentId, disputePart, balance, payment, [hears]: hear } = await toppedUp()
    expect(await balance()).toBe(500_00n)
    await disputePart()
    await hear()
    expect(await balance()).toBe(400_00n)
    expect(await payment()).toMatchObject({ status: 'partially_refunded', refunded: 100_00n })
    const rest = await holdfast.refundPayment({ actor: staff, paymentId })
    expect(rest).toMatchObject({ ok: true, value: { refund: { status: 'succeeded', amount: money(400_00, 'MXN') } } })
    expect(await balance()).toBe(0n)
    expect(await payment()).toMatchObject({ status: 'refunded', refunded: 500_00n })
  },
)
