import {
  createHoldfast,
  defaultSettings,
  defineKind,
  hour,
  money,
  ok,
  silentLogger,
  VersionConflict,
  type UnitOfWork,
} from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import { memoryClock, memoryNotifier, memoryPaymentProvider, sequentialIds } from '@holdfast/core/memory'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConstraintViolation, sqlOf, sqlUnitOfWork } from '../src/index.ts'
import { everyKind, openTestDatabase, type TestDatabase } from './databases.ts'

const { ana, ben, start } = rules

// #region own-tables
/** A place in a workshop. Its record is a row of a table of the host's: UNIQUE (workshop, place). */
const placeKind = defineKind({
  name: 'workshop_place',
  payload: z.strictObject({ workshop: z.string(), place: z.int().min(1).max(12) }),
  price: ({ workshop, place }) =>
    ok({
      amount: money(80_00n, 'EUR'),
      item: { name: workshop, description: `Place ${place}` },
      details: {},
    }),

  async available(tx, { payload: { workshop, place } }) {
    const taken = 'SELECT 1 FROM workshop_places WHERE workshop = ? AND place = ?'
    const { rows } = await sqlOf(tx).run(taken, [workshop, place])
    return rows.length === 0
  },

  async fulfil({ tx, intent, payment, payload: { workshop, place } }) {
    try {
      await sqlOf(tx).run('INSERT INTO workshop_places (workshop, place, owner, payment_id) VALUES (?, ?, ?, ?)', [
        workshop,
        place,
        intent.owner,
        payment.id,
      ])
    } catch (error) {
      // Somebody else has paid for it meanwhile: the money goes back. Whatever else went wrong takes everything back.
      if (error instanceof ConstraintViolation && error.type === 'unique')
        return { type: 'unavailable', reason: 'unavailable' }
      throw error
    }
    return { type: 'done', record: { type: 'workshop_place', id: `${workshop}/${place}` } }
  },
})
// #endregion

describe.each(everyKind)("a table of the host's, on %s", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase(kind)
    await database.knex.raw(
      'CREATE TABLE workshop_places (workshop text, place integer, owner text, payment_id text, UNIQUE (workshop, place))',
    )
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.empty()
    await database.knex('workshop_places').delete()
  })

  const open = (unitOfWork: UnitOfWork) => {
    const clock = memoryClock(start)
    const provider = memoryPaymentProvider({ clock })
    const notifier = memoryNotifier()
    const holdfast = createHoldfast({
      unitOfWork,
      paymentProvider: provider,
      clock,
      notifier,
      ids: sequentialIds(),
      logger: silentLogger,
      settings: defaultSettings,
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [placeKind],
    })
    const openIntent = async (actor: typeof ana) => {
      const opened = await holdfast.openIntent({ actor, ...placeKind.request({ workshop: 'clay', place: 3 }) })
      if (!opened.ok) throw new Error(opened.error.code)
      return opened.value.paymentId
    }
    const goToPay = async (actor: typeof ana) => {
      const page = await holdfast.startCheckout({ actor, paymentId: await openIntent(actor) })
      if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
      return page.value.sessionId
    }
    /** What came of each event, all of which arrive together. */
    const hear = () => Promise.all(provider.events().map((event) => holdfast.receiveEvent(event)))
    const goOn = async () => {
      await clock.advance(hour)
      while ((await holdfast.workOnce()) > 0);
    }
    return { holdfast, provider, notifier, openIntent, goToPay, hear, goOn }
  }

  const places = () => database.knex('workshop_places').select('owner')
  const statuses = () =>
    database.unitOfWork.read(async (tx) => (await tx.payments.list({ limit: 9 })).map(({ payment }) => payment.status))

  /** The same unit of work, as hosts and tests change it: with copies of what it hands out. */
  const changed = (inner: UnitOfWork, atTheEnd: () => void): UnitOfWork => ({
    ...inner,
    run: (work) =>
      inner.run(async (tx) => {
        const had = await sqlOf(tx).run('SELECT count(*) AS n FROM workshop_places')
        const result = await work({ ...tx, payments: { ...tx.payments } })
        const has = await sqlOf(tx).run('SELECT count(*) AS n FROM workshop_places')
        // Once the place is taken, and before anything is kept.
        if (Number(has.rows[0]?.['n']) > Number(had.rows[0]?.['n'])) atTheEnd()
        return result
      }),
  })

  it('has its row with the payment', async () => {
    const { provider, notifier, goToPay, hear, goOn } = open(database.unitOfWork)
    const sessionId = await goToPay(ana)
    expect(await places()).toEqual([])
    await provider.payer.pay(sessionId)
    expect(await hear()).toEqual(['applied'])
    expect(await places()).toEqual([{ owner: 'ana' }])
    expect(await statuses()).toEqual(['completed'])
    await goOn()
    expect(notifier.sent).toMatchObject([{ template: 'confirmed', record: { type: 'workshop_place', id: 'clay/3' } }])
  })

  it('has neither the row nor the payment of a transaction that fails after it, and both of its next try', async () => {
    let failures = 0
    const failing = changed(database.unitOfWork, () => {
      failures += 1
      if (failures === 1) throw new Error('Something else went wrong.')
    })
    const { provider, goToPay, hear, goOn } = open(failing)
    await provider.payer.pay(await goToPay(ana))
    expect(await hear()).toEqual(['stored'])
    expect([await places(), await statuses()]).toEqual([[], ['pending']])
    await goOn()
    expect([await places(), await statuses()]).toEqual([[{ owner: 'ana' }], ['completed']])
    expect(provider.truth.refunds()).toEqual([])
  })

  it('is written again with all the rest when somebody else was faster, and has one row', async () => {
    let runs = 0
    const losing = changed(database.unitOfWork, () => {
      runs += 1
      if (runs < 3) throw new VersionConflict('Somebody else was faster.')
    })
    const { provider, goToPay, hear } = open(losing)
    await provider.payer.pay(await goToPay(ana))
    expect(await hear()).toEqual(['applied'])
    expect([runs, await places(), await statuses()]).toEqual([3, [{ owner: 'ana' }], ['completed']])
  })

  it('is written later where everybody else was faster every time', async () => {
    let runs = 0
    const losing = changed(sqlUnitOfWork(database.knex, { maxTries: 1 }), () => {
      runs += 1
      if (runs === 1) throw new VersionConflict('Somebody else was faster.')
    })
    const { provider, goToPay, hear, goOn } = open(losing)
    await provider.payer.pay(await goToPay(ana))
    // Contention: the event is kept, and what it says is done later.
    expect([await hear(), await places()]).toEqual([['stored'], []])
    await goOn()
    expect([runs, await places(), await statuses()]).toEqual([2, [{ owner: 'ana' }], ['completed']])
  })

  it('gives whoever pays second for what is unique in it the money back', async () => {
    const { provider, notifier, goToPay, hear, goOn } = open(database.unitOfWork)
    const pages = [await goToPay(ana), await goToPay(ben)]
    for (const sessionId of pages) await provider.payer.pay(sessionId)
    expect(await hear()).toEqual(['applied', 'applied'])
    expect(await places()).toHaveLength(1)
    await goOn()
    expect(provider.truth.refunds()).toMatchObject([{ amount: money(80_00n, 'EUR') }])
    expect(notifier.sent.map(({ template }) => template).toSorted()).toEqual(['confirmed', 'refunded_unavailable'])
  })

  it('is asked before somebody is sent to pay', async () => {
    const { holdfast, provider, openIntent, goToPay, hear } = open(database.unitOfWork)
    const late = await openIntent(ben)
    await provider.payer.pay(await goToPay(ana))
    await hear()
    expect(await holdfast.startCheckout({ actor: ben, paymentId: late })).toMatchObject({ ok: false })
  })
})
