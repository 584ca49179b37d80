import { expect } from 'vitest'
import { currency, type Currency } from '../kernel/money.ts'
import type { PaymentId } from '../kernel/ids.ts'
import { Contention, VersionConflict, type UnitOfWork } from '../ports/unit-of-work.ts'
import type { TransferId, WalletEntry } from '../wallet/wallet.ts'
import { promise, type ContractPromise } from './contract.ts'
import { at, beyondDoubles, ownerId } from './samples.ts'

const mxn: Currency = currency('MXN')
const id = (text: string): TransferId => text as TransferId

/** The first entry of Ana's wallet; `change` may make it any other. */
const entry = (name: string, change: Partial<WalletEntry> = {}): WalletEntry => ({
  id: id(name),
  owner: ownerId('ana'),
  currency: mxn,
  position: 1,
  type: 'top_up',
  change: 500n,
  balance: 500n,
  against: 'provider',
  paymentId: 'pay_1' as PaymentId,
  at: at(10),
  ...change,
})
const spent = (name: string, change: Partial<WalletEntry> = {}): WalletEntry =>
  entry(name, { position: 2, type: 'spend', change: -200n, balance: 300n, against: 'sales', at: at(11), ...change })
const post = (uow: UnitOfWork, each: WalletEntry): Promise<void> =>
  uow.run((tx) => tx.wallets.post(each, each.position - 1))

/** What every store of wallets promises. */
export const walletStorePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('reads back a wallet and its entries, newest first, amounts beyond 2^53 included', async (uow) => {
    const all = [
      entry('a', { change: beyondDoubles, balance: beyondDoubles }),
      spent('b', { balance: beyondDoubles - 200n }),
      entry('c', { position: 3, type: 'refund', change: 200n, balance: beyondDoubles, against: 'sales', at: at(12) }),
      entry('d', { position: 4, type: 'top_up_reversed', change: -beyondDoubles, balance: 0n, at: at(13) }),
      entry('e', { position: 5, type: 'reversal_undone', change: 1n, balance: 1n, at: at(13) }),
    ]
    for (const each of all) await post(uow, each)
    const list = (limit: number, before?: number) =>
      uow.read((tx) =>
        tx.wallets.listEntries({ owner: ownerId('ana'), currency: mxn, limit, ...(before && { before }) }),
      )
    expect(await list(9)).toEqual(all.toReversed())
    expect(await list(2)).toEqual(all.slice(3).toReversed())
    expect(await list(2, 4)).toEqual(all.slice(1, 3).toReversed())
    expect(await uow.run((tx) => tx.wallets.listEntriesOf('pay_1' as PaymentId))).toEqual(all)
    expect(await uow.run((tx) => tx.wallets.find(ownerId('ana'), mxn))).toEqual({
      value: { owner: 'ana', currency: 'MXN', balance: 1n },
      version: 5,
    })
  }),
  promise('keeps the wallets of owners and of currencies apart', async (uow) => {
    const eur = currency('EUR')
    await post(uow, entry('a'))
    await post(uow, entry('b', { currency: eur, change: 7n, balance: 7n }))
    await post(uow, entry('c', { owner: ownerId('ben'), change: 9n, balance: 9n }))
    const listOf = (owner: string) => uow.read((tx) => tx.wallets.listOf(ownerId(owner)))
    expect(await listOf('ana')).toEqual([
      { owner: 'ana', currency: 'EUR', balance: 7n },
      { owner: 'ana', currency: 'MXN', balance: 500n },
    ])
    expect(await listOf('ben')).toEqual([{ owner: 'ben', currency: 'MXN', balance: 9n }])
    expect(await listOf('nobody')).toEqual([])
    const found = await uow.run((tx) => tx.wallets.find(ownerId('ben'), eur))
    expect(found).toBeUndefined()
    expect(await uow.read((tx) => tx.wallets.listEntriesOf('pay_2' as PaymentId))).toEqual([])
  }),
  promise('refuses an entry that was decided on an older balance, and changes nothing then', async (uow) => {
    await post(uow, entry('a'))
    await post(uow, spent('b'))
    for (const stale of [0, 1, 3])
      await uow.run((tx) =>
        expect(
          tx.wallets.post(entry('c', { position: stale + 1, change: 5n, balance: 305n }), stale),
        ).rejects.toBeInstanceOf(VersionConflict),
      )
    const found = await uow.read((tx) => tx.wallets.find(ownerId('ana'), mxn))
    expect(found).toEqual({ value: { owner: 'ana', currency: 'MXN', balance: 300n }, version: 2 })
  }),
  promise('takes no entry twice, none that does not add up, and none that takes more than there is', async (uow) => {
    await post(uow, entry('a'))
    const wrong = [
      spent('a'),
      spent('b', { balance: 301n }),
      spent('c', { change: -501n, balance: -1n }),
      spent('d', { position: 3 }),
    ]
    for (const each of wrong) {
      const refused = uow.run((tx) => tx.wallets.post(each, 1))
      await expect(refused, each.id).rejects.toThrow()
      await expect(refused).rejects.not.toBeInstanceOf(Contention)
    }
    const entries = await uow.read((tx) => tx.wallets.listEntries({ owner: ownerId('ana'), currency: mxn, limit: 9 }))
    expect(entries).toEqual([entry('a')])
  }),
  promise('lets 50 who spend 10 each at once take 100 from a wallet, and not one more', async (uow) => {
    await post(uow, entry('a', { change: 100n, balance: 100n }))
    const spends = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        uow.run(async (tx) => {
          const found = await tx.wallets.find(ownerId('ana'), mxn)
          if (found === undefined || found.value.balance < 10n) return false
          const balance = found.value.balance - 10n
          const position = found.version + 1
          await tx.wallets.post(spent(`s${index}`, { position, change: -10n, balance }), found.version)
          return true
        }),
      ),
    )
    expect(spends.filter(Boolean)).toHaveLength(10)
    const found = await uow.read((tx) => tx.wallets.find(ownerId('ana'), mxn))
    expect(found).toEqual({ value: { owner: 'ana', currency: 'MXN', balance: 0n }, version: 11 })
  }),
  promise('lets 20 who put something into a wallet at once all do so, also where it had nothing yet', async (uow) => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        uow.run(async (tx) => {
          const found = await tx.wallets.find(ownerId('ana'), mxn)
          const [position, balance] = [(found?.version ?? 0) + 1, (found?.value.balance ?? 0n) + 5n]
          await tx.wallets.post(entry(`t${index}`, { position, change: 5n, balance }), position - 1)
        }),
      ),
    )
    const found = await uow.read((tx) => tx.wallets.find(ownerId('ana'), mxn))
    expect(found).toEqual({ value: { owner: 'ana', currency: 'MXN', balance: 100n }, version: 20 })
  }),
]
