import type { Readable } from '../system/database.ts'
import type { Entry } from './edges.ts'
import type { Counts } from './sometimes.ts'
import { disputesOf, type StoredAttempt } from './truth.ts'
import { Violation } from './violation.ts'

/** Follows what the timeline tells of wallets: counts it, and sees to it that no money is given back which a bank has taken. */
export interface WalletNews {
  /** Everything that one commit added. @throws {@link Violation} A5 */
  follow(entries: readonly Entry[]): void
  /** Counts what shows at the end only. */
  whole(): void
}

export const createWalletNews = (database: Readable, counts: Counts): WalletNews => {
  const lost = new Set<string>()
  const note = ({ type, about_type: about, about_id: id, name, data }: Entry): void => {
    if (type === 'attention' && (name === 'wallet_shortfall' || name === 'refunded_twice')) counts.add(name)
    if (type !== 'fact') return
    if (about === 'wallet' && name === 'posted')
      counts.add(`wallet:${(JSON.parse(data) as { readonly transfer: string }).transfer}`)
    if (about === 'dispute' && name === 'lost') lost.add(id)
    if (about === 'dispute' && name === 'won') lost.delete(id)
    if (about !== 'refund' || name !== 'requested' || !data.includes('"destination":"wallet"')) return
    counts.add(`to_wallet:${(JSON.parse(data) as { readonly reason: string }).reason}`)
    const [attempt] = database.query<Credited>(paidBy, id)
    if (attempt === undefined) return
    const taken = disputesOf(attempt)
      .filter((dispute) => lost.has(dispute.id))
      .reduce((sum, { amount }) => sum + Number(amount.minorUnits.$bigint), 0)
    if (taken > 0 && taken + attempt.credited > attempt.charge_minor)
      throw new Violation('A5', `refund ${id} puts into a wallet what a dispute is known to have taken`)
  }
  return {
    follow(entries) {
      entries.forEach(note)
    },
    whole() {
      for (const { result } of database.query<{ readonly result: string | null }>(payTasks)) {
        const isPaid = result?.includes('"payment_status":"completed"') ?? false
        counts.add(isPaid ? 'wallet_paid_by_itself' : 'wallet_not_paid_by_itself')
      }
    },
  }
}

/** What was paid, and how much of it was given into the wallet in all. */
interface Credited extends Pick<StoredAttempt, 'disputes'> {
  readonly charge_minor: number
  readonly credited: number
}

const paidBy = `SELECT disputes, charge_minor,
    (SELECT SUM(amount_minor) FROM holdfast_refunds WHERE attempt_id = attempt.id AND destination = 'wallet') AS credited
  FROM holdfast_attempts AS attempt
  WHERE id = (SELECT attempt_id FROM holdfast_refunds WHERE id = ?)`

const payTasks = "SELECT result FROM holdfast_tasks WHERE id LIKE 'pay_from_wallet:%'"
