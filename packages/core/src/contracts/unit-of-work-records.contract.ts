import { expect } from 'vitest'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import type { Attention, TimelineEntry } from '../timeline/timeline.ts'
import { promise, type ContractPromise } from './contract.ts'
import { at, beyondDoubles, ownerId, paymentId, someEvent } from './samples.ts'
import { shortWhile } from './unit-of-work-transactions.contract.ts'

/** What the inbox, the request log, the customers, the timeline and the attention list promise. */
export const recordPromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('inbox: takes an event in once, however often it comes', async (uow) => {
    const record = () => uow.run((tx) => tx.inbox.record(someEvent('evt'), { status: 'done', at: at(1) }))
    expect([await record(), await record()]).toEqual(['fresh', 'known'])
    expect(await uow.read((tx) => tx.inbox.find('evt'))).toEqual({
      id: 'evt',
      body: someEvent('evt'),
      status: 'done',
      dueAt: at(1),
      tries: 0,
      lease: 0,
      createdAt: at(1),
      finishedAt: at(1),
    })
  }),
  promise('inbox: takes an event in once, of 50 deliveries at once', async (uow) => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        uow.run((tx) => tx.inbox.record(someEvent('evt'), { status: 'done', at: at(1) })),
      ),
    )
    expect(answers.filter((answer) => answer === 'fresh')).toHaveLength(1)
    expect(answers.filter((answer) => answer === 'known')).toHaveLength(49)
  }),
  promise('inbox: takes an event in again when the transaction that did was rolled back', async (uow) => {
    await expect(
      uow.run(async (tx) => {
        await tx.inbox.record(someEvent('evt'), { status: 'done', at: at(1) })
        throw new Error('boom')
      }),
    ).rejects.toThrow('boom')
    expect(await uow.run((tx) => tx.inbox.record(someEvent('evt'), { status: 'done', at: at(2) }))).toBe('fresh')
  }),
  promise(
    'inbox: keeps what is to be applied later, with the reason, and changes nothing when it comes again',
    async (uow) => {
      const later = { status: 'waiting', at: at(1), dueAt: at(9), error: 'unknown object' } as const
      await uow.run((tx) => tx.inbox.record(someEvent('evt'), later))
      await uow.run((tx) => tx.inbox.record(someEvent('evt'), { status: 'done', at: at(2) }))
      expect(await uow.read((tx) => tx.inbox.find('evt'))).toEqual({
        id: 'evt',
        body: someEvent('evt'),
        status: 'waiting',
        dueAt: at(9),
        tries: 0,
        lease: 0,
        createdAt: at(1),
        lastError: 'unknown object',
      })
    },
  ),
  promise('inbox: lists the most recent events, newest first', async (uow) => {
    for (const [n, ms] of [1, 3, 2, 2].entries())
      await uow.run((tx) =>
        tx.inbox.record(someEvent(`evt_${n}`), { status: n === 0 ? 'waiting' : 'done', at: at(ms) }),
      )
    const ids = (limit: number) => uow.read(async (tx) => (await tx.inbox.listRecent(limit)).map(({ id }) => id))
    expect(await ids(9)).toEqual(['evt_1', 'evt_3', 'evt_2', 'evt_0'])
    expect(await ids(2)).toEqual(['evt_1', 'evt_3'])
  }),
  promise('requests: the same key gets the same answer, refusals included', async (uow) => {
    const outcome = { ok: false, error: { code: 'slot_taken', price: beyondDoubles } }
    expect(await claim(uow, 'key')).toEqual({ type: 'fresh' })
    expect(await settle(uow, 'key', outcome)).toEqual(outcome)
    expect(await claim(uow, 'key')).toEqual({ type: 'settled', outcome })
    expect(await claim(uow, 'other')).toEqual({ type: 'fresh' })
  }),
  promise('requests: a key that nobody settled is fresh for the same request', async (uow) => {
    expect([await claim(uow, 'key'), await claim(uow, 'key')]).toEqual([{ type: 'fresh' }, { type: 'fresh' }])
  }),
  promise('requests: a key used for another request is told from its first use, settled or not', async (uow) => {
    await claim(uow, 'key')
    expect(await claim(uow, 'key', 'other')).toEqual({ type: 'reused' })
    await settle(uow, 'key', 'answer')
    expect(await claim(uow, 'key', 'other')).toEqual({ type: 'reused' })
    expect(await claim(uow, 'key')).toEqual({ type: 'settled', outcome: 'answer' })
  }),
  promise('requests: the first to settle wins, and the others are told what it said', async (uow) => {
    await claim(uow, 'key')
    expect(await settle(uow, 'key', { by: 'one' })).toEqual({ by: 'one' })
    expect(await settle(uow, 'key', { by: 'two' })).toEqual({ by: 'one' })
    expect(await claim(uow, 'key')).toEqual({ type: 'settled', outcome: { by: 'one' } })
  }),
  promise('requests: of 20 with the same key at once, one does the work and all get its answer', async (uow) => {
    let worked = 0
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        uow.run(async (tx) => {
          const claimed = await tx.requests.claim<string>('key', 'print', at(0))
          if (claimed.type !== 'fresh') return claimed
          worked += 1
          await shortWhile()
          return { type: 'settled', outcome: await tx.requests.settle('key', `by ${n}`) }
        }),
      ),
    )
    expect(worked).toBe(1)
    expect(answers).toEqual(Array(20).fill(answers[0]))
  }),
  promise('requests: a claim is forgotten when its transaction is rolled back', async (uow) => {
    await expect(
      uow.run(async (tx) => {
        await tx.requests.claim('key', 'print', at(0))
        await tx.requests.settle('key', 'answer')
        throw new Error('boom')
      }),
    ).rejects.toThrow('boom')
    expect(await claim(uow, 'key', 'other')).toEqual({ type: 'fresh' })
  }),
  promise(
    'customers: keeps the first one that was remembered for an owner, until another is instead of it',
    async (uow) => {
      const remember = (owner: string, customer: string, insteadOf?: string) =>
        uow.run((tx) => tx.customers.remember(ownerId(owner), customer, insteadOf))
      const find = (owner: string) => uow.read((tx) => tx.customers.find(ownerId(owner)))
      expect(await find('ana')).toBeUndefined()
      await remember('ana', 'cus_1')
      await remember('ana', 'cus_2')
      await remember('eve', 'cus_1')
      expect([await find('ana'), await find('eve')]).toEqual(['cus_1', 'cus_1'])
      await remember('ana', 'cus_3', 'cus_2')
      await remember('eve', 'cus_3', 'cus_1')
      await remember('joe', 'cus_4', 'cus_0')
      expect([await find('ana'), await find('eve'), await find('joe')]).toEqual(['cus_1', 'cus_3', 'cus_4'])
    },
  ),
  promise("timeline: tells a payment's story oldest first, in the order it was written", async (uow) => {
    const lines = [entry('p', 5, 'one'), entry('p', 5, 'two'), entry('q', 1, 'not mine'), entry('p', 4, 'three')]
    await uow.run((tx) => tx.timeline.append(lines))
    await uow.run((tx) => tx.timeline.append([]))
    const last: TimelineEntry = {
      ...entry('p', 9, 'four'),
      actor: 'owner:ana',
      data: { minorUnits: beyondDoubles, deep: { a: [1] } },
    }
    await uow.run((tx) => tx.timeline.append([last]))
    const story = [...lines.filter((line) => line.paymentId === paymentId('p')), last]
    expect(await uow.read((tx) => tx.timeline.list(paymentId('p'), 9))).toEqual(story)
    expect(await uow.read((tx) => tx.timeline.list(paymentId('p'), 2))).toEqual(story.slice(0, 2))
    expect(await uow.read((tx) => tx.timeline.list(paymentId('nobody'), 9))).toEqual([])
  }),
  promise('attention: lists a thing once, however often it is raised, until somebody resolves it', async (uow) => {
    const items: readonly Attention[] = [
      { id: 'a', code: 'refund_failed', paymentId: paymentId('p'), at: at(1), data: { minorUnits: beyondDoubles } },
      { id: 'b', code: 'dispute_opened', at: at(3), data: {} },
      { id: 'c', code: 'amount_mismatch', at: at(3), data: { text: 'ñ' } },
    ]
    const raise = (...raised: readonly Attention[]) => uow.run((tx) => tx.attention.raise(raised))
    const listed = (limit: number) => uow.read(async (tx) => (await tx.attention.list(limit)).map(({ id }) => id))
    await raise(...items)
    await raise({ id: 'a', code: 'dispute_opened', at: at(9), data: {} }, ...items)
    expect(await uow.read((tx) => tx.attention.list(9))).toEqual([items[2], items[1], items[0]])
    expect(await listed(2)).toEqual(['c', 'b'])
    const resolve = (id: string) => uow.run((tx) => tx.attention.resolve(id, 'staff:eve', at(10)))
    expect([await resolve('c'), await resolve('c'), await resolve('nobody')]).toEqual([true, false, false])
    await raise(...items)
    expect(await listed(9)).toEqual(['b', 'a'])
  }),
]

const claim = (uow: UnitOfWork, key: string, fingerprint = 'print') =>
  uow.run((tx) => tx.requests.claim(key, fingerprint, at(0)))

const settle = <Outcome>(uow: UnitOfWork, key: string, outcome: Outcome): Promise<Outcome> =>
  uow.run((tx) => tx.requests.settle(key, outcome))

const entry = (payment: string, ms: number, name: string): TimelineEntry => ({
  paymentId: paymentId(payment),
  at: at(ms),
  type: 'fact',
  about: { type: 'attempt', id: 'att_1' },
  name,
  data: { from: 'pending' },
})
