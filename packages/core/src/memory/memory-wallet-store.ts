import { bug } from '../kernel/bug.ts'
import { VersionConflict, type WalletStore } from '../ports/unit-of-work.ts'
import type { WalletEntry } from '../wallet/wallet.ts'
import type { MemoryTable } from './memory-table.ts'

/** Wallets in memory: what a wallet holds is what its newest entry says. */
export const memoryWalletStore = (entries: MemoryTable<WalletEntry>): WalletStore => {
  const newestFirst = (owner: string, currency: string): readonly WalletEntry[] =>
    entries
      .all()
      .filter((entry) => entry.owner === owner && entry.currency === currency)
      .sort((a, b) => b.position - a.position)
  return {
    async find(owner, currency) {
      const [newest] = newestFirst(owner, currency)
      return newest && { value: { owner, currency, balance: newest.balance }, version: newest.position }
    },
    async listOf(owner) {
      const currencies = new Set(entries.all().flatMap((entry) => (entry.owner === owner ? [entry.currency] : [])))
      return [...currencies].sort().map((currency) => ({
        owner,
        currency,
        balance: newestFirst(owner, currency)[0]?.balance ?? 0n,
      }))
    },
    async listEntriesOf(paymentId) {
      return entries
        .all()
        .filter((entry) => entry.paymentId === paymentId)
        .sort((a, b) => a.position - b.position)
    },
    async listEntries({ owner, currency, limit, before }) {
      return newestFirst(owner, currency)
        .filter(({ position }) => before === undefined || position < before)
        .slice(0, limit)
    },
    async post(entry, expected) {
      const { id, owner, currency, position, balance, change } = entry
      const [newest] = newestFirst(owner, currency)
      if ((newest?.position ?? 0) !== expected)
        throw new VersionConflict(`The wallet of '${owner}' is at ${newest?.position ?? 0}, not at ${expected}.`)
      if (entries.get(id) !== undefined) bug(`Transfer '${id}' is posted already.`)
      if (position !== expected + 1) bug(`Transfer '${id}' does not follow on position ${expected}.`)
      if (balance !== (newest?.balance ?? 0n) + change) bug(`The balance after transfer '${id}' does not add up.`)
      if (balance < 0n) bug(`Transfer '${id}' takes more than there is.`)
      entries.set(id, entry)
    },
  }
}
