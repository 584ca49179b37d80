import { describe, expect, it } from 'vitest'
import { unitOfWorkPromises } from '../src/contracts/unit-of-work.contract.ts'
import { Bug } from '../src/kernel/bug.ts'
import { instant } from '../src/kernel/instant.ts'
import { memoryUnitOfWork } from '../src/memory/memory-unit-of-work.ts'
import type { Queue } from '../src/ports/queue.ts'
import { Contention, VersionConflict, type Transaction, type UnitOfWork } from '../src/ports/unit-of-work.ts'

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
      save: (...args) =>
        consultations.save(...args).catch((error: unknown) => {
          if (!(error instanceof Bug)) throw error
        }),
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
      save: (...args) =>
        payments.save(...args).catch((error: unknown) => {
          if (!(error instanceof Bug)) throw error
        }),
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
