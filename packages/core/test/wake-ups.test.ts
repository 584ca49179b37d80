import { expect, it } from 'vitest'
import { minute, type AttemptId, type PaymentProvider } from '../src/index.ts'
import { ana, world, type World } from '../src/contracts/rules/world.ts'

/** A world whose provider lets this happen between its answer to the first look-up and whoever asked. */
const worldWhere = (meanwhile: (w: World) => Promise<void>): World => {
  let pending: ((w: World) => Promise<void>) | undefined = meanwhile
  const w: World = world({
    wrapProvider: (provider): PaymentProvider => ({
      ...provider,
      findAttempt: async (query) => {
        const answer = await provider.findAttempt(query)
        const happens = pending
        pending = undefined
        await happens?.(w)
        return answer
      },
    }),
  })
  return w
}

const askAbout = (w: World, about: { readonly providerId: string } | { readonly attemptId: AttemptId }) =>
  w.holdfast.receiveEvent({
    id: 'evt_expired',
    type: 'checkout.session.expired',
    occurredAt: w.clock.now(),
    livemode: false,
    news: { about: 'attempt', ...about, report: 'ask' },
  })

it('looks again when news came after the provider had answered and before that was stored', async () => {
  let page = ''
  const w = worldWhere(async () => {
    await w.provider.payer.pay(page)
    await askAbout(w, { providerId: page })
  })
  const { paymentId, sessionId } = await w.book(ana)
  page = sessionId
  await w.holdfast.syncPayment({ actor: ana, paymentId })
  expect((await w.get(paymentId)).payment.status).not.toBe('completed')
  await w.holdfast.drainOutbox(9)
  expect((await w.get(paymentId)).payment.status).toBe('completed')
})

it('keeps a look that was asked for anew from whoever slept through the end of an earlier one', async () => {
  const w = worldWhere(async () => {
    await w.clock.advance(2 * minute)
    await w.holdfast.drainOutbox(9)
    // Asked for as the first look was, by no page's name.
    await askAbout(w, { attemptId: 'att_0001' as AttemptId })
    // Somebody takes it, as the first had, and has not come back yet when the first does.
    await w.unitOfWork.run((tx) => tx.outbox.lease({ now: w.clock.now(), limit: 9, leaseMs: minute }))
  })
  const { paymentId } = await w.book(ana)
  await w.holdfast.syncPayment({ actor: ana, paymentId })
  expect(await w.unitOfWork.read((tx) => tx.outbox.list({ status: 'waiting', limit: 9 }))).toMatchObject([
    { body: { type: 'look_up_attempt' }, tries: 1, lease: 3 },
  ])
})
