import { describe, expect, it } from 'vitest'
import { mxn, staff, start, world } from '../src/contracts/rules/world.ts'
import { day, hour, minute } from '../src/index.ts'
import { memoryClock, memoryPaymentProvider, memoryUnitOfWork, sequentialIds } from '../src/memory/index.ts'
import { paidStay } from './paid-stay.ts'

/** What two processes share, of which one waits for `still` until the other has it go on. */
const twoProcesses = () => {
  const clock = memoryClock(start)
  let goOn = (): void => {}
  const still = new Promise<void>((resolve) => {
    goOn = resolve
  })
  return {
    shared: {
      clock,
      provider: memoryPaymentProvider({ clock }),
      unitOfWork: memoryUnitOfWork(),
      ids: sequentialIds(),
    },
    still,
    goOn: () => goOn(),
  }
}

describe('a process that stands still for a quarter of an hour between its look for a refund and asking for it', () => {
  it('does not make it again under a key that others have given up', async () => {
    const { shared, still, goOn } = twoProcesses()
    const { provider } = shared
    const a = world({
      ...shared,
      wrapProvider: (own) => ({
        ...own,
        findRefund: async (query) => {
          const answer = await own.findRefund(query)
          await still
          return answer
        },
      }),
    })
    let isAway = true
    const b = world({
      ...shared,
      // Errors that the provider does not keep under the key: a gateway in front of it answers.
      wrapProvider: (own) => ({
        ...own,
        refund: async (request) => (isAway ? { type: 'unknown', answered: true, detail: '503' } : own.refund(request)),
      }),
    })
    const { paymentId } = await paidStay(b)
    const asking = a.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(50_00n) })
    await b.pass(6 * minute, 30_000)
    isAway = false
    await b.pass(40 * minute, 30_000)
    expect(provider.truth.refunds()).toHaveLength(1)
    goOn()
    await asking
    await b.pass(day, hour)
    const { payment } = await b.get(paymentId)
    expect([provider.truth.refunds().length, payment]).toMatchObject([1, { refunded: 50_00n }])
  })
})

describe('a process that stands still for half an hour before it charges, and ends right after', () => {
  it('leaves no money that is kept for nothing, with webhooks off', async () => {
    const { shared, still, goOn } = twoProcesses()
    const { provider } = shared
    const a = world({
      ...shared,
      wrapProvider: (own) => ({
        ...own,
        findForgottenCharge: async (query) => {
          const answer = await own.findForgottenCharge(query)
          await still
          return answer
        },
        chargeSavedCard: async (request) => {
          await own.chargeSavedCard(request)
          return new Promise(() => {})
        },
      }),
    })
    const b = world(shared)
    const { balanceId, reservationId } = await paidStay(b)
    void a.holdfast.startBalance({ actor: staff, reservationId })
    await b.pass(20_000, 10_000)
    await b.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })
    await b.pass(30 * minute, minute)
    expect((await b.get(balanceId)).payment.status).toBe('cancelled')
    goOn()
    for (let round = 0; round < 10; round += 1) {
      await b.pass(day, hour)
      await b.holdfast.sweep()
    }
    const charged = provider.truth
      .attempts()
      .filter(({ kind, state }) => kind === 'off_session' && state.type === 'captured')
    expect(charged.length - provider.truth.refunds().length).toBe(0)
  })
})
