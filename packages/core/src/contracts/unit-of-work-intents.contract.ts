import { expect } from 'vitest'
import type { IntentId } from '../kernel/ids.ts'
import { Contention, VersionConflict, type UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import { at, everyIntent, intentId, openIntent, ownerId } from './samples.ts'

/** What every store of pending intents promises. */
export const intentStorePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('reads back an intent in every status', async (uow) => {
    for (const intent of everyIntent()) await uow.run((tx) => tx.intents.save(intent, 0))
    for (const intent of everyIntent()) {
      expect(await uow.run((tx) => tx.intents.find(intent.id))).toEqual({ value: intent, version: 1 })
      expect(await uow.read((tx) => tx.intents.findByToken(intent.token))).toEqual(intent)
    }
    expect(await uow.run((tx) => tx.intents.find(intentId('nobody')))).toBeUndefined()
    expect(await uow.read((tx) => tx.intents.findByToken('nobody'))).toBeUndefined()
  }),
  promise('moves one intent through every status', async (uow) => {
    let version = 0
    for (const intent of [...everyIntent(), ...everyIntent().toReversed()]) {
      const same = { ...intent, id: intentId('i'), token: 'token-i' }
      await uow.run((tx) => tx.intents.save(same, version))
      version += 1
      expect(await uow.read((tx) => tx.intents.find(intentId('i')))).toEqual({ value: same, version })
    }
  }),
  promise('refuses a stale save of an intent, and changes nothing then', async (uow) => {
    for (const version of [0, 1]) await uow.run((tx) => tx.intents.save(openIntent('i'), version))
    for (const stale of [0, 1, 3])
      await uow.run((tx) =>
        expect(tx.intents.save(openIntent('i', { kind: 'other' }), stale)).rejects.toBeInstanceOf(VersionConflict),
      )
    expect(await uow.read((tx) => tx.intents.find(intentId('i')))).toEqual({ value: openIntent('i'), version: 2 })
  }),
  promise('loses none of 20 concurrent changes to an intent', async (uow) => {
    await uow.run((tx) => tx.intents.save(openIntent('i', { payload: 0 }), 0))
    await Promise.all(
      Array.from({ length: 20 }, () =>
        uow.run(async (tx) => {
          const found = await tx.intents.find(intentId('i'))
          if (found === undefined) throw new Error('The intent is gone.')
          await tx.intents.save({ ...found.value, payload: Number(found.value.payload) + 1 }, found.version)
        }),
      ),
    )
    const found = await uow.read((tx) => tx.intents.find(intentId('i')))
    expect(found).toEqual({ value: openIntent('i', { payload: 20 }), version: 21 })
  }),
  promise('gives no two intents the same token', async (uow) => {
    await uow.run((tx) => tx.intents.save(openIntent('i'), 0))
    const refused = uow.run((tx) => tx.intents.save(openIntent('j', { token: 'token-i' }), 0))
    await expect(refused).rejects.toThrow()
    await expect(refused).rejects.not.toBeInstanceOf(Contention)
    expect((await uow.read((tx) => tx.intents.findByToken('token-i')))?.id).toBe('i')
  }),
  promise("lists an owner's open intents, newest first", async (uow) => {
    const created = { a: 1, b: 3, c: 2, d: 2 }
    for (const [name, ms] of Object.entries(created))
      await uow.run((tx) => tx.intents.save(openIntent(name, { createdAt: at(ms) }), 0))
    await uow.run((tx) => tx.intents.save(openIntent('e', { owner: ownerId('eve') }), 0))
    for (const intent of everyIntent().slice(1)) await uow.run((tx) => tx.intents.save(intent, 0))
    const open = (owner: string, limit: number) =>
      uow.read(async (tx) => (await tx.intents.listOpen(ownerId(owner), limit)).map(({ id }): IntentId => id))
    expect(await open('ana', 9)).toEqual(['b', 'd', 'c', 'a'])
    expect(await open('ana', 2)).toEqual(['b', 'd'])
    expect(await open('nobody', 9)).toEqual([])
  }),
  promise(
    "lists everybody's intents that were opened before a moment and are still open, oldest first",
    async (uow) => {
      const created = { a: 1, b: 3, c: 2, d: 2, e: 4 }
      for (const [name, ms] of Object.entries(created))
        await uow.run((tx) => tx.intents.save(openIntent(name, { createdAt: at(ms), owner: ownerId(`o-${name}`) }), 0))
      for (const intent of everyIntent().slice(1)) await uow.run((tx) => tx.intents.save(intent, 0))
      const stale = (ms: number, limit: number, after?: string) =>
        uow.read(async (tx) => {
          const found = await tx.intents.listStale(at(ms), limit, after === undefined ? undefined : intentId(after))
          return found.map(({ id }) => String(id))
        })
      expect(await stale(4, 9)).toEqual(['a', 'c', 'd', 'b'])
      expect(await stale(2, 9)).toEqual(['a'])
      expect(await stale(1, 9)).toEqual([])
      expect(await stale(4, 2)).toEqual(['a', 'c'])
      expect(await stale(4, 2, 'c')).toEqual(['d', 'b'])
      expect(await stale(4, 9, 'b')).toEqual([])
      expect(await stale(4, 9, 'nobody')).toEqual([])
      // The last one of a batch has ended before the next batch is asked for.
      const ended = openIntent('c', { createdAt: at(2), status: 'abandoned', abandonedAt: at(9) } as object)
      await uow.run((tx) => tx.intents.save(ended, 1))
      expect(await stale(4, 9, 'c')).toEqual(['d', 'b'])
      expect(await uow.read((tx) => tx.intents.listStale(at(2), 1))).toEqual([
        openIntent('a', { createdAt: at(1), owner: ownerId('o-a') }),
      ])
    },
  ),
]
