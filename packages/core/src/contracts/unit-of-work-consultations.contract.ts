import { expect } from 'vitest'
import type { Consultation } from '../consultation/consultation.ts'
import { Contention, VersionConflict, type UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import { at, consultationId, everyConsultation, intentId, ownerId, resourceId, someConsultation } from './samples.ts'

/** What every store of consultations promises. */
export const consultationStorePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('reads back a consultation in every status', async (uow) => {
    for (const consultation of everyConsultation()) await save(uow, consultation)
    for (const consultation of everyConsultation())
      expect(await uow.run((tx) => tx.consultations.find(consultation.id))).toEqual({ value: consultation, version: 1 })
    expect(await uow.run((tx) => tx.consultations.find(consultationId('nobody')))).toBeUndefined()
  }),
  promise('moves one consultation through every status', async (uow) => {
    let version = 0
    for (const consultation of [...everyConsultation(), ...everyConsultation().toReversed()]) {
      const same = { ...consultation, id: consultationId('c'), intentId: intentId('int_c') }
      await save(uow, same, version)
      version += 1
      expect(await uow.read((tx) => tx.consultations.find(same.id))).toEqual({ value: same, version })
    }
  }),
  promise('refuses a stale save of a consultation, and changes nothing then', async (uow) => {
    for (const version of [0, 1]) await save(uow, someConsultation('c'), version)
    for (const stale of [0, 1, 3])
      await uow.run((tx) =>
        expect(tx.consultations.save(someConsultation('c', { owner: ownerId('eve') }), stale)).rejects.toBeInstanceOf(
          VersionConflict,
        ),
      )
    expect(await uow.read((tx) => tx.consultations.find(consultationId('c')))).toEqual({
      value: someConsultation('c'),
      version: 2,
    })
  }),
  promise('loses none of 20 concurrent changes to a consultation', async (uow) => {
    await save(uow, someConsultation('c', { details: { lines: 0 } }))
    await Promise.all(
      Array.from({ length: 20 }, () =>
        uow.run(async (tx) => {
          const found = await tx.consultations.find(consultationId('c'))
          if (found === undefined) throw new Error('The consultation is gone.')
          const details = { lines: Number(found.value.details['lines']) + 1 }
          await tx.consultations.save({ ...found.value, details }, found.version)
        }),
      ),
    )
    expect(await uow.read((tx) => tx.consultations.find(consultationId('c')))).toEqual({
      value: someConsultation('c', { details: { lines: 20 } }),
      version: 21,
    })
  }),
  promise('makes no second consultation of one intent', async (uow) => {
    await save(uow, someConsultation('c'))
    const refused = save(uow, someConsultation('d', { intentId: intentId('int_c') }))
    await expect(refused).rejects.toThrow()
    await expect(refused).rejects.not.toBeInstanceOf(Contention)
    expect(await everyId(uow)).toEqual(['c'])
  }),
  promise("lists everybody's, an owner's and a resource's consultations newest first, page by page", async (uow) => {
    const created = { a: 1, b: 3, c: 2, d: 2 }
    for (const [name, ms] of Object.entries(created)) await save(uow, someConsultation(name, { createdAt: at(ms) }))
    const eve = { owner: ownerId('eve'), createdAt: at(2) }
    await save(uow, someConsultation('eves', { ...eve, resourceId: resourceId('dr-luna') }))
    await save(uow, someConsultation('eves-2', { ...eve, ...closed }))
    expect(await everyId(uow)).toEqual(['b', 'eves-2', 'eves', 'd', 'c', 'a'])
    expect(await everyId(uow, { limit: 2, after: 'b' })).toEqual(['eves-2', 'eves'])
    expect(await everyId(uow, { owner: 'ana', limit: 2 })).toEqual(['b', 'd'])
    expect(await everyId(uow, { owner: 'ana', limit: 2, after: 'd' })).toEqual(['c', 'a'])
    expect(await everyId(uow, { resourceId: 'dr-vega', limit: 3 })).toEqual(['b', 'eves-2', 'd'])
    expect(await everyId(uow, { resourceId: 'dr-vega', limit: 9, after: 'eves' })).toEqual(['d', 'c', 'a'])
    expect(await everyId(uow, { owner: 'eve', resourceId: 'dr-vega' })).toEqual(['eves-2'])
    expect(await everyId(uow, { owner: 'nobody' })).toEqual([])
    expect(await everyId(uow, { after: 'nobody' })).toEqual([])
  }),
]

const closed = { status: 'closed', closedAt: at(9), closedBy: 'system' }

const save = (uow: UnitOfWork, consultation: Consultation, expected = 0): Promise<void> =>
  uow.run((tx) => tx.consultations.save(consultation, expected))

interface Which {
  readonly owner?: string
  readonly resourceId?: string
  readonly limit?: number
  readonly after?: string
}

const everyId = (uow: UnitOfWork, which: Which = {}): Promise<readonly string[]> =>
  uow.read(async (tx) => {
    const found = await tx.consultations.list({
      limit: which.limit ?? 99,
      ...(which.owner === undefined ? {} : { owner: ownerId(which.owner) }),
      ...(which.resourceId === undefined ? {} : { resourceId: resourceId(which.resourceId) }),
      ...(which.after === undefined ? {} : { after: consultationId(which.after) }),
    })
    return found.map(({ id }) => String(id))
  })
