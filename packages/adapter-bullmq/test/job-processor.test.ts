import { instant, minute, silentLogger, StoreUnavailable, type Json } from '@holdfast/core'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { DelayedError, type Job } from 'bullmq'
import { describe, expect, it } from 'vitest'
import { processJob, type Work } from '../src/job-processor.ts'
import { watchedUnitOfWork } from '../src/watched-unit-of-work.ts'
import type { JobData } from '../src/work-row.ts'
import { messageEffect } from './world.ts'

const now = instant(1_000)

/** A job as BullMQ hands it over, that remembers when it is to come again. */
const job = (data: JobData) => {
  const delays: number[] = []
  const faked = {
    data,
    attemptsStarted: 1,
    moveToDelayed: async (at: number) => void delays.push(at - Date.now()),
    log: async () => 1,
  }
  return { delays, it: faked as unknown as Job<JobData> }
}

const opened = ({ isStopping = false, runs = [] as string[], fails = undefined as Error | undefined } = {}) => {
  const inner = memoryUnitOfWork()
  const unitOfWork = watchedUnitOfWork(inner, () => {})
  const logged: (readonly [string, Readonly<Record<string, Json>>])[] = []
  const look = async (name: string) => {
    runs.push(name)
    if (fails !== undefined) throw fails
    const leased = await unitOfWork.run((tx) => tx.outbox.lease({ now, limit: 1, leaseMs: minute }))
    return { taken: leased.length }
  }
  const work: Work = {
    runTasks: () => look('tasks'),
    drainOutbox: () => look('outbox'),
    applyInbox: () => look('inbox'),
  }
  const process = processJob({
    work,
    unitOfWork: inner,
    clock: { now: () => now, sleep: async () => {} },
    logger: { ...silentLogger, log: (_level, event, data) => void logged.push([event, data]) },
    track: (one) => one,
    isStopping: () => isStopping,
  })
  return { unitOfWork, process, runs, logged }
}

const row = { id: 'send_message:1', body: messageEffect('1'), dueAt: now }

describe('the processor of jobs', () => {
  it('begins nothing in a process that stops, and leaves the job to another', async () => {
    const { process, runs } = opened({ isStopping: true })
    const { delays, it } = job({ id: row.id, life: 0 })
    await expect(process('outbox', it, 'token')).rejects.toThrow(DelayedError)
    expect([runs, delays.length]).toEqual([[], 1])
  })

  it('completes the job of a row that is gone, or that has begun another life', async () => {
    const { process, unitOfWork } = opened()
    expect(await process('outbox', job({ id: 'send_message:0', life: 0 }).it, 'token')).toEqual({ gone: true })
    await unitOfWork.run(async (tx) => {
      await tx.outbox.append([row], now)
      const taken = await tx.outbox.take(row.id, { now, leaseMs: 1 })
      await tx.outbox.bury(row.id, taken!.lease, 'No.', now)
      await tx.outbox.revive(row.id, now)
    })
    expect(await process('outbox', job({ id: row.id, life: 0 }).it, 'token')).toEqual({ waits_anew: true })
  })

  it('fails the job of a row that somebody else has given up', async () => {
    const { process, unitOfWork } = opened()
    await unitOfWork.run(async (tx) => {
      await tx.outbox.append([row], now)
      const taken = await tx.outbox.take(row.id, { now, leaseMs: 1 })
      await tx.outbox.bury(row.id, taken!.lease, 'The mail server is gone.', now)
    })
    const { it } = job({ id: row.id, life: 0 })
    await expect(process('outbox', it, 'token')).rejects.toMatchObject({
      name: 'UnrecoverableError',
      message: 'The mail server is gone.',
    })
  })

  it('waits for whoever has the row', async () => {
    const { process, unitOfWork } = opened()
    await unitOfWork.run(async (tx) => {
      await tx.outbox.append([row], now)
      await tx.outbox.take(row.id, { now, leaseMs: minute })
    })
    const { delays, it } = job({ id: row.id, life: 0 })
    await expect(process('outbox', it, 'token')).rejects.toThrow(DelayedError)
    // Not until the lease ends: it is soon looked again.
    expect(delays).toEqual([expect.closeTo(100, -2)])
  })

  it('waits a while where the database is away, and says so', async () => {
    const { process, logged } = opened({ fails: new StoreUnavailable('The database is away.') })
    const { delays, it } = job({ id: row.id, life: 0 })
    await expect(process('outbox', it, 'token')).rejects.toThrow(DelayedError)
    expect(delays).toHaveLength(1)
    expect(logged).toEqual([['work_failed', { detail: 'The database is away.' }]])
  })
})
