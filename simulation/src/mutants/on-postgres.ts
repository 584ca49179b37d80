import type { Sabotage } from '../system/process.ts'
import type { Mutant } from './mutant.ts'
import { onTransaction, unstopped } from './on-transaction.ts'
import { stories } from './stories.ts'

const rewriting = (rewrite: (sql: string) => string): Sabotage => ({ database: { rewrite } })

const unlocked = rewriting((sql) => sql.replace(/FOR UPDATE(?! SKIP LOCKED)/, ''))

/** Whoever locks a resource locks it for nobody else. */
export const everybodysResource = rewriting((sql) =>
  sql.replace('hashtextextended($1, 0)', 'length($1) + pg_backend_pid()'),
)

const newestLine = `FROM holdfast_ledger WHERE owner = $1 AND currency = $2 AND account = 'wallet' ORDER BY position DESC LIMIT 1`

/** A wallet is read once in a transaction: a second look would see what was committed meanwhile. */
const readingOnce = onTransaction(({ wallets }) => {
  const seen = new Map<string, ReturnType<typeof wallets.find>>()
  return {
    wallets: {
      ...wallets,
      find: (owner, currency) => {
        const known = seen.get(`${owner} ${currency}`) ?? wallets.find(owner, currency)
        seen.set(`${owner} ${currency}`, known)
        return known
      },
    },
  }
})

/** The wallet is what its newest line says, which is what is locked, and its own row only follows. */
const lockingNewestLine: Sabotage = {
  ...readingOnce,
  ...rewriting((sql) => {
    if (sql.startsWith('SELECT version') && sql.includes('FROM holdfast_wallets') && sql.includes('FOR UPDATE'))
      return `SELECT position AS version, CAST(balance_minor AS text) AS balance_minor ${newestLine} FOR UPDATE`
    if (sql.startsWith('UPDATE holdfast_wallets'))
      return `UPDATE holdfast_wallets SET version = $4::bigint + 1, balance_minor = $1::bigint + (
        SELECT balance_minor FROM holdfast_ledger
        WHERE owner = $2 AND currency = $3 AND account = 'wallet' AND position = $4 ORDER BY change_minor LIMIT 1)
      WHERE owner = $2 AND currency = $3 RETURNING CAST(balance_minor AS text) AS balance_minor`
    return sql
  }),
}

/** Mistakes in locking, which only a server lets several transactions make at once. */
export const mutantsOnPostgres: readonly Mutant[] = [
  {
    name: 'row_not_locked',
    scenario: { flow: stories.twoAskForAPageAtOnce, webhooks: true, pause: ['payments.save', 2] },
    mistake: 'a payment is read without being locked, and the table has room for one live attempt',
    noticedBy: ['A13'],
    stoppedBy: 'unique constraint "holdfast_attempts_one_live"',
    needs: 'statements',
    sabotage: () => unlocked,
  },
  {
    name: 'row_not_locked_unstopped',
    scenario: { flow: stories.twoAskForAPageAtOnce, webhooks: true, pause: ['payments.save', 2] },
    mistake: 'a payment is read without being locked, and nothing stops it',
    noticedBy: ['A1'],
    needs: 'statements',
    sabotage: () => unstopped(unlocked, 'holdfast_attempts_one_live'),
  },
  {
    name: 'resource_not_locked',
    scenario: { flow: stories.twoPayersComeBack, webhooks: false, pause: ['commit', 10] },
    mistake: 'whether a slot is taken is asked without keeping others from taking it, and nothing stops it',
    noticedBy: ['A4'],
    needs: 'statements',
    sabotage: () => unstopped(everybodysResource, 'holdfast_reservations_no_overlap'),
  },
  {
    name: 'newest_line_locked',
    scenario: { flow: stories.twoSpendFromOneWallet, webhooks: true, pause: ['wallets.post', 2] },
    mistake:
      'the newest line of a wallet is locked instead of the wallet, and the table has room for one line in each place',
    noticedBy: ['A13'],
    stoppedBy: 'is posted already',
    needs: 'statements',
    sabotage: () => lockingNewestLine,
  },
  {
    name: 'newest_line_locked_unstopped',
    scenario: { flow: stories.twoSpendFromOneWallet, webhooks: true, pause: ['wallets.post', 2] },
    mistake: 'the newest line of a wallet is locked instead of the wallet, and nothing stops it',
    noticedBy: ['A8'],
    needs: 'statements',
    sabotage: () => unstopped(lockingNewestLine, 'holdfast_ledger_position'),
  },
]
