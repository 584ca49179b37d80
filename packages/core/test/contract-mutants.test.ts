import { describe, expect, it } from 'vitest'
import { unitOfWorkPromises } from '../src/contracts/unit-of-work.contract.ts'
import { Bug } from '../src/kernel/bug.ts'
import type { CouponCode, OwnerId } from '../src/kernel/ids.ts'
import { instant } from '../src/kernel/instant.ts'
import { memoryUnitOfWork } from '../src/memory/memory-unit-of-work.ts'
import type { Queue } from '../src/ports/queue.ts'
import {
  Contention,
  VersionConflict,
  type OrderStore,
  type PaymentStats,
  type PaymentStore,
  type Transaction,
  type UnitOfWork,
} from '../src/ports/unit-of-work.ts'
import type { Hold } from '../src/order/hold.ts'
import { isCollected } from '../src/payment/payment.ts'

/** An adapter that keeps every promise, but for what `change` breaks in each of its transactions. */
const wholeExcept = (change: (tx: Transaction) => Partial<Transaction>) => (): UnitOfWork => {
  const whole = memoryUnitOfWork()
  const broken =
    <T>(work: (tx: Transaction) => Promise<T>) =>
    (tx: Transaction): Promise<T> =>
      work({ ...tx, ...change(tx) })
  return { run: (work) => whole.run(broken(work)), read: (work) => whole.read(broken(work)) }
}

const swallow = async (promise: Promise<unknown>): Promise<void> => {
  await promise.catch(() => {})
}

const swallowBugs = async (promise: Promise<unknown>): Promise<void> => {
  await promise.catch((error: unknown) => {
    if (!(error instanceof Bug)) throw error
  })
}

/** Counts holds of all orders as `counts` has it. */
const countHolds = async (orders: OrderStore, counts: (hold: Hold, owner: OwnerId) => boolean): Promise<number> => {
  const all = await orders.list({ limit: 1_000 })
  return all.flatMap(({ owner, holds }) => holds.filter((hold) => counts(hold, owner))).length
}

const isOf =
  (code: CouponCode) =>
  (hold: Hold): boolean =>
    hold.of === 'coupon' && hold.code === code

const withStats = (payments: PaymentStore, change: (stats: PaymentStats) => PaymentStats): PaymentStore => ({
  ...payments,
  stats: async (period) => change(await payments.stats(period)),
})

const queueWith = <Body>(queue: Queue<Body>, change: Partial<Queue<Body>>): Queue<Body> => ({ ...queue, ...change })

const later = instant(9_000_000_000_000)

/** Every way to break an adapter that we thought of, in the words of whoever would make the mistake. */
const mutants: Readonly<Record<string, () => UnitOfWork>> = {
  'saves a payment whatever its version': wholeExcept(({ payments }) => ({
    payments: {
      ...payments,
      save: async (kase, _expected, now) =>
        payments.save(kase, (await payments.find(kase.payment.id))?.version ?? 0, now),
    },
  })),
  'saves an intent whatever its version': wholeExcept(({ intents }) => ({
    intents: { ...intents, save: async (it) => intents.save(it, (await intents.find(it.id))?.version ?? 0) },
  })),
  'saves a reservation whatever its version': wholeExcept(({ reservations }) => ({
    reservations: {
      ...reservations,
      save: async (it) => reservations.save(it, (await reservations.find(it.id))?.version ?? 0),
    },
  })),
  'saves a consultation whatever its version': wholeExcept(({ consultations }) => ({
    consultations: {
      ...consultations,
      save: async (it) => consultations.save(it, (await consultations.find(it.id))?.version ?? 0),
    },
  })),
  'makes two consultations of one intent, and says nothing': wholeExcept(({ consultations }) => ({
    consultations: {
      ...consultations,
      save: (...args) => swallowBugs(consultations.save(...args)),
    },
  })),
  "lists every doctor's consultations as one's": wholeExcept(({ consultations }) => ({
    consultations: { ...consultations, list: ({ resourceId: _ignored, ...filter }) => consultations.list(filter) },
  })),
  'overlooks intents that were left': wholeExcept(({ intents }) => ({
    intents: { ...intents, listStale: async () => [] },
  })),
  'finds an intent stale from its first moment on': wholeExcept(({ intents }) => ({
    intents: { ...intents, listStale: (_before, ...rest) => intents.listStale(later, ...rest) },
  })),
  'answers the first batch of stale intents again': wholeExcept(({ intents }) => ({
    intents: { ...intents, listStale: (before, limit) => intents.listStale(before, limit) },
  })),
  'lets a second attempt live, and says nothing': wholeExcept(({ payments }) => ({
    payments: {
      ...payments,
      save: (...args) => swallowBugs(payments.save(...args)),
    },
  })),
  'answers a stale save with silence': wholeExcept(({ payments }) => ({
    payments: { ...payments, save: (...args) => swallow(payments.save(...args)) },
  })),
  'answers a taken slot with silence': wholeExcept(({ reservations }) => ({
    reservations: { ...reservations, save: (...args) => swallow(reservations.save(...args)) },
  })),
  'finds every slot free': wholeExcept(({ reservations }) => ({
    reservations: { ...reservations, listOverlapping: async () => [] },
  })),
  'looks at the named unit alone': wholeExcept(({ reservations }) => ({
    reservations: {
      ...reservations,
      listOverlapping: async (stretch) => {
        const { unit } = { unit: 0, ...stretch }
        return (await reservations.listOverlapping(stretch)).filter(({ slot }) => slot.unit === unit)
      },
    },
  })),
  'answers the first page of holders again': wholeExcept(({ reservations }) => ({
    reservations: {
      ...reservations,
      listHolding: ({ after: _ignored, ...filter }) => reservations.listHolding(filter),
    },
  })),
  'commits what threw': () => {
    const whole = memoryUnitOfWork()
    return {
      read: (work) => whole.read(work),
      run: async (work) => {
        const outcome = await whole.run(async (tx) => {
          try {
            return { ok: true as const, value: await work(tx) }
          } catch (error) {
            if (error instanceof VersionConflict) throw error
            return { ok: false as const, error }
          }
        })
        if (outcome.ok) return outcome.value
        throw outcome.error
      },
    }
  },
  'gives up at the first conflict': () => {
    const whole = memoryUnitOfWork()
    return {
      read: (work) => whole.read(work),
      run: (work) =>
        whole.run((tx) =>
          work(tx).catch((error: unknown) => {
            throw error instanceof VersionConflict ? new Contention('lost') : error
          }),
        ),
    }
  },
  'retries for ever what is no conflict': () => {
    const whole = memoryUnitOfWork()
    return {
      read: (work) => whole.read(work),
      run: (work) =>
        whole.run((tx) =>
          work(tx).catch((error: unknown) => {
            throw error instanceof RangeError ? new VersionConflict('again') : error
          }),
        ),
    }
  },
  'writes where it should only read': () => {
    const whole = memoryUnitOfWork()
    return { run: (work) => whole.run(work), read: (work) => whole.run(work) }
  },
  'reads each time as things are by then': () => {
    const whole = memoryUnitOfWork()
    const payments = { find: (id: never) => whole.read((tx) => tx.payments.find(id)) }
    return {
      run: (work) => whole.run(work),
      read: async (work) => {
        const tx = await whole.read(async (inner) => inner)
        return work({ ...tx, payments: { ...tx.payments, ...payments } } as Transaction)
      },
    }
  },
  'puts amounts through Number': wholeExcept(({ payments }) => ({
    payments: {
      ...payments,
      find: async (id) => {
        const found = await payments.find(id)
        if (found === undefined) return undefined
        const { payment } = found.value
        const minorUnits = BigInt(Number(payment.amount.minorUnits))
        return {
          ...found,
          value: { ...found.value, payment: { ...payment, amount: { ...payment.amount, minorUnits } } },
        }
      },
    },
  })),
  'lists payments oldest first': wholeExcept(({ payments }) => ({
    payments: { ...payments, list: async (filter) => (await payments.list(filter)).toReversed() },
  })),
  'looks at what is not due': wholeExcept(({ payments }) => ({
    payments: { ...payments, listDueAttempts: (_now, limit) => payments.listDueAttempts(later, limit) },
  })),
  'overlooks due charges': wholeExcept(({ payments }) => ({
    payments: { ...payments, listDueCharges: async () => [] },
  })),
  'overlooks due refunds': wholeExcept(({ payments }) => ({
    payments: { ...payments, listDueRefunds: async () => [] },
  })),
  'saves an order whatever its version': wholeExcept(({ orders }) => ({
    orders: { ...orders, save: async (it) => orders.save(it, (await orders.find(it.id))?.version ?? 0) },
  })),
  'answers a stale save of an order with silence': wholeExcept(({ orders }) => ({
    orders: { ...orders, save: (...args) => swallow(orders.save(...args)) },
  })),
  'lets a hold change that has ended, and says nothing': wholeExcept(({ orders }) => ({
    orders: { ...orders, save: (...args) => swallowBugs(orders.save(...args)) },
  })),
  'forgets what became of holds': wholeExcept(({ orders }) => ({
    orders: {
      ...orders,
      save: async (it, expected) => {
        const before = (await orders.find(it.id))?.value.holds ?? []
        return orders.save({ ...it, holds: it.holds.map((hold, at) => before[at] ?? hold) }, expected)
      },
    },
  })),
  'forgets holds that an order takes later': wholeExcept(({ orders }) => ({
    orders: {
      ...orders,
      save: async (it, expected) => {
        const before = (await orders.find(it.id))?.value.holds ?? it.holds
        return orders.save({ ...it, holds: it.holds.slice(0, before.length) }, expected)
      },
    },
  })),
  'lists orders without what they hold': wholeExcept(({ orders }) => ({
    orders: { ...orders, list: async (filter) => (await orders.list(filter)).map((it) => ({ ...it, holds: [] })) },
  })),
  'lists orders oldest first': wholeExcept(({ orders }) => ({
    orders: { ...orders, list: async (filter) => (await orders.list(filter)).toReversed() },
  })),
  'lists orders of every status as those of one': wholeExcept(({ orders }) => ({
    orders: { ...orders, list: ({ status: _ignored, ...filter }) => orders.list(filter) },
  })),
  "lists everybody's orders as one's": wholeExcept(({ orders }) => ({
    orders: { ...orders, list: ({ owner: _ignored, ...filter }) => orders.list(filter) },
  })),
  'answers the first page of orders again': wholeExcept(({ orders }) => ({
    orders: { ...orders, list: ({ after: _ignored, ...filter }) => orders.list(filter) },
  })),
  'saves a stock whatever its version': wholeExcept(({ stock }) => ({
    stock: { ...stock, save: async (it) => stock.save(it, (await stock.find(it.articleId))?.version ?? 0) },
  })),
  'answers a stale save of a stock with silence': wholeExcept(({ stock }) => ({
    stock: { ...stock, save: (...args) => swallow(stock.save(...args)) },
  })),
  'holds more than there is, and says nothing': wholeExcept(({ stock }) => ({
    stock: { ...stock, save: (...args) => swallowBugs(stock.save(...args)) },
  })),
  'holds as much as there is where more is asked for': wholeExcept(({ stock }) => ({
    stock: {
      ...stock,
      save: (it, expected) => stock.save({ ...it, held: Math.min(it.held, Math.max(it.onHand, 0)) }, expected),
    },
  })),
  'finds nothing of an article as none of it': wholeExcept(({ stock }) => ({
    stock: {
      ...stock,
      find: async (id) => (await stock.find(id)) ?? { value: { articleId: id, onHand: 0, held: 0 }, version: 0 },
    },
  })),
  'answers the first page of stock again': wholeExcept(({ stock }) => ({
    stock: { ...stock, list: ({ after: _ignored, ...filter }) => stock.list(filter) },
  })),
  'lists stock backwards': wholeExcept(({ stock }) => ({
    stock: { ...stock, list: async (filter) => (await stock.list(filter)).toReversed() },
  })),
  'saves a coupon whatever its version': wholeExcept(({ coupons }) => ({
    coupons: { ...coupons, save: async (it) => coupons.save(it, (await coupons.find(it.code))?.version ?? 0) },
  })),
  'answers a stale save of a coupon with silence': wholeExcept(({ coupons }) => ({
    coupons: { ...coupons, save: (...args) => swallow(coupons.save(...args)) },
  })),
  'uses a coupon more often than its limit, and says nothing': wholeExcept(({ coupons }) => ({
    coupons: { ...coupons, save: (...args) => swallowBugs(coupons.save(...args)) },
  })),
  'keeps the old limit of a coupon that has none any more': wholeExcept(({ coupons }) => ({
    coupons: {
      ...coupons,
      save: async (it, expected) => {
        const limit = it.limit ?? (await coupons.find(it.code))?.value.limit
        return coupons.save(limit === undefined ? it : { ...it, limit }, expected)
      },
    },
  })),
  'answers the first page of coupons again': wholeExcept(({ coupons }) => ({
    coupons: { ...coupons, list: ({ after: _ignored, ...filter }) => coupons.list(filter) },
  })),
  'counts the uses of a coupon that were given back': wholeExcept(({ coupons, orders }) => ({
    coupons: {
      ...coupons,
      countUses: (code, owner) => countHolds(orders, (hold, of) => of === owner && isOf(code)(hold)),
    },
  })),
  'counts the uses of a coupon that were paid for, and not those that are held': wholeExcept(({ coupons, orders }) => ({
    coupons: {
      ...coupons,
      countUses: (code, owner) =>
        countHolds(orders, (hold, of) => of === owner && isOf(code)(hold) && hold.status === 'consumed'),
    },
  })),
  "counts everybody's uses of a coupon as one's": wholeExcept(({ coupons, orders }) => ({
    coupons: {
      ...coupons,
      countUses: (code) => countHolds(orders, (hold) => isOf(code)(hold) && hold.status !== 'released'),
    },
  })),
  'counts the uses of every coupon as those of one': wholeExcept(({ coupons, orders }) => ({
    coupons: {
      ...coupons,
      countUses: (_code, owner) =>
        countHolds(orders, (hold, of) => of === owner && hold.of === 'coupon' && hold.status !== 'released'),
    },
  })),
  'counts payments of the last moment twice': wholeExcept(({ payments }) => ({
    payments: { ...payments, stats: ({ from, to }) => payments.stats({ from, to: instant(to + 1) }) },
  })),
  'leaves out payments of the first moment': wholeExcept(({ payments }) => ({
    payments: { ...payments, stats: ({ from, to }) => payments.stats({ from: instant(from + 1), to }) },
  })),
  'adds up payments as Number does': wholeExcept(({ payments }) => ({
    payments: withStats(payments, (stats) => ({
      ...stats,
      payments: stats.payments.map((sum) => ({ ...sum, due: BigInt(Number(sum.due)) })),
    })),
  })),
  'adds up no more than 64 bits hold': wholeExcept(({ payments }) => ({
    payments: withStats(payments, (stats) => ({
      ...stats,
      payments: stats.payments.map((sum) => ({ ...sum, refunded: BigInt.asIntN(64, sum.refunded) })),
    })),
  })),
  'counts payments in whatever order': wholeExcept(({ payments }) => ({
    payments: withStats(payments, (stats) => ({ ...stats, payments: stats.payments.toReversed() })),
  })),
  'tells why attempts failed in the order of their names': wholeExcept(({ payments }) => ({
    payments: withStats(payments, (stats) => ({
      ...stats,
      failures: stats.failures.toSorted((a, b) => (a.code < b.code ? -1 : 1)),
    })),
  })),
  'tells why attempts failed, the rarest first': wholeExcept(({ payments }) => ({
    payments: withStats(payments, (stats) => ({ ...stats, failures: stats.failures.toReversed() })),
  })),
  'counts a payment and not each of its attempts that failed': wholeExcept(({ payments }) => ({
    payments: withStats(payments, (stats) => ({
      ...stats,
      failures: stats.failures.map((failure) => ({ ...failure, count: 1 })),
    })),
  })),
  'overlooks why attempts failed': wholeExcept(({ payments }) => ({
    payments: withStats(payments, (stats) => ({ ...stats, failures: [] })),
  })),
  'forgets what pages have declined': wholeExcept(({ payments }) => ({
    payments: {
      ...payments,
      save: ({ attempts, ...rest }, ...more) =>
        payments.save({ ...rest, attempts: attempts.map(({ declines: _forgotten, ...attempt }) => attempt) }, ...more),
    },
  })),
  'counts no payment as failing for what its page has declined': wholeExcept(({ gauges, payments }) => ({
    gauges: {
      read: async () => {
        const failed = await payments.list({ status: 'failed', limit: 1_000 })
        return { ...(await gauges.read()), failedPayments: failed.length }
      },
    },
  })),
  'counts attempts beyond the first, and no further tries on a page': wholeExcept(({ gauges, payments }) => ({
    gauges: {
      read: async () => {
        const listed = await payments.list({ limit: 1_000 })
        const cases = await Promise.all(listed.map(({ payment }) => payments.find(payment.id)))
        const payable = cases.flatMap((found) => (found && !isCollected(found.value.payment) ? [found.value] : []))
        const retries = payable.reduce((sum, { attempts }) => sum + Math.max(0, attempts.length - 1), 0)
        return { ...(await gauges.read()), retries }
      },
    },
  })),
  'forgets to append to the outbox': wholeExcept(({ outbox }) => ({
    outbox: queueWith(outbox, { append: async () => {} }),
  })),
  'does not wake done work that is appended again': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, {
      append: async (works, now) => {
        for (const work of works) if ((await tasks.find(work.id)) === undefined) await tasks.append([work], now)
      },
    }),
  })),
  'forgets the result of work that is asked for again': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, {
      find: async (id) => {
        const known = await tasks.find(id)
        if (known === undefined) return undefined
        const { lastRun: _forgotten, ...rest } = known
        return rest
      },
    }),
  })),
  'takes the run that was given up for the last that was done': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, {
      find: async (id) => {
        const known = await tasks.find(id)
        return known?.status === 'dead' && known.finishedAt !== undefined
          ? { ...known, lastRun: { endedAt: known.finishedAt } }
          : known
      },
    }),
  })),
  'lets a holder finish whose lease was lost': wholeExcept(({ outbox }) => ({
    outbox: queueWith(outbox, {
      finish: async (id, _lease, done) => outbox.finish(id, (await outbox.find(id))?.lease ?? 0, done),
    }),
  })),
  'lets a holder postpone whose lease was lost': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, {
      postpone: async (id, _lease, ...rest) => tasks.postpone(id, (await tasks.find(id))?.lease ?? 0, ...rest),
    }),
  })),
  'lets a holder keep work whose lease was lost': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, {
      prolong: async (id, _lease, until) => tasks.prolong(id, (await tasks.find(id))?.lease ?? 0, until),
    }),
  })),
  'says that work is kept, and lets its lease run out': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, {
      prolong: async (id, lease) => {
        const known = await tasks.find(id)
        return known?.lease === lease && known.leasedUntil !== undefined
      },
    }),
  })),
  'numbers leases from one again in a new life': wholeExcept(({ outbox }) => ({
    outbox: queueWith(outbox, {
      take: async (id, request) => {
        const taken = await outbox.take(id, request)
        return taken && { ...taken, lease: taken.tries }
      },
      finish: async (id, lease, done) => {
        const known = await outbox.find(id)
        return known?.tries === lease && outbox.finish(id, known.lease, done)
      },
    }),
  })),
  'forgets what was asked for while it was held': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, {
      append: async (works, now) => {
        for (const work of works)
          if ((await tasks.find(work.id))?.leasedUntil === undefined) await tasks.append([work], now)
      },
    }),
  })),
  'does again what was asked for before it was taken': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, {
      take: async (id, request) => {
        const asked = (await tasks.find(id))?.againAt
        const taken = await tasks.take(id, request)
        if (taken !== undefined && asked !== undefined) await tasks.append([{ ...taken, dueAt: asked }], request.now)
        return taken
      },
    }),
  })),
  'leases what is not due': wholeExcept(({ tasks }) => ({
    tasks: queueWith(tasks, { lease: (request) => tasks.lease({ ...request, now: later }) }),
  })),
  'takes what somebody holds': wholeExcept(({ outbox }) => ({
    outbox: queueWith(outbox, { take: (id, request) => outbox.take(id, { ...request, now: later }) }),
  })),
  'postpones to no later': wholeExcept(({ inbox }) => ({
    inbox: { ...inbox, postpone: (id, lease, _until, error) => inbox.postpone(id, lease, instant(0), error) },
  })),
  'takes every delivery for fresh': wholeExcept(({ inbox }) => ({
    inbox: {
      ...inbox,
      record: async (...args) => {
        await inbox.record(...args)
        return 'fresh'
      },
    },
  })),
  'forgets the answer to a request': wholeExcept(({ requests }) => ({
    requests: { ...requests, settle: async (_key, outcome) => outcome },
  })),
  'takes any request with a key for the same': wholeExcept(({ requests }) => ({
    requests: { ...requests, claim: (key, _fingerprint, now) => requests.claim(key, 'any', now) },
  })),
  'tells a story backwards': wholeExcept(({ timeline }) => ({
    timeline: { ...timeline, append: (entries) => timeline.append(entries.toReversed()) },
  })),
  'resolves nothing': wholeExcept(({ attention }) => ({ attention: { ...attention, resolve: async () => true } })),
  'asks for a new customer each time': wholeExcept(({ customers }) => ({
    customers: { ...customers, find: async () => undefined },
  })),
  'keeps a customer who is gone': wholeExcept(({ customers }) => ({
    customers: { ...customers, remember: (owner, customerId) => customers.remember(owner, customerId) },
  })),
}

const broken = async (open: () => UnitOfWork): Promise<readonly string[]> => {
  const caught: string[] = []
  for (const { words, keptBy } of unitOfWorkPromises)
    try {
      await keptBy(open())
    } catch {
      caught.push(words)
    }
  return caught
}

describe('the unit-of-work contract notices an adapter that', () => {
  it('keeps every promise', async () => {
    expect(await broken(() => memoryUnitOfWork())).toEqual([])
  })
  for (const [mistake, open] of Object.entries(mutants))
    it(mistake, async () => {
      expect(await broken(open)).not.toEqual([])
    })
})
