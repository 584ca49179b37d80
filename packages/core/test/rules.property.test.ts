import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { day, hour, minute, type PaymentId, type ReservationId } from '../src/index.ts'
import { memoryUnitOfWork, type ProviderCall, type ProviderFault } from '../src/memory/index.ts'
import { brokenAlways, brokenAtRest, snapshot } from './oracle.ts'
import { mxn, owner, planned, staff, world, type World } from './world.ts'

/** What goes wrong with the very call that a step is about, if anything does. */
interface Trouble {
  readonly trouble: ProviderFault | undefined
}

/** What can happen, as data: so that a failure prints as a list one can read, and shrinks. */
type Step =
  | ({ readonly do: 'book'; readonly who: number; readonly night: number; readonly checkout: boolean } & Trouble)
  | ({ readonly do: 'checkout' | 'cancel' | 'sync'; readonly on: number; readonly times: number; readonly key: boolean } & Trouble)
  | { readonly do: 'pay' | 'pay_wrong' | 'pay_later' | 'fail_later' | 'settle_later' | 'decline'; readonly on: number }
  | { readonly do: 'deliver'; readonly on: number; readonly times: number }
  | { readonly do: 'pass'; readonly ms: number }
  | ({ readonly do: 'refund'; readonly on: number; readonly part: number; readonly key: boolean } & Trouble)
  | { readonly do: 'refund_there' | 'dispute'; readonly on: number }
  | ({ readonly do: 'start_balance' | 'bad_card' | 'cancel_reservation'; readonly on: number } & Trouble)
  | { readonly do: 'reprice'; readonly on: number; readonly to: number }
  | { readonly do: 'fault'; readonly call: ProviderCall; readonly fault: ProviderFault }
  | { readonly do: 'crash'; readonly after: number; readonly committed: boolean }

const on = fc.nat(7)
const fault = fc.constantFrom<ProviderFault>(
  'answer_lost', 'answer_lost', 'request_lost', 'unreachable', 'error_with_effect', 'error_without_effect', 'unrecognized_status',
)
const trouble = fc.option(fault, { nil: undefined, freq: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('book' as const), who: fc.nat(2), night: fc.nat(2), checkout: fc.boolean(), trouble }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('checkout' as const, 'checkout' as const, 'cancel' as const, 'sync' as const), on,
      times: fc.integer({ min: 1, max: 4 }), key: fc.boolean(), trouble,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('pay' as const, 'pay' as const, 'pay' as const, 'pay_wrong' as const, 'pay_later' as const, 'fail_later' as const, 'settle_later' as const, 'decline' as const),
      on,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), on: fc.nat(30), times: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(minute, 20 * minute, 3 * hour, 2 * day, 70 * day) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('refund' as const), on, part: fc.integer({ min: 1, max: 3 }), key: fc.boolean(), trouble }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('refund_there' as const, 'dispute' as const), on }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('start_balance' as const, 'bad_card' as const, 'cancel_reservation' as const), on, trouble }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reprice' as const), on, to: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      call: fc.constantFrom<ProviderCall>('openSession', 'chargeSavedCard', 'closeAttempt', 'findAttempt', 'refund', 'refund', 'findRefund'),
      fault,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), after: fc.nat(3), committed: fc.boolean() }) },
)

class Crash extends Error {
  override readonly name = 'Crash'
}

/** A database that a process may lose in the middle: before a commit, or after one that it never hears of. */
const crashing = () => {
  let plan: { left: number; committed: boolean } | undefined
  const strike = (committed: boolean) => () => {
    if (plan === undefined || plan.committed !== committed) return
    if (plan.left > 0) {
      plan.left -= 1
      return
    }
    plan = undefined
    throw new Crash('The process ended here.')
  }
  const unitOfWork = memoryUnitOfWork({ beforeCommit: strike(false), afterCommit: strike(true) })
  return {
    unitOfWork,
    plan: (left: number, committed: boolean): void => void (plan = { left, committed }),
    calm: (): void => void (plan = undefined),
  }
}

const survive = async (act: () => Promise<unknown>): Promise<void> => {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof Crash) && !(error instanceof RangeError)) throw error
  }
}

const at = <T>(list: readonly T[], index: number): T | undefined => (list.length === 0 ? undefined : list[index % list.length])

const run = async (w: World, crash: ReturnType<typeof crashing>, doing: Step, index: number): Promise<void> => {
  const payments = async () => (await snapshot(w)).cases
  const payment = async (on: number): Promise<PaymentId | undefined> => at(await payments(), on)?.payment.id
  const reservation = async (on: number): Promise<ReservationId | undefined> => at(await w.reservations(), on)?.id
  const page = (on: number, state: string) => at(w.provider.truth.attempts().filter((each) => each.kind === 'hosted' && each.state.type === state), on)?.id
  const { holdfast, provider } = w
  if ('trouble' in doing && doing.trouble !== undefined) provider.faults.next(callOf[doing.do], doing.trouble)
  switch (doing.do) {
    case 'book': {
      const actor = owner(`o${doing.who}`)
      const opened = await holdfast.openIntent({ actor, kind: 'reservation', payload: { night: doing.night } })
      if (opened.ok && doing.checkout) await whileTimePasses(w, holdfast.startCheckout({ actor, paymentId: opened.value.paymentId }))
      return
    }
    case 'checkout':
    case 'cancel':
    case 'sync': {
      const paymentId = await payment(doing.on)
      if (paymentId === undefined) return
      const request = { actor: staff, paymentId, ...(doing.key ? { idempotencyKey: `k${index}` } : {}) }
      const ask = { checkout: holdfast.startCheckout, cancel: holdfast.cancelPayment, sync: holdfast.syncPayment }[doing.do]
      const all = await whileTimePasses(w, Promise.allSettled(Array.from({ length: doing.times }, () => ask(request))))
      const failed = all.filter((each) => each.status === 'rejected' && !(each.reason instanceof Crash))
      if (failed.length > 0) throw failed[0]
      return
    }
    case 'pay': {
      const id = page(doing.on, 'opened')
      return id === undefined ? undefined : provider.payer.pay(id)
    }
    case 'pay_wrong': {
      const id = page(doing.on, 'opened')
      return id === undefined ? undefined : provider.payer.pay(id, mxn(7n))
    }
    case 'pay_later': {
      const id = page(doing.on, 'opened')
      return id === undefined ? undefined : provider.payer.payLater(id)
    }
    case 'fail_later':
    case 'settle_later': {
      const id = page(doing.on, 'processing')
      return id === undefined ? undefined : provider.payer.settle(id, doing.do === 'fail_later' ? 'failed' : 'paid')
    }
    case 'decline': {
      const id = page(doing.on, 'opened')
      return id === undefined ? undefined : provider.payer.declineOnPage(id)
    }
    case 'deliver': {
      const event = at(provider.events(), doing.on)
      if (event === undefined) return
      await Promise.all(Array.from({ length: doing.times }, () => holdfast.receiveEvent(event)))
      return
    }
    case 'pass':
      return w.pass(doing.ms, Math.max(minute, doing.ms / 20))
    case 'refund': {
      const paymentId = await payment(doing.on)
      if (paymentId === undefined) return
      const { amount } = (await w.get(paymentId)).payment
      await holdfast.refundPayment({
        actor: staff, paymentId, amount: { ...amount, minorUnits: amount.minorUnits / BigInt(doing.part) },
        ...(doing.key ? { idempotencyKey: `r${doing.on}` } : {}),
      })
      return
    }
    case 'refund_there':
    case 'dispute': {
      const charges = provider.truth.attempts().flatMap(({ state }) => (state.type === 'captured' ? [state.charge] : []))
      const charge = at(charges, doing.on)
      if (charge === undefined) return
      const back = provider.truth.refunds().filter(({ chargeId }) => chargeId === charge.id)
      if (doing.do === 'refund_there' && back.length === 0) {
        provider.bank.refund(charge.id, charge.amount.minorUnits / 2n + 1n)
        const news = provider.events().at(-1)
        if (news !== undefined) await holdfast.receiveEvent(news)
      }
      if (doing.do === 'dispute') for (const outcome of ['opened', 'won'] as const) provider.bank.dispute(charge.id, outcome)
      return
    }
    case 'start_balance': {
      const reservationId = await reservation(doing.on)
      if (reservationId !== undefined) await holdfast.startBalance({ actor: staff, reservationId })
      return
    }
    case 'bad_card': {
      const kase = at((await payments()).filter((each) => each.payment.savedCard !== undefined), doing.on)
      if (kase?.payment.savedCard !== undefined) await provider.payer.declineCard(kase.payment.savedCard)
      return
    }
    case 'cancel_reservation': {
      const reservationId = await reservation(doing.on)
      if (reservationId !== undefined) await holdfast.cancelReservation({ actor: staff, reservationId, refund: doing.on % 2 === 0 ? 'all' : 'nothing' })
      return
    }
    case 'reprice': {
      const paymentId = await payment(doing.on)
      if (paymentId !== undefined) await holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(BigInt(doing.to) * 111_00n) })
      return
    }
    case 'fault':
      return provider.faults.next(doing.call, doing.fault)
    case 'crash':
      return crash.plan(doing.after, doing.committed)
  }
}

/** Lets those who wait for somebody else's answer wait. */
const whileTimePasses = async <T>(w: World, act: Promise<T>): Promise<T> => {
  let over = false
  const done = act.finally(() => {
    over = true
  })
  done.catch(() => {})
  for (let round = 0; !over; round += 1) {
    if (round > 100) throw new Error('Somebody waits for ever.')
    await w.clock.advance(1000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return done
}

/** The call that each step is about. */
const callOf = {
  book: 'openSession', checkout: 'openSession', cancel: 'closeAttempt', sync: 'findAttempt', refund: 'refund',
  start_balance: 'chargeSavedCard', bad_card: 'chargeSavedCard', cancel_reservation: 'closeAttempt',
} as const satisfies Partial<Record<Step['do'], ProviderCall>>

const story = async (steps: readonly Step[], webhooksAtTheEnd: boolean): Promise<void> => {
  const crash = crashing()
  const w = world({ unitOfWork: crash.unitOfWork })
  await planned(w)
  for (const [index, doing] of steps.entries()) {
    await survive(() => run(w, crash, doing, index))
    expect(await brokenAlways(w)).toEqual([])
  }
  // Heal: no more faults and crashes. What was lost stays lost; asking alone has to find it, unless webhooks are back.
  crash.calm()
  w.provider.faults.clear()
  for (const { id, state, kind } of w.provider.truth.attempts())
    if (kind === 'hosted' && state.type === 'processing') await w.provider.payer.settle(id, 'paid')
  if (webhooksAtTheEnd) await w.deliver()
  await w.pass(5 * day, 20 * minute)
  await w.pass(200 * day, day)
  expect([...(await brokenAlways(w)), ...(await brokenAtRest(w))]).toEqual([])
}

const runs = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 80)

test.prop([fc.array(step, { minLength: 3, maxLength: 40 }), fc.boolean()], { numRuns: runs })(
  'every rule holds at every step of any story, and everything comes to its right end',
  (steps, webhooks) => story(steps, webhooks),
  runs * 2_000 + 30_000,
)
