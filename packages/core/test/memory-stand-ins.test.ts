import { describe, expect, it } from 'vitest'
import { samples } from '../src/contracts/index.ts'
import type { Message } from '../src/effect/effect.ts'
import { memoryNotifier, memoryUnitOfWork, sequentialIds } from '../src/memory/index.ts'

const { at, bareCase, paymentId, pendingPayment } = samples

describe('ids that count', () => {
  it('are the same in every run, each kind by itself, and sort as they came', () => {
    const ids = sequentialIds()
    expect([ids.next('payment'), ids.next('payment'), ids.next('refund')]).toEqual(['pay_0001', 'pay_0002', 'rf_0001'])
    expect(sequentialIds().next('payment')).toBe('pay_0001')
    expect(ids.token()).not.toBe(ids.token())
    expect(ids.token()).toMatch(/^[a-z0-9]{26}$/)
  })
})

describe('a notifier in memory', () => {
  const message = (id: string): Message => ({
    id,
    to: samples.ownerId('ana'),
    paymentId: paymentId('p'),
    template: 'refunded_surplus',
    reason: 'duplicate',
    destination: 'provider',
    amount: pendingPayment('p').amount,
  })

  it('keeps each message once, and counts how often it came', async () => {
    const notifier = memoryNotifier()
    for (const id of ['a', 'b', 'a']) await notifier.send(message(id))
    expect(notifier.sent).toEqual([message('a'), message('b')])
    expect([notifier.timesHandedOver('a'), notifier.timesHandedOver('c')]).toEqual([2, 0])
  })

  it('fails as often as it is told to, and keeps nothing then', async () => {
    const notifier = memoryNotifier()
    notifier.failNext(2)
    for (const _ of [1, 2]) await expect(notifier.send(message('a'))).rejects.toThrow()
    expect(notifier.sent).toEqual([])
    await notifier.send(message('a'))
    expect(notifier.sent).toHaveLength(1)
  })
})

describe('a unit of work in memory that crashes', () => {
  const save = (hooks: Parameters<typeof memoryUnitOfWork>[0]) => {
    const uow = memoryUnitOfWork(hooks)
    const saving = uow.run((tx) => tx.payments.save(bareCase(pendingPayment('p')), 0, at(0)))
    return { uow, saving }
  }
  const crash = (): never => {
    throw new Error('crash')
  }

  it('before the commit, keeps nothing', async () => {
    const { uow, saving } = save({ beforeCommit: crash })
    await expect(saving).rejects.toThrow('crash')
    expect(await uow.read((tx) => tx.payments.find(paymentId('p')))).toBeUndefined()
  })

  it('after the commit, has kept everything', async () => {
    const { uow, saving } = save({ afterCommit: crash })
    await expect(saving).rejects.toThrow('crash')
    expect((await uow.read((tx) => tx.payments.find(paymentId('p'))))?.version).toBe(1)
  })

  it('keeps its own copy of what it is given', async () => {
    const uow = memoryUnitOfWork()
    const metadata = { note: 'as it was' }
    await uow.run((tx) => tx.payments.save(bareCase(pendingPayment('p', { metadata })), 0, at(0)))
    metadata.note = 'changed behind its back'
    const found = await uow.read((tx) => tx.payments.find(paymentId('p')))
    expect(found?.value.payment.metadata).toEqual({ note: 'as it was' })
  })
})
