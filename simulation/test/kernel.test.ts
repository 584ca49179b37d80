import { expect, it } from 'vitest'
import { createKernel, StandsStill, type Kernel } from '../src/kernel/kernel.ts'
import { policyOf } from '../src/kernel/policy.ts'
import { recordingTape } from '../src/kernel/tape.ts'
import { createTrace } from '../src/kernel/trace.ts'

const kernelFor = (mostWaitMs: number): Kernel =>
  createKernel({
    tape: recordingTape('1'),
    trace: createTrace(10),
    policy: policyOf('oldest'),
    startMs: 0,
    mostSteps: 100,
    mostWaitMs,
    impatience: () => 0,
    meets: () => 'nothing',
    afterStep: () => {},
  })

const inRealTime = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

it('waits in real time for what takes no virtual time', async () => {
  const kernel = kernelFor(60_000)
  let ended = false
  kernel.at(5, 'a statement', () => void kernel.busy(inRealTime(20).then(() => (ended = true))))
  expect(await kernel.run(() => false)).toBe('idle')
  expect([ended, kernel.now()]).toEqual([true, 5])
})

it('says that it stands still where that does not end', async () => {
  const kernel = kernelFor(20)
  kernel.at(5, 'a statement that nobody answers', () => void kernel.busy(new Promise(() => {})))
  await expect(kernel.run(() => false)).rejects.toThrow(StandsStill)
})
