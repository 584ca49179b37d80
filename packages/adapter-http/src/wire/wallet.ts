import { decimalString, isoTime, type Money, type PaidFromWallet, type Wallet, type WalletEntry } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { amount, askedAmount, currency, id, time, words } from './parts.ts'
import { paidFields, showPaid } from './payment.ts'

/** What is to be put into the caller's wallet. */
export const topUpBody = z.strictObject({ amount: askedAmount, currency }).openapi('TopUp')

/** What the caller's wallets hold, one for each currency. */
export const walletsAnswer = z.object({ wallets: z.array(z.object({ balance: amount, currency })) }).openapi('Wallets')

/** Which page of which wallet's statement. */
export const statementQuery = z.strictObject({
  currency,
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().min(1).optional().openapi({ description: 'The `next_cursor` of the page before.' }),
})

/** A page of a wallet's statement, newest first. */
export const statementAnswer = z
  .object({
    balance: amount,
    currency,
    entries: z.array(
      z.object({
        position: z.int(),
        type: z.enum(['top_up', 'spend', 'refund', 'top_up_reversed', 'reversal_undone']),
        type_display: words,
        change: z.string().openapi({ description: 'A decimal amount; below zero where money went out.' }),
        balance: amount.openapi({ description: 'What there was afterwards.' }),
        currency,
        payment_id: id,
        at: time,
      }),
    ),
    next_cursor: z
      .int()
      .nullable()
      .openapi({ description: 'Send as `after` for the next page; null when there is none.' }),
  })
  .openapi('WalletStatement')

/** A payment that the wallet has paid. */
export const paidFromWalletAnswer = z
  .object({ ...paidFields, wallet_balance: amount, message: words })
  .openapi('PaidFromWallet')

/** What a wallet holds. */
export const showWallet = ({ balance, currency: code }: Wallet) => ({
  balance: decimalString({ minorUnits: balance, currency: code }),
  currency: code,
})

/** A page of a statement, made from one entry more than it shows. */
export const showStatement = (
  balance: Money,
  entries: readonly WalletEntry[],
  limit: number,
  catalogue: Catalogue,
): z.infer<typeof statementAnswer> => {
  const shown = entries.slice(0, limit)
  return {
    balance: decimalString(balance),
    currency: balance.currency,
    entries: shown.map((entry) => showEntry(entry, catalogue)),
    next_cursor: entries.length > limit ? (shown.at(-1)?.position ?? null) : null,
  }
}

/** A payment that the wallet has paid, and what is left in it. */
export const showPaidFromWallet = (
  { payment, balance }: PaidFromWallet,
  { messages }: Catalogue,
): z.infer<typeof paidFromWalletAnswer> => ({
  ...showPaid(payment),
  wallet_balance: decimalString(balance),
  message: messages.paid_from_wallet,
})

const showEntry = (entry: WalletEntry, { walletEntry }: Catalogue) => ({
  position: entry.position,
  type: entry.type,
  type_display: walletEntry[entry.type],
  change: signed(entry),
  balance: decimalString({ minorUnits: entry.balance, currency: entry.currency }),
  currency: entry.currency,
  payment_id: entry.paymentId,
  at: isoTime(entry.at),
})

const signed = ({ change, currency: code }: WalletEntry): string =>
  change < 0n
    ? `-${decimalString({ minorUnits: -change, currency: code })}`
    : decimalString({ minorUnits: change, currency: code })
