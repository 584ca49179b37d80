import type { rules } from '@holdfast/core/contracts'
import type { TestDatabase } from './databases.ts'

/** Every line of the ledger as it lies in its table, both sides of every movement. */
export const ledgerOf = async ({ knex }: Pick<TestDatabase, 'knex'>): Promise<readonly rules.LedgerLine[]> => {
  const rows: readonly Readonly<Record<'transfer_id' | 'account' | 'currency' | 'change_minor', string | number>>[] =
    await knex('holdfast_ledger').select('transfer_id', 'account', 'currency', 'change_minor')
  return rows.map((row) => ({
    transferId: String(row.transfer_id),
    account: String(row.account),
    currency: String(row.currency),
    change: BigInt(row.change_minor),
  }))
}
