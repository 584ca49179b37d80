import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { hour, minute, type PaymentProvider, type UnitOfWork } from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { brokenAlways, brokenAtRest } from '../src/contracts/rules/oracle.ts'
import { ana, ben, mxn, planned, staff, world } from '../src/contracts/rules/world.ts'

/**
 * The scheduler decides whose transaction is begun next and whose call reaches the provider next, so that every order of
 * the steps of all actors can come up; each transaction itself is one step.
 */
const scheduled = (scheduler: fc.Scheduler) => {
  const inner = memoryUnitOfWork()
  let racing = false
  const step = async (label: string): Promise<void> => {
    if (racing) await scheduler.schedule(Promise.resolve(), label)
  }
  const unitOfWork: UnitOfWork = {
    run: async (work) => {
      await step('transaction')
      return inner.run(work)
    },
    read: async (work) => {
      await step('read')
      return inner.read(work)
    },
  }
  const provider = (real: PaymentProvider): PaymentProvider =>
    Object.fromEntries(
      Object.entries(real).map(([name, call]) => [
        name,
        typeof call !== 'function'
          ? call
          : async (...args: readonly unknown[]) => {
              await step(`→ ${name}`)
              const answer = await (call as (...args: readonly unknown[]) => unknown)(...args)
              await step(`← ${name}`)
              return answer
            },
      ]),
    ) as unknown as PaymentProvider
  return {
    unitOfWork,
    provider,
    race: async (start: () => readonly Promise<unknown>[], tick: () => Promise<void>): Promise<void> => {
      racing = true
      let over = false
      const all = Promise.all(start()).finally(() => {
        over = true
      })
      while (!over) {
        if (scheduler.count() > 0) await scheduler.waitOne()
        else await tick()
        await new Promise((resolve) => setImmediate(resolve))
      }
      racing = false
      await all
    },
  }
}

type Act = 'checkout' | 'retry' | 'cancel' | 'reprice' | 'pay' | 'deliver' | 'sweep' | 'sync'
const acts = fc.array(
  fc.constantFrom<Act>('checkout', 'checkout', 'retry', 'cancel', 'reprice', 'pay', 'pay', 'deliver', 'sweep', 'sync'),
  {
    minLength: 2,
    maxLength: 7,
  },
)

test.prop([fc.scheduler(), acts, fc.boolean()], { numRuns: 250 })(
  'whoever races for one payment, there is one page, one charge and one end',
  async (scheduler, wanted, rival) => {
    const seam = scheduled(scheduler)
    const w = world({ unitOfWork: seam.unitOfWork, wrapProvider: seam.provider })
    await planned(w)
    const mine = await w.book(ana)
    const other = await w.book(ben)
    if (rival) await w.provider.payer.pay(other.sessionId)
    const { paymentId } = mine
    const pay = async (): Promise<void> => {
      const page = w.provider.truth
        .attempts()
        .find(({ id, state }) => id !== other.sessionId && state.type === 'opened')
      if (page !== undefined) await w.provider.payer.pay(page.id)
    }
    const perform: Record<Act, () => Promise<unknown>> = {
      checkout: () => w.holdfast.startCheckout({ actor: ana, paymentId }),
      retry: () => w.holdfast.startCheckout({ actor: ana, paymentId, idempotencyKey: 'retry' }),
      cancel: () => w.holdfast.cancelPayment({ actor: ana, paymentId }),
      reprice: () => w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(111_00n) }),
      pay,
      deliver: () => w.deliver(),
      sweep: () => w.holdfast.sweep(),
      sync: () => w.holdfast.syncPayment({ actor: ana, paymentId }),
    }
    await seam.race(
      () => wanted.map((act) => scheduler.schedule(Promise.resolve(), act).then(() => perform[act]())),
      () => w.clock.advance(100),
    )
    expect(await brokenAlways(w)).toEqual([])
    await w.pass(6 * hour, 5 * minute)
    expect([...(await brokenAlways(w)), ...(await brokenAtRest(w))]).toEqual([])
  },
  120_000,
)
