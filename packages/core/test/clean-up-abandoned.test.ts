import { describe, expect, it } from 'vitest'
import {
  Contention,
  day,
  hour,
  minute,
  StoreUnavailable,
  type CleanedUp,
  type Json,
  type Logger,
  type PaymentProvider,
  type Transaction,
  type UnitOfWork,
} from '../src/index.ts'
import { ana, ben, start, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'
import { openIntent } from '../src/contracts/samples.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'

/** A world in which intents can be paid for a day, so that nothing but the cleaning up ends them sooner. */
const patient = (options: WorldOptions = {}): World => world({ settings: { intentTtlMs: day }, ...options })

const clean = (w: World, olderThanMs = 2 * hour): Promise<CleanedUp> => w.holdfast.cleanUpAbandoned({ olderThanMs })
const outcomes = ({ intents }: CleanedUp) => intents.map(({ paymentId, outcome }) => [paymentId, outcome])
const statuses = (w: World) =>
  w.unitOfWork.read(async (tx) => {
    const payments = await tx.payments.list({ limit: 99 })
    const found = await Promise.all(payments.map(({ payment }) => tx.intents.find(payment.subject.id as never)))
    return found.map((intent) => intent?.value.status)
  })
const pages = (w: World) => w.provider.truth.attempts().map(({ state }) => state.type)

const logged = () => {
  const facts: { readonly event: string; readonly data: Readonly<Record<string, Json>> }[] = []
  const logger: Logger = { log: (_level, event, data) => void facts.push({ event, data }) }
  return { logger, facts }
}

/** A unit of work whose transactions meet what `meet` throws. */
const meeting = (meet: (paymentId: string) => void): UnitOfWork => {
  const whole = memoryUnitOfWork()
  const watched = (tx: Transaction): Transaction => ({
    ...tx,
    payments: {
      ...tx.payments,
      find: async (id) => {
        meet(id)
        return tx.payments.find(id)
      },
    },
  })
  return { read: (work) => whole.read(work), run: (work) => whole.run((tx) => work(watched(tx))) }
}

describe('cleaning up', () => {
  it('abandons what was opened long enough ago, oldest first, and leaves what is younger', async () => {
    const { logger, facts } = logged()
    const w = patient({ logger })
    const first = await w.book(ana, 1)
    await w.clock.advance(minute)
    const second = await w.book(ben, 2)
    await w.clock.advance(hour)
    const young = await w.book(ana, 3)
    await w.clock.advance(hour + 1)
    const cleaned = await clean(w)
    expect(outcomes(cleaned)).toEqual([
      [first.paymentId, 'abandoned'],
      [second.paymentId, 'abandoned'],
    ])
    expect(cleaned).toMatchObject({
      dryRun: false,
      more: false,
      counts: { abandoned: 2, pending: 0, paid: 0, processing: 0, failed: 0 },
      intents: [{ intentId: 'int_0001', kind: 'reservation', amount: { currency: 'MXN' }, createdAt: start }, {}],
    })
    expect((await w.get(first.paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'abandoned' })
    expect((await w.get(young.paymentId)).payment.status).toBe('pending')
    expect(await statuses(w)).toEqual(['open', 'abandoned', 'abandoned'])
    expect(pages(w)).toEqual(['expired', 'expired', 'opened'])
    expect(facts).toContainEqual({ event: 'abandoned_intents_cleaned_up', data: cleaned.counts })
  })

  it('begins with what is older than asked for, to the millisecond', async () => {
    const w = patient()
    await w.book(ana)
    await w.clock.advance(2 * hour)
    expect((await clean(w)).intents).toEqual([])
    await w.clock.advance(1)
    expect((await clean(w)).intents).toHaveLength(1)
  })

  it('has the page expired at the provider while the intent is still open', async () => {
    const seen: unknown[] = []
    const w: World = patient({
      wrapProvider: (provider): PaymentProvider => ({
        ...provider,
        closeAttempt: async (request) => {
          seen.push(await statuses(w))
          return provider.closeAttempt(request)
        },
      }),
    })
    await w.book(ana)
    await w.clock.advance(3 * hour)
    await clean(w)
    expect(seen).toEqual([['open']])
    expect(await statuses(w)).toEqual(['abandoned'])
  })

  it('abandons an intent for which no page was ever opened without asking anybody', async () => {
    const w = patient()
    await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
    await w.clock.advance(3 * hour)
    expect((await clean(w)).counts).toMatchObject({ abandoned: 1 })
    expect(w.provider.truth.attempts()).toEqual([])
  })

  it('leaves what was paid without our having heard of it, and hears of it', async () => {
    const w = patient()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(3 * hour)
    expect((await clean(w)).counts).toEqual({ abandoned: 0, pending: 0, paid: 1, processing: 0, failed: 0 })
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
    expect((await clean(w)).intents).toEqual([])
  })

  it('leaves what is on its way, which is paid when it comes', async () => {
    const w = patient()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.payLater(sessionId)
    await w.deliver()
    await w.clock.advance(3 * hour)
    expect((await clean(w)).counts).toMatchObject({ processing: 1, abandoned: 0 })
    await w.provider.payer.settle(sessionId, 'paid')
    await w.deliver()
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })

  it('abandons what failed on its way', async () => {
    const w = patient()
    const { sessionId } = await w.book(ana)
    await w.provider.payer.payLater(sessionId)
    await w.provider.payer.settle(sessionId, 'failed')
    await w.deliver()
    await w.clock.advance(3 * hour)
    expect((await clean(w)).counts).toMatchObject({ abandoned: 1 })
  })

  it.each(['unreachable', 'request_lost', 'answer_lost'] as const)(
    'ends nothing here where closing the page is %s, and all of it when the provider has said that it is closed',
    async (fault) => {
      const w = patient()
      const { paymentId } = await w.book(ana)
      await w.clock.advance(3 * hour)
      w.provider.faults.next('closeAttempt', fault)
      expect((await clean(w)).counts).toMatchObject({ pending: 1, abandoned: 0 })
      expect(await statuses(w)).toEqual(['open'])
      const { payment, attempts } = await w.get(paymentId)
      expect(payment.status).toBe('pending')
      expect(attempts).toMatchObject([{ status: 'open', closing: 'abandoned' }])
      await w.pass(10 * minute, minute)
      expect(pages(w)).toEqual(['expired'])
      expect(await statuses(w)).toEqual(['abandoned'])
      expect((await w.get(paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'abandoned' })
      expect((await clean(w)).intents).toEqual([])
    },
  )

  it('asks about it again when it is run again', async () => {
    const w = patient()
    await w.book(ana)
    await w.clock.advance(3 * hour)
    w.provider.faults.next('closeAttempt', 'unreachable')
    w.provider.faults.next('closeAttempt', 'unreachable')
    expect([(await clean(w)).counts.pending, (await clean(w)).counts.pending]).toEqual([1, 1])
    expect((await clean(w)).counts).toMatchObject({ pending: 0, abandoned: 1 })
  })

  it('sells what is paid before the provider could be asked to close its page', async () => {
    const w = patient()
    const { paymentId, sessionId } = await w.book(ana)
    await w.clock.advance(3 * hour)
    w.provider.faults.next('closeAttempt', 'unreachable')
    expect((await clean(w)).counts).toMatchObject({ pending: 1 })
    await w.provider.payer.pay(sessionId)
    await w.pass(10 * minute, minute)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect((await w.get(paymentId)).refunds).toEqual([])
    expect(await w.reservations()).toHaveLength(1)
    expect(await statuses(w)).toContain('fulfilled')
  })
})

describe('a dry run', () => {
  it('changes nothing, asks nobody, and says what would be done', async () => {
    const { logger, facts } = logged()
    const asked: string[] = []
    const w = patient({
      logger,
      wrapProvider: (provider) => ({
        ...provider,
        closeAttempt: (request) => {
          asked.push(request.providerId)
          return provider.closeAttempt(request)
        },
      }),
    })
    const left = await w.book(ana, 1)
    const waiting = await w.book(ben, 2)
    await w.provider.payer.payLater(waiting.sessionId)
    await w.deliver()
    await w.clock.advance(3 * hour)
    const before = [await statuses(w), pages(w), facts.length]
    const foreseen = await w.holdfast.cleanUpAbandoned({ olderThanMs: 2 * hour, dryRun: true })
    expect(foreseen.dryRun).toBe(true)
    expect(outcomes(foreseen)).toEqual([
      [left.paymentId, 'abandoned'],
      [waiting.paymentId, 'processing'],
    ])
    expect([await statuses(w), pages(w), facts.length]).toEqual(before)
    expect(asked).toEqual([])
    expect(outcomes(await clean(w))).toEqual(outcomes(foreseen))
  })
})

describe('cleaning up many', () => {
  const many = async (count: number, unitOfWork = memoryUnitOfWork()) => {
    const w = patient({ unitOfWork })
    for (let n = 0; n < count; n += 1) {
      await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: n } })
      await w.clock.advance(1)
    }
    await w.clock.advance(3 * hour)
    return w
  }

  it('goes through them in batches, and says how far it has come', async () => {
    const asked: (readonly [number, string | undefined])[] = []
    const whole = memoryUnitOfWork()
    const w = await many(205, {
      run: (work) => whole.run(work),
      read: (work) =>
        whole.read((tx) =>
          work({
            ...tx,
            intents: {
              ...tx.intents,
              listStale: (before, limit, after) => {
                asked.push([limit, after])
                return tx.intents.listStale(before, limit, after)
              },
            },
          }),
        ),
    })
    const progress: number[] = []
    const { counts, more } = await w.holdfast.cleanUpAbandoned({
      olderThanMs: 2 * hour,
      onProgress: ({ done, total }) => void (total === 205 && progress.push(done)),
    })
    expect(counts.abandoned).toBe(205)
    expect(more).toBe(false)
    expect(asked).toEqual([
      [100, undefined],
      [100, 'int_0100'],
      [100, 'int_0200'],
    ])
    expect(progress).toEqual(Array.from({ length: 205 }, (_, n) => n + 1))
  })

  it('stops at its limit, and says that there are more', async () => {
    const w = await many(5)
    const some = (limit: number) => w.holdfast.cleanUpAbandoned({ olderThanMs: 2 * hour, limit })
    expect(await some(2)).toMatchObject({ more: true, intents: [{ intentId: 'int_0001' }, { intentId: 'int_0002' }] })
    expect(await some(3)).toMatchObject({ more: false, counts: { abandoned: 3 } })
  })

  it('by two at once abandons each, and closes its page once', async () => {
    const w = patient()
    for (const night of [1, 2, 3]) await w.book(ana, night)
    await w.clock.advance(3 * hour)
    await whileTimePasses(w, Promise.all([clean(w), clean(w)]))
    expect(await statuses(w)).toEqual(['abandoned', 'abandoned', 'abandoned'])
    expect(pages(w)).toEqual(['expired', 'expired', 'expired'])
  })

  it('goes on after one that fails, and says of it in the log', async () => {
    const { logger, facts } = logged()
    let broken = ''
    const w = patient({
      logger,
      unitOfWork: meeting((id) => {
        if (id === broken) throw new Contention('Too many want it.')
      }),
    })
    const first = await w.book(ana, 1)
    await w.book(ana, 2)
    await w.clock.advance(3 * hour)
    broken = first.paymentId
    expect((await clean(w)).counts).toMatchObject({ abandoned: 1, failed: 1 })
    expect(facts).toContainEqual({
      event: 'intent_clean_up_failed',
      data: { intentId: 'int_0001', paymentId: first.paymentId, detail: 'Too many want it.' },
    })
  })

  it('counts an intent whose payment is gone as failed', async () => {
    const w = patient()
    await w.unitOfWork.run((tx) => tx.intents.save(openIntent('int_lost', { createdAt: start }), 0))
    await w.clock.advance(3 * hour)
    expect((await clean(w)).counts).toMatchObject({ failed: 1 })
  })

  it('ends where the store goes away', async () => {
    let away = false
    const w = patient({
      unitOfWork: meeting(() => {
        if (away) throw new StoreUnavailable('Gone.')
      }),
    })
    await w.book(ana, 1)
    await w.clock.advance(3 * hour)
    away = true
    await expect(clean(w)).rejects.toThrow('Gone.')
  })
})

it.each([0, -1, NaN, Infinity])('takes no age of %s ms', async (olderThanMs) => {
  await expect(clean(patient(), olderThanMs)).rejects.toThrow(RangeError)
})

it.each([0, -1, 1.5, NaN])('takes no limit of %s', async (limit) => {
  await expect(patient().holdfast.cleanUpAbandoned({ olderThanMs: hour, limit })).rejects.toThrow(RangeError)
})
