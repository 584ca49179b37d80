import fc from 'fast-check'
import type Stripe from 'stripe'
import { expect, it } from 'vitest'
import { faultKinds, type Ledger, type Simulator } from '../src/index.ts'
import { ask, createBench, sessionParams, type Bench } from './harness.ts'

// One thing somebody may do to Stripe; numbers choose among what exists by then.
type Step =
  | { readonly type: 'open'; readonly amount: number }
  | { readonly type: 'pay'; readonly which: number; readonly method: string }
  | { readonly type: 'authenticate'; readonly which: number; readonly outcome: string }
  | { readonly type: 'expire' | 'charge' | 'capture' | 'cancel' | 'dispute'; readonly which: number }
  | { readonly type: 'refund'; readonly which: number; readonly amount: number }
  | { readonly type: 'fail_refund'; readonly which: number }
  | { readonly type: 'wait'; readonly hours: number }
  | { readonly type: 'fault'; readonly kind: (typeof faultKinds)[number] }

const which = fc.nat(5)
const method = fc.constantFrom(
  'pm_card_visa',
  'pm_card_chargeDeclined',
  'pm_card_authenticationRequired',
  'pm_usBankAccount_success',
  'pm_usBankAccount_accountClosed',
  'pm_card_createDispute',
  'pm_card_refundFail',
  'pm_card_pendingRefund',
)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('open' as const), amount: fc.integer({ min: 50, max: 5000 }) }),
  fc.record({ type: fc.constant('pay' as const), which, method }),
  fc.record({ type: fc.constant('authenticate' as const), which, outcome: fc.constantFrom('succeeded', 'failed') }),
  fc.record({
    type: fc.constantFrom(
      'expire' as const,
      'charge' as const,
      'capture' as const,
      'cancel' as const,
      'dispute' as const,
    ),
    which,
  }),
  fc.record({ type: fc.constant('refund' as const), which, amount: fc.integer({ min: 1, max: 5000 }) }),
  fc.record({ type: fc.constant('fail_refund' as const), which }),
  fc.record({ type: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ type: fc.constant('fault' as const), kind: fc.constantFrom(...faultKinds) }),
)

const pick = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(items.length, 1)]

const perform = async (bench: Bench, done: Step): Promise<void> => {
  const { stripe, simulator } = bench
  const { objects } = simulator.ledger()
  const session = (index: number) => pick(objects['checkout.session'], index)?.id ?? 'cs_none'
  const intent = (index: number) => pick(objects.payment_intent, index)?.id ?? 'pi_none'
  switch (done.type) {
    case 'open':
      return void (await stripe.checkout.sessions.create(
        sessionParams({
          line_items: [
            { quantity: 1, price_data: { currency: 'eur', unit_amount: done.amount, product_data: { name: 'x' } } },
          ],
        }),
      ))
    case 'pay':
      return void (await bench.pay(session(done.which), done.method))
    case 'authenticate':
      return void (await ask(simulator, 'POST', `/v1/payment_pages/${session(done.which)}/authenticate`, {
        outcome: done.outcome,
      }))
    case 'expire':
      return void (await stripe.checkout.sessions.expire(session(done.which)))
    case 'charge':
      return void (await stripe.paymentIntents.create({
        amount: 1000 + done.which,
        currency: 'eur',
        confirm: true,
        payment_method: 'pm_card_visa',
        return_url: 'https://a.test',
        ...(done.which % 2 === 0 && { capture_method: 'manual' as const }),
      }))
    case 'capture':
      return void (await stripe.paymentIntents.capture(intent(done.which)))
    case 'cancel':
      return void (await stripe.paymentIntents.cancel(intent(done.which)))
    case 'dispute':
      return void (await bench.control('POST', '/disputes', { payment_intent: intent(done.which) }))
    case 'refund':
      return void (await stripe.refunds.create({ payment_intent: intent(done.which), amount: done.amount }))
    case 'fail_refund':
      return void (await bench.control('POST', `/refunds/${pick(objects.refund, done.which)?.id ?? 're_none'}`, {
        status: 'failed',
      }))
    case 'wait':
      return simulator.advance(done.hours * 3_600_000)
    case 'fault':
      return void simulator.addFault({ match: '* /v1/*', kind: done.kind })
  }
}

const allowed: Readonly<Record<string, readonly string[]>> = {
  open: ['open', 'complete', 'expired'],
  complete: ['complete'],
  expired: ['expired'],
}

const check = (before: Ledger, after: Ledger): void => {
  for (const charge of after.objects.charge) {
    expect(charge.amount_captured).toBeLessThanOrEqual(charge.amount)
    expect(charge.amount_refunded).toBeGreaterThanOrEqual(0)
    const counted = after.objects.refund.filter(
      (refund) => refund.charge === charge.id && refund.status !== 'failed' && refund.status !== 'canceled',
    )
    const sum = counted.reduce((total, { amount }) => total + amount, 0)
    if (charge.captured) {
      expect(charge.amount_refunded).toBe(sum)
      expect(sum).toBeLessThanOrEqual(charge.amount_captured)
    } else expect(sum).toBe(0)
  }
  for (const intent of after.objects.payment_intent) {
    const captured = after.objects.charge.filter(
      (charge) => charge.payment_intent === intent.id && charge.amount_captured > 0,
    )
    expect(captured.length).toBeLessThanOrEqual(1)
    expect(intent.amount_received).toBe(captured[0]?.amount_captured ?? 0)
    expect(intent.status === 'succeeded').toBe(captured.length === 1)
  }
  for (const session of after.objects['checkout.session']) {
    const earlier = before.objects['checkout.session'].find(({ id }) => id === session.id)?.status ?? 'open'
    expect(allowed[earlier]).toContain(session.status)
    expect(session.url === null).toBe(session.status !== 'open')
    if (session.payment_status === 'paid') {
      expect(session.status).toBe('complete')
      expect(after.objects.payment_intent.find(({ id }) => id === session.payment_intent)?.status).toBe('succeeded')
    }
  }
  const ids = Object.values(after.objects).flatMap((rows) =>
    (rows as readonly { readonly id: string }[]).map(({ id }) => id),
  )
  expect(new Set(ids).size).toBe(ids.length)
}

// A refusal, a decline and a dropped connection are all in the game; anything else is a bug.
const ignoringRefusals = async (work: Promise<void>): Promise<void> => {
  try {
    await work
  } catch (error) {
    if (
      !(error instanceof Error) ||
      !('type' in error || error.message === 'fetch failed' || error instanceof SyntaxError)
    )
      throw error
  }
}

it('conserves money and moves sessions only forward, whatever is done', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const bench = createBench()
      let before = bench.simulator.ledger()
      for (const each of steps) {
        await ignoringRefusals(perform(bench, each))
        const after = bench.simulator.ledger()
        check(before, after)
        before = after
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)

it('makes one object for one key, whatever the network and the server do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...faultKinds), { maxLength: 8 }), async (kinds) => {
      const { simulator, stripe } = createBench()
      for (const kind of kinds) simulator.addFault({ match: 'POST /v1/payment_intents', kind })
      const heard = new Set<string>()
      for (let attempt = 0; attempt < kinds.length + 2; attempt += 1) {
        const intent = await stripe.paymentIntents
          .create(
            {
              amount: 500,
              currency: 'eur',
              confirm: true,
              payment_method: 'pm_card_visa',
              return_url: 'https://a.test',
            },
            { idempotencyKey: 'k' },
          )
          .catch((error: Stripe.errors.StripeError) => error)
        if ('object' in intent) heard.add(intent.id)
      }
      const { objects, idempotency_keys } = simulator.ledger()
      expect(objects.payment_intent.length).toBeLessThanOrEqual(1)
      expect(objects.charge).toHaveLength(objects.payment_intent.length)
      expect([...heard]).toEqual(heard.size === 0 ? [] : objects.payment_intent.map(({ id }) => id))
      expect(idempotency_keys).toHaveLength(1)
    }),
    { numRuns: 100 },
  )
})

it('runs the same way from the same seed, and another way from another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), async (steps) => {
      const run = async (seed: string): Promise<string> => {
        const bench = createBench({ seed })
        for (const each of [{ type: 'open', amount: 500 } as const, ...steps])
          await ignoringRefusals(perform(bench, each))
        await bench.simulator.settle()
        return story(bench.simulator)
      }
      expect(await run('a')).toBe(await run('a'))
      expect(await run('a')).not.toBe(await run('b'))
    }),
    { numRuns: 20 },
  )
}, 60_000)

// The SDK makes up a key for each call that has none, so those are not part of the story.
const story = (simulator: Simulator): string =>
  JSON.stringify(simulator.ledger()).replaceAll(/stripe-node-retry-[0-9a-f-]+/g, 'key')
