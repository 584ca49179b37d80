import { bug } from '../kernel/bug.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { CaseMove } from '../settlement/case-change.ts'
import { decideWallet, evolveWallet, isCredit, type Transfer, type WalletEntry } from '../wallet/wallet.ts'
import { walletOf } from './wallet-of.ts'

/**
 * Moves what a change has to move into and out of wallets, in the transaction that stores the change. Where the provider has
 * taken back more than a wallet holds, what there is goes, and a human is called for the rest.
 */
export const postTransfers = async (tx: Transaction, change: CaseMove, now: Instant): Promise<void> => {
  for (const transfer of change.done().transfers) {
    const { minorUnits } = transfer.amount
    const entry = await post(tx, transfer, now)
    const moved = entry.change < 0n ? -entry.change : entry.change
    if (entry.change !== 0n)
      change.fact('wallet', transfer.id, { type: 'posted', transfer: transfer.type, minorUnits: entry.change })
    if (moved < minorUnits)
      change.attention(`wallet_shortfall:${transfer.id}`, 'wallet_shortfall', now, {
        transfer: transfer.id,
        missing: minorUnits - moved,
        currency: transfer.amount.currency,
      })
  }
}

const post = async (tx: Transaction, transfer: Transfer, now: Instant): Promise<WalletEntry> => {
  const { id, owner, amount, type, against, paymentId } = transfer
  const { currency, minorUnits } = amount
  const { value: wallet, version } = await walletOf(tx, owner, currency)
  const decision = decideWallet(
    wallet,
    isCredit(type)
      ? { type: 'credit', minorUnits }
      : { type: 'debit', minorUnits, asFarAsThereIs: transfer.asFarAsThereIs === true },
  )
  if (!decision.ok) return bug(`Transfer '${id}' takes more than the wallet of '${owner}' holds.`)
  const after = decision.events.reduce(evolveWallet, wallet)
  const entry: WalletEntry = {
    id,
    owner,
    currency,
    position: version + 1,
    type,
    change: after.balance - wallet.balance,
    balance: after.balance,
    against,
    paymentId,
    at: now,
  }
  if (entry.change !== 0n) await tx.wallets.post(entry, version)
  return entry
}
