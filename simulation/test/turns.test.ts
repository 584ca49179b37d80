import { expect, it } from 'vitest'
import type { Epoch } from '../src/kernel/kernel.ts'
import { createTurns } from '../src/system/turns.ts'

/** A process whose gates are open, and that can end. */
const processNamed = (name: string) => {
  const told: (() => void)[] = []
  const epoch = { name, gate: async () => {}, onEnd: (tell: () => void) => void told.push(tell) } as unknown as Epoch
  const end = (): void => {
    for (const tell of told) tell()
  }
  return { epoch, end }
}

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Whether somebody gets in, before and after something happens. */
const isIn = async (entering: Promise<unknown>, happens: () => void): Promise<readonly [boolean, boolean]> => {
  let entered = false
  void entering.then(() => (entered = true))
  await turnOfTheLoop()
  const before = entered
  happens()
  await turnOfTheLoop()
  return [before, entered]
}

it('lets one process write at a time, and others read', async () => {
  const turns = createTurns()
  const [one, other] = [processNamed('p0.1'), processNamed('p1.1')]
  const leave = await turns.take(one.epoch, 'write')
  const stopReading = await turns.take(other.epoch, 'read')
  stopReading()
  expect(await isIn(turns.take(other.epoch, 'write'), leave)).toEqual([false, true])
})

it('lets a process do one thing at a time', async () => {
  const turns = createTurns()
  const { epoch } = processNamed('p0.1')
  const leave = await turns.take(epoch, 'read')
  expect(await isIn(turns.take(epoch, 'read'), leave)).toEqual([false, true])
})

it('takes the turn from a process that ends', async () => {
  const turns = createTurns()
  const [one, other] = [processNamed('p0.1'), processNamed('p1.1')]
  await turns.take(one.epoch, 'write')
  expect(await isIn(turns.take(other.epoch, 'write'), one.end)).toEqual([false, true])
})
