import { describe, expect, it } from 'vitest'
import {
  askAboutDue,
  defaultSettings,
  instant,
  minute,
  second,
  silentLogger,
  sweepInPlace,
  type PaymentCase,
} from '../src/index.ts'
import { attemptId, paymentId } from '../src/contracts/samples.ts'
import { memoryClock } from '../src/memory/index.ts'
import { paid } from './paid-case.ts'

interface Asked {
  /** How many attempts are due. What is heard of is due no more. */
  readonly due: number
  /** Those that somebody else is asking about right now. */
  readonly held?: (nth: number) => boolean
  /** Those about which nothing is heard, and why. */
  readonly away?: (nth: number) => false | 'unreachable' | 'not_asked'
  readonly kase?: PaymentCase
  /** How long each question takes. Default: no time. */
  readonly takesMs?: number
  /** Whether the place is still had, each time that it is to be kept for longer. Default: always. */
  readonly isMine?: (atMs: number) => boolean
}

/** A sweep over a store that has this much due, and what it did. */
const swept = async ({
  due,
  held = () => false,
  away = () => false,
  kase,
  takesMs = 0,
  isMine = () => true,
}: Asked) => {
  const clock = memoryClock(instant(7))
  const left = new Set(Array.from({ length: due }, (_, n) => `a${n}`))
  const seen = {
    dueAt: new Set<number>(),
    limits: [] as number[],
    atOnce: 0,
    asked: [] as { readonly id: string }[],
    kept: [] as number[],
  }
  let taken = 0
  let running = 0
  const nothingElse = async (_now: number, limit: number) => (seen.limits.push(limit), [])
  const tx = {
    payments: {
      find: async () => undefined,
      listDueAttempts: async (now: number, limit: number) => {
        seen.dueAt.add(now)
        seen.limits.push(limit)
        return [...left].slice(0, limit).map((id) => ({ paymentId: paymentId('p'), attemptId: attemptId(id) }))
      },
      listDueCharges: nothingElse,
      listDueRefunds: nothingElse,
    },
    outbox: {
      append: async (work: readonly { readonly id: string }[]) => void seen.asked.push(...work),
      take: async (id: string, { leaseMs }: { readonly leaseMs: number }) => {
        const nth = taken++
        return held(nth) ? undefined : { id, body: { nth, leaseMs }, tries: 1, lease: 1 }
      },
    },
    tasks: {
      prolong: async (id: string, lease: number, until: number) => {
        expect([id, lease]).toEqual(['sweep', 3])
        seen.kept.push(until)
        return isMine(clock.now())
      },
    },
  }
  const inTransaction = (work: (transaction: unknown) => unknown) => work(tx)
  const deps = {
    unitOfWork: { run: inTransaction, read: inTransaction },
    clock,
    settings: defaultSettings,
    logger: silentLogger,
    perform: async ({
      id,
      body,
    }: {
      readonly id: string
      readonly body: { readonly nth: number; readonly leaseMs: number }
    }) => {
      expect(body.leaseMs).toBe(minute)
      running += 1
      seen.atOnce = Math.max(seen.atOnce, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      // Those that are asked about together wait together.
      if (running === 0) await clock.advance(takesMs)
      const because = away(body.nth)
      if (because !== false) return { type: 'postponed', because, retryAfterMs: 1 }
      left.delete(id.replace('look_up_attempt:', ''))
      return { type: 'done', ...(kase === undefined ? {} : { kase }) }
    },
  } as unknown as Parameters<typeof askAboutDue>[0]
  const run = sweepInPlace({ ...deps, askAboutDue: askAboutDue(deps) })
  const work = { id: 'sweep', body: { type: 'sweep' }, tries: 1, lease: 3 } as const
  const { swept: outcome } = await run({ work, takenAt: clock.now() })
  return { outcome, ...seen, left: left.size, clock }
}

describe('a sweep', () => {
  it('stores each question before it is asked, due at once', async () => {
    const { asked, limits } = await swept({ due: 1 })
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
    const { outcome, atOnce } = await swept({ due: 10 })
    expect([outcome.asked, atOnce]).toEqual([10, 4])
  })

  it('goes on where there may be more, and stops where that was all', async () => {
    const more = await swept({ due: 103 })
    expect(more.outcome).toEqual({ asked: 103, moved: 0, failed: 0, nextInMs: 15 * minute })
    expect(more.limits).toHaveLength(6)
    const all = await swept({ due: 99 })
    expect([all.outcome.asked, all.limits.length]).toEqual([99, 3])
  })

  it('asks about what was due as it began, and about nothing that has become due since', async () => {
    const { dueAt, clock } = await swept({ due: 250, takesMs: second })
    expect([...dueAt]).toEqual([7])
    expect(clock.now()).toBeGreaterThan(minute)
  })

  it('goes on with the rest where something could not be heard, which it asks about once', async () => {
    const { outcome, asked, left } = await swept({ due: 350, away: (nth) => nth % 50 === 0 && 'unreachable' })
    expect(outcome).toEqual({ asked: 350, moved: 0, failed: 7, nextInMs: 10 * minute })
    expect(new Set(asked.map(({ id }) => id)).size).toBe(350)
    expect([asked.length, left]).toEqual([350, 7])
  })

  it('leaves the rest for later where nothing in a whole batch could be heard', async () => {
    const { outcome, left } = await swept({ due: 300, away: (nth) => nth >= 100 && 'unreachable' })
    expect(outcome).toEqual({ asked: 200, moved: 0, failed: 100, nextInMs: 10 * minute })
    expect(left).toBe(200)
  })

  it('leaves the rest for later as soon as the provider is left alone', async () => {
    const { outcome, left } = await swept({ due: 300, away: (nth) => nth >= 50 && 'not_asked' })
    expect(outcome).toEqual({ asked: 52, moved: 0, failed: 2, nextInMs: 10 * minute })
    expect(left).toBe(250)
  })

  it('comes to an end where somebody else is asking about all of it', async () => {
    const { outcome, asked } = await swept({ due: 200, held: () => true })
    expect(outcome).toEqual({ asked: 0, moved: 0, failed: 0, nextInMs: 15 * minute })
    expect(asked).toHaveLength(200)
  })

  it('passes over a thousand things at most', async () => {
    const { asked } = await swept({ due: 3_000, held: () => true })
    expect(asked).toHaveLength(1_000)
  })

  it('counts no question that somebody else is asking, and goes on beside them', async () => {
    const { outcome } = await swept({ due: 102, held: (nth) => nth < 99 })
    expect(outcome).toMatchObject({ asked: 3, moved: 0 })
  })

  it('comes again soon where something has moved, and not so soon where the provider is away besides', async () => {
    expect((await swept({ due: 2, kase: paid() })).outcome).toEqual({
      asked: 2,
      moved: 2,
      failed: 0,
      nextInMs: 5 * minute,
    })
    expect((await swept({ due: 2, kase: paid(), away: (nth) => nth === 1 && 'unreachable' })).outcome).toEqual({
      asked: 2,
      moved: 1,
      failed: 1,
      nextInMs: 10 * minute,
    })
  })

  it('keeps its place for as long as it takes, once a tenth of the lease on it has gone', async () => {
    const { outcome, kept, clock } = await swept({ due: 350, takesMs: 10 * second })
    expect(outcome.asked).toBe(350)
    expect(clock.now() - 7).toBe(88 * 10 * second)
    // Of five minutes, after every half: before the 4th, the 7th … of 88 times that four are asked about together.
    expect(kept).toEqual(Array.from({ length: 29 }, (_, n) => 7 + (n + 1) * 30 * second + 5 * minute))
  })

  it('keeps its place without a word while that was not long ago', async () => {
    expect((await swept({ due: 350 })).kept).toEqual([])
  })

  it('stops where it has lost its place', async () => {
    const { outcome, kept, left } = await swept({
      due: 350,
      takesMs: 10 * second,
      isMine: (atMs) => atMs < 2 * minute,
    })
    expect(outcome.asked).toBe(12 * 4)
    expect([kept.length, left]).toEqual([4, 350 - 48])
  })
})
