import type { OwnerId } from '../../kernel/ids.ts'
import type { Currency } from '../../kernel/money.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import type { Transaction } from '../../ports/unit-of-work.ts'
import type { WalletEntry } from '../../wallet/wallet.ts'
import type { World } from './world.ts'

/** A wallet with its whole statement. */
export interface Statement {
  readonly owner: OwnerId
  readonly currency: Currency
  /** Minor units; 0 where the store knows of no such wallet. */
  readonly balance: bigint
  /** Oldest first. */
  readonly entries: readonly WalletEntry[]
}

/** Everything that is stored, whole, at one moment: what the rules are checked against, beside the provider's own truth. */
export const snapshot = (w: World) =>
  w.unitOfWork.read(async (tx) => {
    const cases: PaymentCase[] = []
    for (const { payment } of await tx.payments.list({ limit })) {
      const found = await tx.payments.find(payment.id)
      if (found !== undefined) cases.push(found.value)
    }
    return {
      cases,
      reservations: await tx.reservations.list({ limit }),
      consultations: await tx.consultations.list({ limit }),
      wallets: await statements(tx, cases),
      orders: await tx.orders.list({ limit }),
      stock: await tx.stock.list({ limit }),
      coupons: await tx.coupons.list({ limit }),
      attention: await tx.attention.list(limit),
    }
  })

/** What {@link snapshot} answers. */
export type Snapshot = Awaited<ReturnType<typeof snapshot>>

/** The wallets of everybody who has anything to pay, in every currency in which they have, whether anything is in them or not. */
const statements = async (tx: Transaction, cases: readonly PaymentCase[]): Promise<readonly Statement[]> => {
  const all: Statement[] = []
  for (const owner of new Set(cases.map(({ payment }) => payment.owner))) {
    const wallets = await tx.wallets.listOf(owner)
    const paidIn = cases.flatMap(({ payment }) => (payment.owner === owner ? [payment.amount.currency] : []))
    for (const currency of new Set([...wallets.map((wallet) => wallet.currency), ...paidIn])) {
      const balance = wallets.find((wallet) => wallet.currency === currency)?.balance ?? 0n
      const entries = await tx.wallets.listEntries({ owner, currency, limit })
      all.push({ owner, currency, balance, entries: entries.toReversed() })
    }
  }
  return all
}

// More than the longest story makes.
const limit = 1000
