import { describe, expect, it } from 'vitest'
import { samples } from '../src/contracts/index.ts'
import { memoryClock } from '../src/memory/index.ts'

const { at } = samples

describe('a clock in memory', () => {
  it('stands still until it is moved', async () => {
    const clock = memoryClock(at(0))
    expect([clock.now(), clock.now()]).toEqual([at(0), at(0)])
    await clock.advance(5)
    expect(clock.now()).toBe(at(5))
  })

  it('wakes sleepers in order, each at its own moment, and lets the rest sleep', async () => {
    const clock = memoryClock(at(0))
    const woken: (readonly [string, number])[] = []
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms)
      woken.push([name, clock.now()])
    }
    void sleep('late', 30)
    void sleep('early', 10)
    void sleep('also early', 10)
    void sleep('too late', 31)
    expect(clock.sleepers).toBe(4)
    await clock.advance(30)
    expect(woken).toEqual([
      ['early', at(10)],
      ['also early', at(10)],
      ['late', at(30)],
    ])
    expect(clock.now()).toBe(at(30))
    expect(clock.sleepers).toBe(1)
  })

  it('wakes whoever goes on sleeping within the same stretch', async () => {
    const clock = memoryClock(at(0))
    const ticks: number[] = []
    const tick = async (): Promise<void> => {
      while (ticks.length < 3) {
        await clock.sleep(10)
        ticks.push(clock.now())
      }
    }
    void tick()
    await clock.advance(100)
    expect(ticks).toEqual([at(10), at(20), at(30)])
  })
})
