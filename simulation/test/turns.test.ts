import { expect, it } from 'vitest'
import type { Epoch } from '../src/kernel/kernel.ts'
import { createTurns } from '../src/system/turns.ts'

/** A process whose gates are open, and that can end. */
const processNamed = (name: string) => {
  const told: (() => void)[] = []
  const epoch = { name, gate: async () => {}, onEnd: (tell: () => void) => void told.push(tell) } as unknown as Epoch
  return { epoch, end: () => told.forEach((tell) => void tell()) }
}
const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('lets one process write at a time, and others read', async () => {
  const turns = createTurns()
  const [one, other] = [processNamed('p0.1'), processNamed('p1.1')]
  const leave = await turns.take(one.epoch, 'write')
  ;(await turns.take(other.epoch, 'read'))()
  let isIn = false
  const waiting = turns.take(other.epoch, 'write').then(() => void (isIn = true))
  await turnOfTheLoop()
  expect(isIn).toBe(false)
  leave()
  await waiting
})

it('lets a process do one thing at a time', async () => {
  const turns = createTurns()
  const { epoch } = processNamed('p0.1')
  const leave = await turns.take(epoch, 'read')
  let isIn = false
  const waiting = turns.take(epoch, 'read').then(() => void (isIn = true))
  await turnOfTheLoop()
  expect(isIn).toBe(false)
  leave()
  await waiting
})

it('takes the turn from a process that ends', async () => {
  const turns = createTurns()
  const [one, other] = [processNamed('p0.1'), processNamed('p1.1')]
  await turns.take(one.epoch, 'write')
  const waiting = turns.take(other.epoch, 'write')
  one.end()
  await waiting
})
