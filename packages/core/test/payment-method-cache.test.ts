import { describe, expect, it } from 'vitest'
import { clockOfCache, paymentMethodCacheContract, paymentMethodCachePromises } from '../src/contracts/index.ts'
import { hour, ok, type PaymentMethodCache } from '../src/index.ts'
import { memoryPaymentMethodCache } from '../src/memory/index.ts'

const open = async () => {
  const clock = clockOfCache()
  return { cache: memoryPaymentMethodCache({ clock }), clock }
}

paymentMethodCacheContract({ name: 'memory', open })

type Fixture = Awaited<ReturnType<typeof open>>

/** Every way to break a cache that we thought of, in the words of whoever would make the mistake. */
const mutants: Readonly<Record<string, (whole: Fixture) => PaymentMethodCache>> = {
  'keeps nothing': ({ cache }) => ({ ...cache, read: (_customerId, fetch) => fetch() }),
  'keeps lists a moment too long': ({ clock }) => memoryPaymentMethodCache({ clock, keepMs: hour + 1 }),
  'keeps lists a moment too short': ({ clock }) => memoryPaymentMethodCache({ clock, keepMs: hour - 1 }),
  'has one list for all customers': ({ cache }) => ({
    read: (_customerId, fetch) => cache.read('one', fetch),
    drop: () => cache.drop('one'),
  }),
  'drops nothing': ({ cache }) => ({ ...cache, drop: async () => {} }),
  'fetches for each who asks': ({ cache }) => ({
    ...cache,
    read: async (customerId, fetch) => {
      const fetched = await fetch()
      return cache.read(customerId, async () => fetched)
    },
  }),
  'keeps what was refused': ({ cache }) => ({
    ...cache,
    read: async (customerId, fetch) => cache.read(customerId, async () => ok((await valueOf(fetch)) ?? [])),
  }),
  'drops what it has kept, and not what is being fetched': ({ clock }) => {
    const kept = new Map<string, ReturnType<typeof memoryPaymentMethodCache>>()
    const of = (id: string) => {
      const known = kept.get(id) ?? memoryPaymentMethodCache({ clock })
      kept.set(id, known)
      return known
    }
    const fetching = new Set<string>()
    return {
      read: async (id, fetch) => {
        fetching.add(id)
        try {
          return await of(id).read(id, fetch)
        } finally {
          fetching.delete(id)
        }
      },
      drop: async (id) => {
        if (!fetching.has(id)) await of(id).drop(id)
      },
    }
  },
}

const valueOf = async (
  fetch: Parameters<PaymentMethodCache['read']>[1],
): Promise<Extract<Awaited<ReturnType<typeof fetch>>, { readonly ok: true }>['value'] | undefined> => {
  const fetched = await fetch()
  return fetched.ok ? fetched.value : undefined
}

/** Some mistakes leave whoever waits waiting: nothing here takes as many turns as this. */
const inTurns = async (): Promise<never> => {
  for (let turn = 0; turn < 1_000; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  throw new Error('It hangs.')
}

describe('a cache of lists broken on purpose is noticed', () => {
  const broken = async (change: (whole: Fixture) => PaymentMethodCache): Promise<readonly string[]> => {
    const words: string[] = []
    for (const promise of paymentMethodCachePromises) {
      const whole = await open()
      await Promise.race([promise.keptBy({ ...whole, cache: change(whole) }), inTurns()]).catch(() =>
        words.push(promise.words),
      )
    }
    return words
  }

  it.each(Object.entries(mutants))('one that %s', async (_name, change) => {
    expect(await broken(change)).not.toEqual([])
  })

  it('and one that is whole is not', async () => {
    expect(await broken(({ cache }) => cache)).toEqual([])
  })
})
