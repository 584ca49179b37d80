import { expect, it } from 'vitest'
import { createBench, failure, types, type Bench } from './harness.ts'

const paid = async (
  { stripe }: Bench,
  payment_method = 'pm_card_visa',
  amount = 2500,
): Promise<{ readonly intent: string; readonly charge: string }> => {
  const intent = await stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    confirm: true,
    payment_method,
    return_url: 'https://shop.test/',
  })
  return { intent: intent.id, charge: String(intent.latest_charge) }
}

it('refunds in parts up to what was captured, and not a cent more', async () => {
  const bench = createBench()
  const { intent, charge } = await paid(bench)
  expect(await failure(bench.stripe.refunds.create({ charge, amount: 3000 }))).toMatchObject({
    statusCode: 400,
    param: 'amount',
    message: 'Refund amount ($30.00) is greater than unrefunded amount on charge ($25.00)',
  })
  const part = await bench.stripe.refunds.create({
    payment_intent: intent,
    amount: 1000,
    reason: 'requested_by_customer',
    metadata: { why: 'late' },
  })
  expect(part).toMatchObject({
    status: 'succeeded',
    amount: 1000,
    charge,
    payment_intent: intent,
    reason: 'requested_by_customer',
    metadata: { why: 'late' },
  })
  expect(await bench.stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 1000, refunded: false })
  expect(await bench.stripe.refunds.create({ payment_intent: intent })).toMatchObject({ amount: 1500 })
  expect(await bench.stripe.charges.retrieve(charge, { expand: ['refunds'] })).toMatchObject({
    amount_refunded: 2500,
    refunded: true,
    refunds: { data: [{ amount: 1500 }, { amount: 1000 }] },
  })
  expect(await failure(bench.stripe.refunds.create({ charge }))).toMatchObject({
    statusCode: 400,
    code: 'charge_already_refunded',
    message: `Charge ${charge} has already been refunded.`,
  })
  await bench.simulator.settle()
  expect(types(bench.received.map(({ event }) => event)).slice(-4)).toEqual([
    'refund.created',
    'charge.refunded',
    'refund.created',
    'charge.refunded',
  ])
  expect((await bench.stripe.refunds.list({ payment_intent: intent })).data).toHaveLength(2)
})

it('refuses what cannot be refunded', async () => {
  const { stripe } = createBench()
  expect((await failure(stripe.refunds.create({}))).statusCode).toBe(400)
  const waiting = await stripe.paymentIntents.create({ amount: 500, currency: 'eur' })
  expect((await failure(stripe.refunds.create({ payment_intent: waiting.id }))).message).toContain(
    'does not have a successful charge',
  )
  expect(await failure(stripe.refunds.create({ charge: 'ch_none' }))).toMatchObject({
    statusCode: 400,
    code: 'resource_missing',
    param: 'charge',
  })
})

it('lets a refund fail later, and the money is back', async () => {
  const bench = createBench()
  const { charge } = await paid(bench)
  const refund = await bench.stripe.refunds.create({ charge })
  const failed = await bench.control('POST', `/refunds/${refund.id}`, { status: 'failed' })
  expect(failed.body).toMatchObject({ status: 'failed', failure_reason: 'lost_or_stolen_card' })
  expect(await bench.stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 0, refunded: false })
  await bench.simulator.settle()
  expect(types(bench.received.map(({ event }) => event)).slice(-3)).toEqual([
    'charge.updated',
    'refund.updated',
    'refund.failed',
  ])
  expect((await bench.control('POST', `/refunds/${refund.id}`, { status: 'succeeded' })).status).toBe(400)
  expect((await bench.stripe.refunds.create({ charge })).amount).toBe(2500)
  expect((await bench.control('POST', `/refunds/${refund.id}`, { status: 'lost' })).body['error']?.['param']).toBe(
    'status',
  )
})

it.each([
  ['pm_card_pendingRefund', 'pending', 'succeeded'],
  ['pm_card_refundFail', 'succeeded', 'failed'],
])('ends a refund of %s a day later: first %s, then %s', async (card, first, then) => {
  const bench = createBench()
  const { charge } = await paid(bench, card)
  const refund = await bench.stripe.refunds.create({ charge })
  expect(refund.status).toBe(first)
  await bench.simulator.advance(86_400_000)
  expect((await bench.stripe.refunds.retrieve(refund.id)).status).toBe(then)
})

it('opens a dispute by hand, blocks refunds, and ends it won or lost', async () => {
  const bench = createBench()
  const first = await paid(bench)
  const dispute = await bench.control('POST', '/disputes', { payment_intent: first.intent })
  expect(dispute.body).toMatchObject({
    status: 'needs_response',
    amount: 2500,
    charge: first.charge,
    payment_intent: first.intent,
  })
  expect(await failure(bench.stripe.refunds.create({ charge: first.charge }))).toMatchObject({
    code: 'charge_disputed',
  })
  const won = await bench.control('POST', '/disputes', { payment_intent: first.intent, outcome: 'won' })
  expect(won.body).toMatchObject({ id: dispute.body['id'], status: 'won' })
  const second = await paid(bench)
  expect(
    (await bench.control('POST', '/disputes', { payment_intent: second.intent, outcome: 'lost' })).body,
  ).toMatchObject({ status: 'lost' })
  await bench.simulator.settle()
  expect(types(bench.received.map(({ event }) => event)).filter((type) => type.startsWith('charge.dispute'))).toEqual([
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
    'charge.dispute.closed',
    'charge.dispute.funds_reinstated',
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
    'charge.dispute.closed',
  ])
})

it('opens a dispute of a part of a charge, and takes that part only', async () => {
  const bench = createBench()
  const { intent, charge } = await paid(bench)
  const ask = (more: object) => bench.control('POST', '/disputes', { payment_intent: intent, ...more })
  const dispute = await ask({ amount: 300 })
  expect(dispute.body).toMatchObject({
    amount: 300,
    status: 'needs_response',
    balance_transactions: [{ amount: -300 }],
  })
  expect((await ask({ outcome: 'won', amount: 7 })).body).toMatchObject({
    amount: 300,
    status: 'won',
    balance_transactions: [{ amount: -300 }, { amount: 300 }],
  })
  expect(await bench.stripe.refunds.create({ charge })).toMatchObject({ amount: 2500 })
  const other = await paid(bench)
  await bench.control('POST', '/disputes', { payment_intent: other.intent, amount: 300, outcome: 'lost' })
  expect(await failure(bench.stripe.refunds.create({ charge: other.charge, amount: 2201 }))).toMatchObject({
    param: 'amount',
    message: 'Refund amount ($22.01) is greater than unrefunded amount on charge ($22.00)',
  })
  expect(await bench.stripe.refunds.create({ charge: other.charge })).toMatchObject({ amount: 2200 })
  expect(await failure(bench.stripe.refunds.create({ charge: other.charge }))).toMatchObject({
    code: 'charge_disputed',
  })
})

it('refuses to dispute more than was captured', async () => {
  const bench = createBench()
  const other = await paid(bench)
  const tooMuch = await bench.control('POST', '/disputes', { payment_intent: other.intent, amount: 1_000_000 })
  expect(tooMuch.status).toBe(400)
  expect(await bench.stripe.charges.retrieve(other.charge)).toMatchObject({ disputed: false })
})

it('decides a dispute by Stripe’s magic evidence', async () => {
  const bench = createBench()
  await paid(bench, 'pm_card_createDispute')
  await bench.simulator.advance(1000)
  const [dispute] = (await bench.stripe.disputes.list()).data
  expect(dispute).toMatchObject({ reason: 'fraudulent', status: 'needs_response' })
  const won = await bench.stripe.disputes.update(dispute?.id ?? '', {
    evidence: { uncategorized_text: 'winning_evidence' },
  })
  expect(won.status).toBe('won')
  expect((await failure(bench.stripe.disputes.close(won.id))).statusCode).toBe(400)
})
