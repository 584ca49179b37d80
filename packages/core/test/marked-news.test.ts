import { describe, expect, it } from 'vitest'
import { day, minute, type PaymentId, type ProviderEvent, type UnitOfWork } from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { brokenAlways, brokenAtRest } from '../src/contracts/rules/oracle.ts'
import { ana, ben, world, type World } from '../src/contracts/rules/world.ts'

/** The news that `sessionId` was paid, marked with this payment. */
const paidNews = async (w: World, sessionId: string, paymentId: PaymentId): Promise<ProviderEvent> => {
  await w.provider.payer.pay(sessionId)
  const paid = w.provider.events().at(-1)
  if (paid?.news.about !== 'attempt') throw new Error('No event.')
  return { ...paid, news: { ...paid.news, paymentId } }
}

const rest = async (w: World): Promise<void> => {
  await w.pass(3 * day, 10 * minute)
  expect([...(await brokenAlways(w)), ...(await brokenAtRest(w))]).toEqual([])
}

describe('news marked with the payment', () => {
  it('is applied to the attempt of that payment, without asking whose it is', async () => {
    const inner = memoryUnitOfWork()
    let searches = 0
    const counting: UnitOfWork = {
      ...inner,
      run: (work) =>
        inner.run((tx) =>
          work({
            ...tx,
            payments: {
              ...tx.payments,
              findPaymentOf(by) {
                searches += 1
                return tx.payments.findPaymentOf(by)
              },
            },
          }),
        ),
    }
    const w = world({ unitOfWork: counting })
    const { paymentId, sessionId } = await w.book(ana)
    expect(await w.holdfast.receiveEvent(await paidNews(w, sessionId, paymentId))).toBe('applied')
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(searches).toBe(0)
    await rest(w)
  })

  it("is applied to its attempt's own payment where the mark names somebody else's", async () => {
    const w = world()
    const [mine, other] = [await w.book(ana, 0), await w.book(ben, 1)]
    expect(await w.holdfast.receiveEvent(await paidNews(w, mine.sessionId, other.paymentId))).toBe('applied')
    expect((await w.get(mine.paymentId)).payment.status).toBe('completed')
    expect((await w.get(other.paymentId)).payment.status).toBe('pending')
    await rest(w)
  })

  it('is applied to its attempt where the mark names a payment that is not there', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    expect(await w.holdfast.receiveEvent(await paidNews(w, sessionId, 'pay_nobody' as PaymentId))).toBe('applied')
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    await rest(w)
  })

  it('is kept for later where no payment has the attempt', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    const paid = await paidNews(w, sessionId, paymentId)
    const news = { ...paid.news, attemptId: 'att_nobody', providerId: 'cs_nobody' } as ProviderEvent['news']
    expect(await w.holdfast.receiveEvent({ ...paid, id: 'evt_nobody', news })).toBe('stored')
    expect((await w.get(paymentId)).payment.status).toBe('pending')
  })
})
