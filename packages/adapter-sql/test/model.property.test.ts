import {
  Contention,
  currency,
  withAttempt,
  type Attempt,
  type Currency,
  type Effect,
  type Hold,
  type Transaction,
  type TransferId,
  type UnitOfWork,
  type WalletEntry,
} from '@holdfast/core'
import { samples } from '@holdfast/core/contracts'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestDatabase, type TestDatabase } from './databases.ts'

const {
  at,
  attemptId,
  bareCase,
  consultationId,
  intentId,
  openIntent,
  ownerId,
  paymentId,
  pendingPayment,
  reservationId,
  resourceId,
  slot,
} = samples

/** One step: the same work for the database and for the model, and what it is called in a counterexample. */
interface Step {
  readonly name: string
  readonly work: (tx: Transaction) => Promise<unknown>
}

const step = (name: string, work: Step['work']): Step =>
  Object.assign({ name, work }, { [fc.toStringMethod]: () => name })
const few = fc.constantFrom('a', 'b', 'c')
const when = fc.integer({ min: 0, max: 12 })
const version = fc.integer({ min: 0, max: 3 })
const minor = fc.bigInt({ min: 0n, max: samples.mostIn64Bits })
const limit = fc.integer({ min: 1, max: 4 })

const effectOf = (id: string): Effect => ({
  type: 'close_attempt',
  paymentId: paymentId('p'),
  attemptId: attemptId(id),
})

/** One that was declined for a reason that its name gives. */
const declinedAttempt = (payment: string, name: string): Attempt =>
  samples.requestedAttempt(payment, name, {
    status: 'declined',
    lookAt: undefined,
    looks: undefined,
    declinedAt: at(5),
    failure: { code: name.endsWith('a') ? 'expired_card' : 'card_declined', retryable: true, detail: name },
  })

const paymentSteps: readonly fc.Arbitrary<Step>[] = [
  fc.tuple(few, version, when, minor).map(([id, expected, ms, minorUnits]) =>
    step(`save payment ${id} at ${expected}`, (tx) => {
      const payment = pendingPayment(id, {
        amount: { ...pendingPayment(id).amount, minorUnits },
        createdAt: at(ms % 3),
      })
      return tx.payments.save(bareCase(payment), expected, at(ms))
    }),
  ),
  fc.tuple(few, few, fc.nat(6), when).map(([id, part, shape, ms]) =>
    step(`add to payment ${id} attempt ${part} of shape ${shape}`, async (tx) => {
      const found = await tx.payments.find(paymentId(id))
      if (found === undefined) return 'none'
      const name = `${id}_${part}`
      const attempt =
        shape === 0
          ? samples.expiredAttempt(id, name)
          : shape === 1
            ? samples.paidAttempt(id, name)
            : shape === 2
              ? declinedAttempt(id, name)
              : samples.requestedAttempt(id, name, {
                  lookAt: at(ms),
                  ...(shape > 4 ? { providerId: `cs_${part}` } : {}),
                })
      await tx.payments.save(withAttempt(found.value, attempt), found.version, at(ms))
      return 'added'
    }),
  ),
  few.map((id) => step(`find payment ${id}`, (tx) => tx.payments.find(paymentId(id)))),
  few.map((id) =>
    step(`whose is ${id}`, (tx) => tx.payments.findPaymentOf({ providerId: `cs_${id}`, chargeId: `pi_a_${id}` })),
  ),
  fc
    .tuple(limit, fc.option(few))
    .map(([n, after]) =>
      step(`list payments after ${after}`, (tx) =>
        tx.payments.list({ limit: n, ...(after === null ? {} : { after: paymentId(after) }) }),
      ),
    ),
  fc.tuple(when, limit).map(([ms, n]) => step(`due at ${ms}`, (tx) => tx.payments.listDueAttempts(at(ms), n))),
  fc
    .tuple(fc.nat(3), fc.nat(3))
    .map(([from, to]) =>
      step(`stats from ${from} to ${to}`, (tx) => tx.payments.stats({ from: at(from), to: at(to) })),
    ),
]

const otherSteps: readonly fc.Arbitrary<Step>[] = [
  fc
    .tuple(few, version, fc.boolean())
    .map(([id, expected, isOpen]) =>
      step(`save intent ${id} at ${expected}`, (tx) =>
        tx.intents.save(
          isOpen ? openIntent(id) : { ...openIntent(id), status: 'abandoned', abandonedAt: at(1) },
          expected,
        ),
      ),
    ),
  few.map((id) => step(`find intent ${id}`, (tx) => tx.intents.find(intentId(id)))),
  limit.map((n) => step('list open intents', (tx) => tx.intents.listOpen(ownerId('ana'), n))),
  fc
    .tuple(when, limit, fc.option(few))
    .map(([ms, n, after]) =>
      step(`stale intents before ${ms} after ${after}`, (tx) =>
        tx.intents.listStale(at(ms), n, after === null ? undefined : intentId(after)),
      ),
    ),
  fc
    .tuple(few, version, when, fc.constantFrom('dr-vega', 'dr-luna'), fc.boolean())
    .map(([id, expected, ms, doctor, isOpen]) =>
      step(`save consultation ${id} at ${expected} with ${doctor}`, (tx) =>
        tx.consultations.save(
          samples.someConsultation(id, {
            createdAt: at(ms % 3),
            resourceId: resourceId(doctor),
            ...(isOpen ? {} : { status: 'closed', closedAt: at(ms), closedBy: 'owner' }),
          }),
          expected,
        ),
      ),
    ),
  few.map((id) => step(`find consultation ${id}`, (tx) => tx.consultations.find(consultationId(id)))),
  fc.tuple(limit, fc.option(few), fc.option(fc.constantFrom('dr-vega', 'dr-luna'))).map(([n, after, doctor]) =>
    step(`list consultations of ${doctor} after ${after}`, (tx) =>
      tx.consultations.list({
        limit: n,
        ...(after === null ? {} : { after: consultationId(after) }),
        ...(doctor === null ? {} : { resourceId: resourceId(doctor) }),
      }),
    ),
  ),
  fc
    .tuple(few, version, when, fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.constantFrom(0, 0, 1))
    .map(([id, expected, from, length, cancelled, unit]) =>
      step(
        `save reservation ${id}.${unit} at ${expected}, ${from}+${length}${cancelled ? ', cancelled' : ''}`,
        (tx) => {
          const where = slot('casa', unit, from, from + length)
          const make = cancelled ? samples.cancelledReservation : samples.paidReservation
          return tx.reservations.save(make(id, where), expected)
        },
      ),
    ),
  few.map((id) => step(`find reservation ${id}`, (tx) => tx.reservations.find(reservationId(id)))),
  fc
    .tuple(when, when)
    .map(([from, length]) =>
      step(`overlapping ${from}+${length}`, (tx) =>
        tx.reservations.listOverlapping(slot('casa', 0, from, from + length + 1)),
      ),
    ),
  fc.tuple(when, limit, fc.option(few)).map(([from, n, after]) =>
    step(`holding from ${from} after ${after}`, (tx) =>
      tx.reservations.listHolding({
        resourceId: resourceId('casa'),
        from: at(from),
        to: at(from + 5),
        limit: n,
        ...(after === null ? {} : { after: reservationId(after) }),
      }),
    ),
  ),
  fc
    .tuple(few, few)
    .map(([key, print]) => step(`claim ${key} for ${print}`, (tx) => tx.requests.claim(key, print, at(0)))),
  fc.tuple(few, minor).map(([key, outcome]) => step(`settle ${key}`, (tx) => tx.requests.settle(key, { outcome }))),
  few.map((id) => step(`remember customer ${id}`, (tx) => tx.customers.remember(ownerId('ana'), id))),
  fc.constant(step('find customer', (tx) => tx.customers.find(ownerId('ana')))),
  fc
    .tuple(few, when)
    .map(([id, ms]) =>
      step(`raise ${id}`, (tx) => tx.attention.raise([{ id, code: 'refund_failed', at: at(ms), data: { ms } }])),
    ),
  few.map((id) => step(`resolve ${id}`, (tx) => tx.attention.resolve(id, 'staff:eve', at(1)))),
  limit.map((n) => step('list attention', (tx) => tx.attention.list(n))),
]

const who = fc.constantFrom('ana', 'eve')
const holdStatus = fc.constantFrom('held' as const, 'held' as const, 'consumed' as const, 'released' as const)
const held = fc
  .tuple(fc.constantFrom('mug', 'SPRING', 'SUMMER'), fc.constantFrom(1, 1, 2), holdStatus)
  .map(([of, quantity, status]) =>
    of === 'mug' ? samples.stockHold(of, quantity, status) : samples.couponHold(of, status),
  )
const statuses: readonly object[] = [
  { status: 'pending' },
  { status: 'completed', completedAt: at(5) },
  { status: 'shipped', completedAt: at(5), shippedAt: at(6), tracking: 'MX 1' },
  { status: 'cancelled', cancelledAt: at(5), reason: 'expired' },
]
const written = (holds: readonly Hold[]): string => JSON.stringify(holds)

const shopSteps: readonly fc.Arbitrary<Step>[] = [
  fc
    .tuple(few, version, fc.nat(2), who, fc.constantFrom(...statuses), fc.array(held, { maxLength: 3 }))
    .map(([id, expected, ms, owner, as, holds]) =>
      step(`save order ${id} at ${expected} with ${written(holds)}`, (tx) =>
        tx.orders.save(samples.someOrder(id, { createdAt: at(ms), owner: ownerId(owner), holds, ...as }), expected),
      ),
    ),
  fc.tuple(few, fc.constantFrom(...statuses), holdStatus, fc.option(held)).map(([id, as, status, more]) =>
    step(`end the holds of order ${id} as ${status} and take ${written(more === null ? [] : [more])}`, async (tx) => {
      const found = await tx.orders.find(samples.orderId(id))
      if (found === undefined) return 'none'
      const { holds } = found.value
      const ended = holds.map((hold) => (hold.status === 'held' ? { ...hold, status } : hold))
      const changed = samples.someOrder(id, { ...as, holds: [...ended, ...(more === null ? [] : [more])] })
      await tx.orders.save({ ...changed, owner: found.value.owner }, found.version)
      return tx.orders.find(samples.orderId(id))
    }),
  ),
  few.map((id) => step(`find order ${id}`, (tx) => tx.orders.find(samples.orderId(id)))),
  fc.tuple(limit, fc.option(few), fc.option(who), fc.boolean()).map(([n, after, owner, isPending]) =>
    step(`list ${isPending ? 'pending ' : ''}orders of ${owner} after ${after}`, (tx) =>
      tx.orders.list({
        limit: n,
        ...(after === null ? {} : { after: samples.orderId(after) }),
        ...(owner === null ? {} : { owner: ownerId(owner) }),
        ...(isPending ? { status: 'pending' } : {}),
      }),
    ),
  ),
  fc
    .tuple(fc.constantFrom('SPRING', 'SUMMER'), who)
    .map(([code, owner]) =>
      step(`uses of ${code} by ${owner}`, (tx) => tx.coupons.countUses(samples.couponCode(code), ownerId(owner))),
    ),
  fc
    .tuple(few, version, fc.nat(9), fc.nat(9))
    .map(([id, expected, free, taken]) =>
      step(`save stock ${id} at ${expected}, ${taken} of ${free + taken} held`, (tx) =>
        tx.stock.save(samples.someStock(id, { onHand: free + taken, held: taken }), expected),
      ),
    ),
  few.map((id) => step(`find stock ${id}`, (tx) => tx.stock.find(samples.articleId(id)))),
  fc
    .tuple(limit, fc.option(few))
    .map(([n, after]) =>
      step(`list stock after ${after}`, (tx) =>
        tx.stock.list({ limit: n, ...(after === null ? {} : { after: samples.articleId(after) }) }),
      ),
    ),
  fc
    .tuple(few, version, fc.nat(3), fc.nat(3), fc.option(fc.nat(3)), minor)
    .map(([id, expected, used, kept, free, minorUnits]) =>
      step(`save coupon ${id} at ${expected}, used ${used}, held ${kept}, ${free} left`, (tx) =>
        tx.coupons.save(
          samples.someCoupon(id, {
            used,
            held: kept,
            ...(free === null ? {} : { limit: used + kept + free, minimum: { minorUnits, currency: currency('MXN') } }),
          }),
          expected,
        ),
      ),
    ),
  few.map((id) => step(`find coupon ${id}`, (tx) => tx.coupons.find(samples.couponCode(id)))),
  fc
    .tuple(limit, fc.option(few))
    .map(([n, after]) =>
      step(`list coupons after ${after}`, (tx) =>
        tx.coupons.list({ limit: n, ...(after === null ? {} : { after: samples.couponCode(after) }) }),
      ),
    ),
]

const queueSteps: readonly fc.Arbitrary<Step>[] = [
  fc.tuple(fc.array(few, { minLength: 1, maxLength: 3 }), when).map(([ids, ms]) =>
    step(`append ${ids.join(', ')} due at ${ms}`, (tx) =>
      tx.outbox.append(
        ids.map((id, n) => ({
          id,
          body: effectOf(`${id}${ms}`),
          dueAt: at(ms + n),
        })),
        at(ms),
      ),
    ),
  ),
  fc
    .tuple(when, limit)
    .map(([ms, n]) => step(`lease ${n} at ${ms}`, (tx) => tx.outbox.lease({ now: at(ms), limit: n, leaseMs: 3 }))),
  fc
    .tuple(few, when)
    .map(([id, ms]) => step(`take ${id} at ${ms}`, (tx) => tx.outbox.take(id, { now: at(ms), leaseMs: 3 }))),
  fc
    .tuple(few, version)
    .map(([id, lease]) =>
      step(`finish ${id} as ${lease}`, (tx) => tx.outbox.finish(id, lease, { at: at(20), result: { lease } })),
    ),
  fc
    .tuple(few, version, when)
    .map(([id, lease, ms]) =>
      step(`postpone ${id} as ${lease} to ${ms}`, (tx) => tx.outbox.postpone(id, lease, at(ms), 'later')),
    ),
  fc
    .tuple(few, version, when)
    .map(([id, lease, ms]) => step(`prolong ${id} as ${lease} to ${ms}`, (tx) => tx.outbox.prolong(id, lease, at(ms)))),
  fc
    .tuple(few, version)
    .map(([id, lease]) => step(`bury ${id} as ${lease}`, (tx) => tx.outbox.bury(id, lease, 'no', at(21)))),
  fc.tuple(few, when).map(([id, ms]) => step(`revive ${id}`, (tx) => tx.outbox.revive(id, at(ms)))),
  few.map((id) => step(`find work ${id}`, (tx) => tx.outbox.find(id))),
  when.map((ms) => step(`depth at ${ms}`, (tx) => tx.outbox.depth(at(ms)))),
  fc
    .tuple(fc.constantFrom('waiting' as const, 'done' as const, 'dead' as const), limit, fc.option(few))
    .map(([status, n, after]) =>
      step(`list ${status} after ${after}`, (tx) =>
        tx.outbox.list({ status, limit: n, ...(after === null ? {} : { after }) }),
      ),
    ),
  fc
    .tuple(few, fc.constantFrom('waiting' as const, 'done' as const), when)
    .map(([id, status, ms]) =>
      step(`record ${id} as ${status}`, (tx) => tx.inbox.record(samples.someEvent(id), { status, at: at(ms) })),
    ),
  limit.map((n) => step('list recent events', (tx) => tx.inbox.listRecent(n))),
]

const money = fc.constantFrom('MXN', 'MXN', 'EUR').map((code) => currency(code))
/** What comes in or goes out, now and then beyond what a double holds. */
const change = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }).filter((minorUnits) => minorUnits !== 0n),
  fc.bigInt({ min: -(2n ** 55n), max: 2n ** 55n }),
)
/** A payment is one owner's, in one currency. */
const paymentOf = (id: string, owner: string, code: Currency) => paymentId(`${id}_${owner}_${code}`)
const entryOf = (
  id: number,
  { payment = 'a', owner = 'ana', code = currency('MXN') },
  moved: bigint,
  { position, balance }: Pick<WalletEntry, 'position' | 'balance'>,
): WalletEntry => ({
  id: `t${id}` as TransferId,
  owner: ownerId(owner),
  currency: code,
  position,
  type: moved < 0n ? 'spend' : 'top_up',
  change: moved,
  balance,
  against: moved < 0n ? 'sales' : 'provider',
  paymentId: paymentOf(payment, owner, code),
  at: at(1),
})

const walletSteps: readonly fc.Arbitrary<Step>[] = [
  // Decided on what is there, as a use case does it: mostly right, now and then of a wrong sum or in a wrong place.
  fc
    .tuple(fc.nat(40), few, who, money, change, fc.constantFrom(0n, 0n, 0n, 0n, 1n), fc.constantFrom(1, 1, 1, 1, 2))
    .map(([id, payment, owner, code, moved, off, further]) =>
      step(`post ${id} for ${payment}: ${moved} ${code} of ${owner}, off by ${off}, ${further} further`, async (tx) => {
        const found = await tx.wallets.find(ownerId(owner), code)
        const expected = found?.version ?? 0
        const balance = (found?.value.balance ?? 0n) + moved + off
        const place = { position: expected + further, balance }
        await tx.wallets.post(entryOf(id, { payment, owner, code }, moved, place), expected)
        return balance
      }),
    ),
  // Decided on nothing.
  fc
    .tuple(fc.nat(40), version, fc.bigInt({ min: 1n, max: 20n }))
    .map(([id, expected, moved]) =>
      step(`post ${id} blindly: ${moved} at ${expected}`, (tx) =>
        tx.wallets.post(entryOf(id, {}, moved, { position: expected + 1, balance: moved }), expected),
      ),
    ),
  fc
    .tuple(who, money)
    .map(([owner, code]) =>
      step(`find the wallet of ${owner} in ${code}`, (tx) => tx.wallets.find(ownerId(owner), code)),
    ),
  who.map((owner) => step(`wallets of ${owner}`, (tx) => tx.wallets.listOf(ownerId(owner)))),
  fc
    .tuple(few, who, money)
    .map(([id, owner, code]) =>
      step(`entries of payment ${id} of ${owner} in ${code}`, (tx) =>
        tx.wallets.listEntriesOf(paymentOf(id, owner, code)),
      ),
    ),
  fc.tuple(who, money, limit, fc.option(fc.nat(5))).map(([owner, code, n, before]) =>
    step(`statement of ${owner} in ${code} before ${before}`, (tx) =>
      tx.wallets.listEntries({
        owner: ownerId(owner),
        currency: code,
        limit: n,
        ...(before === null ? {} : { before }),
      }),
    ),
  ),
]

/** A transaction of a few steps, which may think better of it at the end. */
const transactions = (steps: readonly fc.Arbitrary<Step>[]) =>
  fc.array(
    fc.record({
      steps: fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 4 }),
      regret: fc.nat(9).map((n) => n === 0),
    }),
    {
      minLength: 4,
      maxLength: 25,
    },
  )

const outcomeOf = async (uow: UnitOfWork, steps: readonly Step[], regret: boolean): Promise<unknown> => {
  try {
    return await uow.run(async (tx) => {
      const answers: unknown[] = []
      for (const { work } of steps) answers.push(await work(tx))
      if (!regret) return answers
      // What was written may be refused with the next answer only.
      await tx.payments.list({ limit: 1 })
      throw new RangeError('changed its mind')
    })
  } catch (error) {
    // What a bug is called is each adapter's own affair; that it is refused, and is no contention, is not.
    return error instanceof Contention || error instanceof RangeError ? error.name : 'refused'
  }
}

describe.each(['sqlite memory', 'postgres'] as const)('%s answers as the model does', (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase(kind, { maxTries: 2, sleep: async () => {} })
  })
  afterAll(() => database.close())

  it.each([
    ['payments', paymentSteps],
    ['intents, reservations, requests, customers and attention', otherSteps],
    ['orders, stock and coupons', shopSteps],
    ['wallets', walletSteps],
    ['queues', queueSteps],
    ['everything', [...paymentSteps, ...otherSteps, ...shopSteps, ...walletSteps, ...queueSteps]],
  ])('on %s', { timeout: 120_000 }, async (_what, steps) => {
    await fc.assert(
      fc.asyncProperty(transactions(steps), async (story) => {
        await database.empty()
        const model = memoryUnitOfWork()
        for (const { steps: chapter, regret } of story) {
          const expected = await outcomeOf(model, chapter, regret)
          expect(
            await outcomeOf(database.unitOfWork, chapter, regret),
            chapter.map(({ name }) => name).join('; '),
          ).toEqual(expected)
        }
      }),
      { numRuns: Number(process.env['HOLDFAST_RUNS'] ?? (kind === 'postgres' ? 40 : 120)) },
    )
  })
})
