import { accept, reject, type Decision } from '../kernel/decision.ts'
import type { Id, OwnerId, PaymentId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Currency, Money } from '../kernel/money.ts'

/** One movement of money into or out of a wallet. */
export type TransferId = Id<'transfer'>

/** An owner's prepaid balance in one currency: the sum of its entries, and never negative. */
export interface Wallet {
  readonly owner: OwnerId
  readonly currency: Currency
  /** Minor units. */
  readonly balance: bigint
}

/**
 * Why money moves.
 *
 * `top_up`: paid in through the provider. `spend`: something was paid for. `refund`: what was paid for goes back to the wallet.
 * `top_up_reversed`: what was paid in went back at the provider, was disputed and lost, or is about to go back.
 * `reversal_undone`: it did not go back after all.
 */
export type TransferType = 'top_up' | 'spend' | 'refund' | 'top_up_reversed' | 'reversal_undone'

/**
 * The other side of every entry: what the wallet gains, this account gives. `provider`: money that we hold at the provider.
 * `sales`: what was sold.
 */
export type CounterAccount = 'provider' | 'sales'

/** What is to move. */
export interface Transfer {
  /** It follows from what calls for it, so that the same is never posted twice. */
  readonly id: TransferId
  readonly owner: OwnerId
  readonly paymentId: PaymentId
  readonly amount: Money
  readonly type: TransferType
  readonly against: CounterAccount
  /** The provider has taken the money already: what is there is taken, and the rest needs a human. Absent: all or nothing. */
  readonly asFarAsThereIs?: true
}

/** One line of a wallet's statement. The ledger holds a second line for it, in which `against` has moved the other way. */
export interface WalletEntry {
  readonly id: TransferId
  readonly owner: OwnerId
  readonly currency: Currency
  /** 1 for a wallet's first entry, then 2, 3 and so on, without gaps. */
  readonly position: number
  readonly type: TransferType
  /** Minor units: what came in is positive, what went out negative. */
  readonly change: bigint
  /** Minor units. */
  readonly balance: bigint
  readonly against: CounterAccount
  readonly paymentId: PaymentId
  readonly at: Instant
}

/** What can be put to a wallet. */
export type WalletCommand =
  | { readonly type: 'credit'; readonly minorUnits: bigint }
  | { readonly type: 'debit'; readonly minorUnits: bigint; readonly asFarAsThereIs: boolean }

/** What can happen to a wallet. */
export type WalletEvent =
  | { readonly type: 'credited'; readonly minorUnits: bigint }
  | { readonly type: 'debited'; readonly minorUnits: bigint }

/** There is less in it than was asked for. `missing`: by how much. */
export interface WalletInsufficient {
  readonly code: 'wallet_insufficient'
  readonly balance: Money
  readonly missing: Money
}

/** True for movements that bring money in. */
export const isCredit = (type: TransferType): boolean =>
  type === 'top_up' || type === 'refund' || type === 'reversal_undone'

/** Somebody's wallet before any money was in it. */
export const emptyWallet = (owner: OwnerId, currency: Currency): Wallet => ({ owner, currency, balance: 0n })

/** The wallet after an event. */
export const evolveWallet = (wallet: Wallet, event: WalletEvent): Wallet => ({
  ...wallet,
  balance: event.type === 'credited' ? wallet.balance + event.minorUnits : wallet.balance - event.minorUnits,
})

/**
 * Decides what a command means for a wallet as it stands. No debit takes more than there is: it is refused, or takes what
 * there is where it is told to.
 */
export const decideWallet = (
  wallet: Wallet,
  command: WalletCommand,
): Decision<WalletEvent, never, WalletInsufficient> => {
  if (command.type === 'credit') return accept([{ type: 'credited', minorUnits: command.minorUnits }])
  const { minorUnits, asFarAsThereIs } = command
  if (minorUnits <= wallet.balance) return accept([{ type: 'debited', minorUnits }])
  if (asFarAsThereIs) return accept([{ type: 'debited', minorUnits: wallet.balance }])
  return reject({ code: 'wallet_insufficient', ...shortOf(wallet, minorUnits) })
}

/** What there is, and what is missing for so much. */
export const shortOf = (
  { balance, currency }: Wallet,
  minorUnits: bigint,
): { readonly balance: Money; readonly missing: Money } => ({
  balance: { minorUnits: balance, currency },
  missing: { minorUnits: minorUnits > balance ? minorUnits - balance : 0n, currency },
})
