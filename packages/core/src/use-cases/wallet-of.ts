import type { OwnerId } from '../kernel/ids.ts'
import type { Currency } from '../kernel/money.ts'
import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import { emptyWallet, type Wallet } from '../wallet/wallet.ts'

/** Somebody's wallet in a currency, locked in `run`; an empty one where nothing was ever put into it. */
export const walletOf = async (tx: Transaction, owner: OwnerId, currency: Currency): Promise<Versioned<Wallet>> =>
  (await tx.wallets.find(owner, currency)) ?? { value: emptyWallet(owner, currency), version: 0 }
