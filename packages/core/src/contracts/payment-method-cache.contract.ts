import { expect } from 'vitest'
import { hour, instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { memoryClock, type MemoryClock } from '../memory/memory-clock.ts'
import type { PaymentMethodCache } from '../ports/payment-method-cache.ts'
import type { PaymentMethod } from '../ports/payment-provider.ts'
import { promise, runContract, type ContractPromise, type Harness } from './contract.ts'

/** A cache of lists of cards, as its suite sees it. */
export interface PaymentMethodCacheFixture {
  /** One that keeps a list for an hour. */
  readonly cache: PaymentMethodCache
  /** The clock that it goes by. */
  readonly clock: MemoryClock
}

/** A clock for a cache that is to keep the contract. */
export const clockOfCache = (): MemoryClock => memoryClock(instant(Date.UTC(2027, 0, 15, 12)))

const card = (id: string): PaymentMethod => ({ id, brand: 'visa', last4: '4242', expiryMonth: 1, expiryYear: 2030 })

/** Reads lists, each fetched with a card that no other has, and notes of whom. */
const reader = ({ cache }: PaymentMethodCacheFixture) => {
  const fetched: string[] = []
  const read = (customerId: string) =>
    cache.read(customerId, async () => {
      fetched.push(customerId)
      return ok([card(`pm_${fetched.length}`)])
    })
  return { fetched, read }
}

type Fetched = Result<readonly PaymentMethod[], string>

/** A question to the provider that is answered when that is said. */
const held = () => {
  let answer: (fetched: Fetched) => void = () => {}
  let begin: () => void = () => {}
  const asked = new Promise<void>((resolve) => {
    begin = resolve
  })
  return {
    asked,
    answer: (fetched: Fetched) => answer(fetched),
    fetch: () =>
      new Promise<Fetched>((resolve) => {
        answer = resolve
        begin()
      }),
  }
}
const never = (): Promise<Fetched> => Promise.reject(new Error('It was asked again.'))

/** Everything that {@link PaymentMethodCache} promises, one promise at a time. */
export const paymentMethodCachePromises: readonly ContractPromise<PaymentMethodCacheFixture>[] = [
  promise('answers what it has kept, for as long as it may', async (fixture) => {
    const { read, fetched } = reader(fixture)
    expect(await read('a')).toEqual(ok([card('pm_1')]))
    await fixture.clock.advance(hour - 1)
    expect(await read('a')).toEqual(ok([card('pm_1')]))
    await fixture.clock.advance(1)
    expect(await read('a')).toEqual(ok([card('pm_2')]))
    expect(fetched).toEqual(['a', 'a'])
  }),
  promise('keeps the lists of two customers apart, and an empty one as well', async ({ cache }) => {
    const both = [card('pm_1'), { ...card('pm_2'), last4: '0005' }]
    await cache.read('a', async () => ok(both))
    await cache.read('b', async () => ok([]))
    expect(await cache.read('a', never)).toEqual(ok(both))
    expect(await cache.read('b', never)).toEqual(ok([]))
    await cache.drop('a')
    expect(await cache.read('b', never)).toEqual(ok([]))
  }),
  promise('fetches once, however many ask at once', async (fixture) => {
    const { read, fetched } = reader(fixture)
    const lists = await Promise.all([read('a'), read('a'), read('a')])
    expect(lists).toEqual(Array(3).fill(ok([card('pm_1')])))
    expect(fetched).toEqual(['a'])
  }),
  promise('keeps nothing that was refused or thrown', async (fixture) => {
    const { cache } = fixture
    const refusing = () => cache.read('a', async () => err('no'))
    expect(await Promise.all([refusing(), refusing()])).toEqual([err('no'), err('no')])
    await expect(cache.read('a', () => Promise.reject(new Error('Away.')))).rejects.toThrow('Away.')
    expect(await reader(fixture).read('a')).toEqual(ok([card('pm_1')]))
  }),
  promise('forgets a list that is dropped, and one that there is none of', async (fixture) => {
    const { read } = reader(fixture)
    await fixture.cache.drop('a')
    await read('a')
    await fixture.cache.drop('a')
    expect(await read('a')).toEqual(ok([card('pm_2')]))
  }),
  promise(
    'keeps nothing that was fetched before it was dropped, and lets nobody who comes after that have it',
    async (fixture) => {
      const { cache } = fixture
      const [old, fresh] = [held(), held()]
      const before = cache.read('a', old.fetch)
      await old.asked
      await cache.drop('a')
      const after = cache.read('a', fresh.fetch)
      await fresh.asked
      fresh.answer(ok([card('new')]))
      expect(await after).toEqual(ok([card('new')]))
      old.answer(ok([card('old')]))
      expect(await before).toEqual(ok([card('old')]))
      expect(await cache.read('a', never)).toEqual(ok([card('new')]))
    },
  ),
  promise('is as old as the question, and not as its answer', async ({ cache, clock }) => {
    const slow = held()
    const reading = cache.read('a', slow.fetch)
    await slow.asked
    await clock.advance(hour - 1)
    slow.answer(ok([card('slow')]))
    await reading
    expect(await cache.read('a', never)).toEqual(ok([card('slow')]))
    await clock.advance(1)
    expect(await cache.read('a', async () => ok([card('new')]))).toEqual(ok([card('new')]))
  }),
]

/** Runs every promise of {@link PaymentMethodCache} against an adapter, from the adapter's own package. */
export const paymentMethodCacheContract = (harness: Harness<PaymentMethodCacheFixture>): void =>
  runContract('payment-method-cache', paymentMethodCachePromises, harness)
