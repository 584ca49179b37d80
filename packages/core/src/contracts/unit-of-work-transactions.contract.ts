import { expect } from 'vitest'
import { Contention, VersionConflict, type Transaction, type UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import { at, bareCase, openIntent, paidReservation, paymentId, pendingPayment, slot, someEvent } from './samples.ts'

/** What every transaction promises, whatever is in it. */
export const transactionPromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('answers what the work answers, and keeps what it did', async (uow) => {
    expect(await uow.run(async (tx) => writeEverywhere(tx, 'a'))).toBe('written')
    expect(await uow.read(readEverywhere('a'))).toEqual(everythingThere)
  }),
  promise('shows the work what it has just written', async (uow) => {
    await uow.run(async (tx) => {
      await writeEverywhere(tx, 'a')
      expect(await readEverywhere('a')(tx)).toEqual(everythingThere)
    })
  }),
  promise('rolls back when the work throws: nothing of it is kept, and the next work is not disturbed', async (uow) => {
    const failing = uow.run(async (tx) => {
      await writeEverywhere(tx, 'a')
      throw new Error('boom')
    })
    await expect(failing).rejects.toThrow('boom')
    expect(await uow.read(readEverywhere('a'))).toEqual(nothingThere)
    await uow.run((tx) => writeEverywhere(tx, 'a'))
    expect(await uow.read(readEverywhere('a'))).toEqual(everythingThere)
  }),
  promise('takes back changes to what was there before', async (uow) => {
    await uow.run((tx) => tx.payments.save(counted(1), 0, at(0)))
    await expect(
      uow.run(async (tx) => {
        await tx.payments.save(counted(2), 1, at(1))
        await tx.payments.save(counted(3), 2, at(2))
        throw new Error('boom')
      }),
    ).rejects.toThrow('boom')
    const found = await uow.read((tx) => tx.payments.find(paymentId('p')))
    expect(found).toEqual({ value: counted(1), version: 1, updatedAt: at(0) })
  }),
  promise('runs the work again, whole and from nothing, after a version conflict', async (uow) => {
    let runs = 0
    await uow.run(async (tx) => {
      runs += 1
      expect(await readEverywhere('a')(tx)).toEqual(nothingThere)
      await writeEverywhere(tx, 'a')
      if (runs < 3) throw new VersionConflict('lost')
    })
    expect(runs).toBe(3)
    expect(await uow.read(readEverywhere('a'))).toEqual(everythingThere)
  }),
  promise('throws Contention when every retry lost, and nothing was done', async (uow) => {
    let runs = 0
    const losing = uow.run(async (tx) => {
      runs += 1
      await writeEverywhere(tx, 'a')
      throw new VersionConflict('lost')
    })
    await expect(losing).rejects.toBeInstanceOf(Contention)
    expect(runs).toBeGreaterThan(2)
    expect(await uow.read(readEverywhere('a'))).toEqual(nothingThere)
  }),
  promise('runs work that threw anything else once', async (uow) => {
    let runs = 0
    await expect(
      uow.run(async () => {
        runs += 1
        throw new RangeError('no conflict')
      }),
    ).rejects.toBeInstanceOf(RangeError)
    expect(runs).toBe(1)
  }),
  promise('loses none of 50 concurrent read-then-write transactions', async (uow) => {
    await uow.run((tx) => tx.payments.save(counted(0), 0, at(0)))
    await Promise.all(Array.from({ length: 50 }, () => uow.run(countUp)))
    expect(await uow.read((tx) => tx.payments.find(paymentId('p')))).toEqual({
      value: counted(50),
      version: 51,
      updatedAt: at(50),
    })
  }),
  promise('makes whoever else wants a payment wait for the end of the transaction that has it', async (uow) => {
    await uow.run((tx) => tx.payments.save(counted(0), 0, at(0)))
    const seen: string[] = []
    const countUpSlowly = (name: string) => async (tx: Transaction) => {
      const found = await tx.payments.find(paymentId('p'))
      seen.push(`${name} found ${found?.version}`)
      await shortWhile()
      await tx.payments.save(counted(found?.version ?? 0), found?.version ?? 0, at(1))
    }
    await Promise.all([uow.run(countUpSlowly('one')), uow.run(countUpSlowly('two'))])
    expect(seen.map((line) => line.split(' ').slice(1).join(' '))).toEqual(['found 1', 'found 2'])
  }),
  promise('reads one moment', async (uow) => {
    await uow.run((tx) => tx.payments.save(counted(1), 0, at(0)))
    let writing: Promise<void> = Promise.resolve()
    const moments = await uow.read(async (tx) => {
      const before = await tx.payments.find(paymentId('p'))
      writing = uow.run(async (other) => {
        await other.payments.save(counted(2), 1, at(1))
        await writeEverywhere(other, 'a')
      })
      await shortWhile()
      return [before?.version, (await tx.payments.find(paymentId('p')))?.version, await readEverywhere('a')(tx)]
    })
    await writing
    expect(moments).toEqual([1, 1, nothingThere])
    expect(await uow.read(readEverywhere('a'))).toEqual(everythingThere)
  }),
  promise('refuses to write in work that only reads', async (uow) => {
    await uow.run((tx) => tx.payments.save(counted(1), 0, at(0)))
    const writes: readonly ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => writeEverywhere(tx, 'a'),
      (tx) => tx.payments.save(counted(2), 1, at(1)),
      (tx) => tx.outbox.append([{ id: 'e', body: { type: 'close_attempt', ...names }, dueAt: at(0) }], at(0)),
      (tx) => tx.tasks.append([{ id: 't', body: { type: 'sweep' }, dueAt: at(0) }], at(0)),
      (tx) => tx.inbox.record(someEvent('evt_1'), { status: 'done', at: at(0) }),
      (tx) => tx.requests.claim('key', 'print', at(0)),
      (tx) => tx.customers.remember(pendingPayment('p').owner, 'cus_1'),
      (tx) => tx.attention.raise([{ id: 'x', code: 'refund_failed', at: at(0), data: {} }]),
    ]
    for (const write of writes) await expect(uow.read(write)).rejects.toThrow()
    expect(await uow.read(readEverywhere('a'))).toEqual(nothingThere)
    const found = await uow.read((tx) => tx.payments.find(paymentId('p')))
    expect(found).toEqual({ value: counted(1), version: 1, updatedAt: at(0) })
  }),
  promise('lets nobody use a transaction that is over', async (uow) => {
    const over = await uow.run(async (tx) => ({ tx }))
    await expect(over.tx.payments.save(counted(1), 0, at(0))).rejects.toThrow()
    await expect(over.tx.payments.find(paymentId('p'))).rejects.toThrow()
    expect(await uow.read((tx) => tx.payments.find(paymentId('p')))).toBeUndefined()
  }),
]

/** Long enough for another transaction to get ahead, if nothing keeps it from doing so. */
export const shortWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

const names = { paymentId: pendingPayment('p').id, attemptId: 'att_1' as never }

const counted = (count: number) => bareCase(pendingPayment('p', { metadata: { count: String(count) } }))

const countUp = async (tx: Transaction): Promise<void> => {
  const found = await tx.payments.find(paymentId('p'))
  if (found === undefined) throw new Error('The payment is gone.')
  const count = Number(found.value.payment.metadata['count']) + 1
  await tx.payments.save(counted(count), found.version, at(count))
}

const writeEverywhere = async (tx: Transaction, name: string): Promise<'written'> => {
  await tx.payments.save(bareCase(pendingPayment(name)), 0, at(0))
  await tx.intents.save(openIntent(name), 0)
  await tx.reservations.save(paidReservation(name, slot(name, 0, 0, 10)), 0)
  await tx.customers.remember(pendingPayment(name).owner, 'cus_1')
  await tx.timeline.append([
    {
      paymentId: paymentId(name),
      at: at(0),
      type: 'fact',
      about: { type: 'payment', id: name },
      name: 'opened',
      data: {},
    },
  ])
  await tx.outbox.append([{ id: name, body: { type: 'close_attempt', ...names }, dueAt: at(0) }], at(0))
  await tx.tasks.append([{ id: name, body: { type: 'sweep' }, dueAt: at(0) }], at(0))
  await tx.inbox.record(someEvent(name), { status: 'waiting', at: at(0) })
  await tx.requests.claim(name, 'print', at(0))
  await tx.requests.settle(name, 'answer')
  await tx.attention.raise([{ id: name, code: 'refund_failed', at: at(0), data: {} }])
  return 'written'
}

const readEverywhere = (name: string) => async (tx: Transaction) => [
  (await tx.payments.find(paymentId(name)))?.version,
  (await tx.intents.findByToken(`token-${name}`))?.id,
  (await tx.reservations.list({ limit: 9 })).length,
  await tx.customers.find(pendingPayment(name).owner),
  (await tx.timeline.list(paymentId(name), 9)).length,
  (await tx.outbox.find(name))?.status,
  (await tx.tasks.find(name))?.status,
  (await tx.inbox.find(name))?.status,
  (await tx.attention.list(9)).length,
]

const everythingThere = [1, 'a', 1, 'cus_1', 1, 'waiting', 'waiting', 'waiting', 1]
const nothingThere = [undefined, undefined, 0, undefined, 0, undefined, undefined, undefined, 0]
