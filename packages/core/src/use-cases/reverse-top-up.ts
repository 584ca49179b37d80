import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { CaseMove } from '../settlement/case-change.ts'
import { goneFromTopUp } from '../settlement/top-up.ts'
import type { TransferId } from '../wallet/wallet.ts'

/**
 * What was put into a wallet leaves it as far as a change made it go back at the provider, and is put back as far as it did not go
 * after all, but never more than had left: what could not be taken out before is not owed now.
 *
 * `version` is that of the payment before the change. It tells one reversal from the next, also where nothing was left to take.
 */
export const reverseTopUp = async (
  tx: Transaction,
  { value: before, version }: Versioned<PaymentCase>,
  change: CaseMove,
): Promise<void> => {
  const { payment } = change.kase
  const gone = goneFromTopUp(change.kase)
  const more = gone - goneFromTopUp(before)
  if (more === 0n) return
  const entries = await tx.wallets.listEntriesOf(payment.id)
  const moved = entries.filter(({ type }) => type === 'top_up_reversed' || type === 'reversal_undone')
  const taken = moved.reduce((sum, entry) => sum - entry.change, 0n)
  const isTaken = more > 0n
  const minorUnits = isTaken ? more : least(-more, taken - gone)
  if (minorUnits <= 0n) return
  change.transfer({
    id: `reversal:${payment.id}:${version + 1}` as TransferId,
    owner: payment.owner,
    paymentId: payment.id,
    amount: { ...payment.amount, minorUnits },
    type: isTaken ? 'top_up_reversed' : 'reversal_undone',
    against: 'provider',
    ...(isTaken ? { asFarAsThereIs: true } : {}),
  })
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
