import { minute, planSweep, second, type PaymentProvider } from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import { memoryClock, memoryNotifier, memoryPaymentProvider } from '@holdfast/core/memory'
import { randomIds } from '@holdfast/core/system'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestDatabase, type DatabaseKind, type TestDatabase } from './databases.ts'

const { owner, start, world } = rules
const askedAtOnce = 4
const due = 40

describe.each<DatabaseKind>(['sqlite file', 'postgres'])('of two processes on one %s', (kind) => {
  let database: TestDatabase
  let another: TestDatabase['unitOfWork']
  beforeAll(async () => {
    database = await openTestDatabase(kind)
    another = database.another().unitOfWork
  })
  afterAll(() => database.close())

  /**
   * Two processes, and a sweep that is due. Each time that the first has asked about a few things it waits for the answers, for
   * `whileAsking` to end, which is told how often that was.
   */
  const twoProcesses = async (whileAsking: (nth: number) => Promise<void>) => {
    await database.empty()
    const clock = memoryClock(start)
    const provider = memoryPaymentProvider({ clock })
    const asked: { readonly by: 'first' | 'second'; readonly attemptId: string }[] = []
    let questions = 0
    let answered: Promise<void> | undefined
    const noted = (by: 'first' | 'second', wait: () => Promise<void>) => (real: PaymentProvider) => ({
      ...real,
      findAttempt: async (query: Parameters<PaymentProvider['findAttempt']>[0]) => {
        asked.push({ by, attemptId: query.attemptId })
        await wait()
        return real.findAttempt(query)
      },
    })
    const slowly = async (): Promise<void> => {
      if (questions % askedAtOnce === 0) answered = whileAsking(questions / askedAtOnce)
      questions += 1
      await answered
    }
    const shared = { clock, provider, notifier: memoryNotifier(), ids: randomIds() }
    const { unitOfWork } = database
    const first = world({ ...shared, unitOfWork, wrapProvider: noted('first', slowly) })
    const second = world({ ...shared, unitOfWork: another, wrapProvider: noted('second', async () => {}) })
    for (let night = 0; night < due; night += 1) await first.book(owner(`guest-${night}`), night)
    await clock.advance(20 * minute)
    await planSweep({ unitOfWork, clock })()
    await clock.advance(minute)
    const by = (which: 'first' | 'second') => asked.filter((question) => question.by === which)
    return { first, second, clock, asked, by, planned: () => first.unitOfWork.read((tx) => tx.tasks.find('sweep')) }
  }

  it('one sweeps for longer than its lease was at first, and the other never beside it', async () => {
    const others: unknown[] = []
    const h = await twoProcesses(async () => {
      await h.clock.advance(40 * second)
      others.push(await h.second.holdfast.runTasks(10), await h.second.holdfast.sweep())
    })
    const startedAt = h.clock.now()
    expect(await h.first.holdfast.runTasks(10)).toEqual({ taken: 1 })
    expect(h.clock.now() - startedAt).toBeGreaterThan(5 * minute)
    expect(h.by('first')).toHaveLength(due)
    expect(h.by('second')).toEqual([])
    expect(others).toHaveLength(2 * (due / askedAtOnce))
    for (const outcome of others) expect([{ taken: 0 }, expect.objectContaining({ ok: false })]).toContainEqual(outcome)
    expect(await h.planned()).toMatchObject({ lastRun: { result: { asked: due, moved: 0, failed: 0 } } })
    expect(await h.second.holdfast.sweep()).toMatchObject({ ok: true })
  })

  it('one that stood still for longer than its lease stops, and the other does the rest', async () => {
    const h = await twoProcesses(async (nth) => {
      if (nth !== 2) return
      await h.clock.advance(6 * minute)
      expect(await h.second.holdfast.runTasks(10)).toEqual({ taken: 1 })
    })
    await h.first.holdfast.runTasks(10)
    expect(h.by('first')).toHaveLength(3 * askedAtOnce)
    expect(new Set(h.asked.map(({ attemptId }) => attemptId)).size).toBe(due)
    // What the first was still waiting for as the other took over was asked about by both, which does no harm.
    expect(h.by('second').length).toBeGreaterThanOrEqual(due - 3 * askedAtOnce)
    expect((await h.planned())?.lastRun?.result).toMatchObject({ asked: h.by('second').length })
  })
})
