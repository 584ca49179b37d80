import { describe, expect, it } from 'vitest'
import { defaultSettings, instant, minute, silentLogger, sweep, type PaymentCase } from '../src/index.ts'
import { attemptId, paymentId } from '../src/contracts/samples.ts'
import { memoryClock } from '../src/memory/index.ts'
import { paid } from './paid-case.ts'

interface Asked {
  /** How many attempts are due each time the store is asked; none after the last. */
  readonly due: readonly number[]
  /** Those that somebody else is asking about right now. */
  readonly held?: (nth: number) => boolean
  /** Those about which nothing is heard. */
  readonly away?: (nth: number) => boolean
  readonly kase?: PaymentCase
}

/** A sweep over a store that has this much due, and what it did. */
const swept = async ({ due, held = () => false, away = () => false, kase }: Asked) => {
  const left = [...due]
  const seen = { limits: [] as number[], atOnce: 0, asked: [] as unknown[] }
  let taken = 0
  let running = 0
  const tx = {
    payments: {
      find: async () => undefined,
      listDueAttempts: async (_now: number, limit: number) => {
        seen.limits.push(limit)
        return Array.from({ length: left.shift() ?? 0 }, (_, n) => ({
          paymentId: paymentId('p'),
          attemptId: attemptId(`a${n}`),
        }))
      },
      listDueCharges: async (_now: number, limit: number) => (seen.limits.push(limit), []),
      listDueRefunds: async (_now: number, limit: number) => (seen.limits.push(limit), []),
    },
    outbox: {
      append: async (work: readonly unknown[]) => void seen.asked.push(...work),
      take: async (id: string, { leaseMs }: { readonly leaseMs: number }) => {
        const nth = taken++
        return held(nth) ? undefined : { id, body: { nth, leaseMs }, tries: 1, lease: 1 }
      },
    },
  }
  const inTransaction = (work: (transaction: unknown) => unknown) => work(tx)
  const run = sweep({
    unitOfWork: { run: inTransaction, read: inTransaction },
    clock: memoryClock(instant(7)),
    settings: defaultSettings,
    logger: silentLogger,
    perform: async ({ body }: { readonly body: { readonly nth: number; readonly leaseMs: number } }) => {
      expect(body.leaseMs).toBe(minute)
      running += 1
      seen.atOnce = Math.max(seen.atOnce, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return away(body.nth)
        ? { type: 'postponed', because: 'unreachable', retryAfterMs: 1 }
        : { type: 'done', ...(kase === undefined ? {} : { kase }) }
    },
  } as unknown as Parameters<typeof sweep>[0])
  return { outcome: await run(), ...seen, left }
}

describe('a sweep', () => {
  it('stores each question before it is asked, due at once', async () => {
    const { asked, limits } = await swept({ due: [1] })
    expect(asked).toEqual([
      {
        id: 'look_up_attempt:a0',
        body: { type: 'look_up_attempt', paymentId: 'p', attemptId: 'a0' },
        dueAt: 7,
      },
    ])
    expect(limits).toEqual([100, 100, 100])
  })

  it('asks a few things at a time, and every one of them', async () => {
    const { outcome, atOnce } = await swept({ due: [10] })
    expect([outcome.asked, atOnce]).toEqual([10, 4])
  })

  it('goes on where there may be more, and stops where that was all', async () => {
    expect((await swept({ due: [100, 3] })).outcome).toEqual({ asked: 103, moved: 0, failed: 0, nextInMs: 15 * minute })
    const { outcome, left } = await swept({ due: [99, 3] })
    expect([outcome.asked, left]).toEqual([99, [3]])
  })

  it('leaves the rest for later where something could not be heard', async () => {
    const { outcome, left } = await swept({ due: [100, 3], away: (nth) => nth === 50 })
    expect(outcome).toEqual({ asked: 100, moved: 0, failed: 1, nextInMs: 10 * minute })
    expect(left).toEqual([3])
  })

  it('comes to an end where somebody else is asking about all of it', async () => {
    const { outcome, left } = await swept({ due: [100, 100], held: () => true })
    expect(outcome).toEqual({ asked: 0, moved: 0, failed: 0, nextInMs: 15 * minute })
    expect(left).toEqual([100])
  })

  it('counts no question that somebody else is asking, and goes on beside them', async () => {
    const { outcome } = await swept({ due: [100, 2], held: (nth) => nth < 99 })
    expect(outcome).toMatchObject({ asked: 3, moved: 0 })
  })

  it('comes again soon where something has moved, and not so soon where the provider is away besides', async () => {
    expect((await swept({ due: [2], kase: paid() })).outcome).toEqual({
      asked: 2,
      moved: 2,
      failed: 0,
      nextInMs: 5 * minute,
    })
    expect((await swept({ due: [2], kase: paid(), away: (nth) => nth === 1 })).outcome).toEqual({
      asked: 2,
      moved: 1,
      failed: 1,
      nextInMs: 10 * minute,
    })
  })
})
