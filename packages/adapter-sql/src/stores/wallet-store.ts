import {
  bug,
  VersionConflict,
  type CounterAccount,
  type Currency,
  type OwnerId,
  type PaymentId,
  type TransferId,
  type TransferType,
  type WalletEntry,
  type WalletStore,
} from '@holdfast/core'
import { count, exactly, minorUnits, moment, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { placeholders, statement } from '../statement.ts'

const columns = [
  'transfer_id',
  'account',
  'counter_account',
  'owner',
  'currency',
  'position',
  'type',
  'change_minor',
  'balance_minor',
  'payment_id',
  'at',
] as const

const wallet = 'SELECT version, CAST(balance_minor AS text) AS balance_minor FROM holdfast_wallets'
const entries = `SELECT ${exactly(columns)} FROM holdfast_ledger`

const sql = {
  find: statement(`${wallet} WHERE owner = ? AND currency = ?`),
  findLocked: statement(`${wallet} WHERE owner = ? AND currency = ? {lock}`),
  listOf: statement(
    'SELECT currency, CAST(balance_minor AS text) AS balance_minor FROM holdfast_wallets WHERE owner = ? ORDER BY currency',
  ),
  ofPayment: statement(`${entries} WHERE payment_id = ? AND account = 'wallet' ORDER BY position`),
  newest: statement(
    `${entries} WHERE owner = ? AND currency = ? AND account = 'wallet' ORDER BY position DESC LIMIT ?`,
  ),
  older: statement(
    `${entries} WHERE owner = ? AND currency = ? AND account = 'wallet' AND position < ? ORDER BY position DESC LIMIT ?`,
  ),
  open: statement(
    `INSERT INTO holdfast_wallets (owner, currency, version, balance_minor) VALUES (?, ?, 1, ?)
     ON CONFLICT DO NOTHING RETURNING CAST(balance_minor AS text) AS balance_minor`,
  ),
  move: statement(
    `UPDATE holdfast_wallets SET version = version + 1, balance_minor = balance_minor + ?
     WHERE owner = ? AND currency = ? AND version = ? RETURNING CAST(balance_minor AS text) AS balance_minor`,
  ),
  append: statement(
    `INSERT INTO holdfast_ledger (${columns.join(', ')}) VALUES ${placeholders(2, columns.length)} ON CONFLICT DO NOTHING`,
  ),
}

/** Wallets in SQL: one row for what a wallet holds, which is locked and never moves, and two lines for each movement. */
export const sqlWalletStore = (session: SqlSession): WalletStore => ({
  async find(owner, currency) {
    const [row] = await session.query(session.mode === 'write' ? sql.findLocked : sql.find, [owner, currency])
    return (
      row && { value: { owner, currency, balance: minorUnits(row, 'balance_minor') }, version: count(row, 'version') }
    )
  },
  async listOf(owner) {
    const rows = await session.query(sql.listOf, [owner])
    return rows.map((row) => ({
      owner,
      currency: text(row, 'currency') as Currency,
      balance: minorUnits(row, 'balance_minor'),
    }))
  },
  async listEntriesOf(paymentId) {
    return (await session.query(sql.ofPayment, [paymentId])).map(readEntry)
  },
  async listEntries({ owner, currency, limit, before }) {
    const rows =
      before === undefined
        ? await session.query(sql.newest, [owner, currency, limit])
        : await session.query(sql.older, [owner, currency, before, limit])
    return rows.map(readEntry)
  },
  async post(entry, expected) {
    const { id, owner, currency, position, change, balance } = entry
    if (position !== expected + 1) bug(`Transfer '${id}' does not follow on position ${expected}.`)
    if (balance < 0n) bug(`Transfer '${id}' takes more than there is.`)
    const { rows } =
      expected === 0
        ? await session.change(sql.open, [owner, currency, change])
        : await session.change(sql.move, [change, owner, currency, expected])
    const [moved] = rows
    if (moved === undefined) throw new VersionConflict(`The wallet of '${owner}' is not at position ${expected}.`)
    if (minorUnits(moved, 'balance_minor') !== balance) bug(`The balance after transfer '${id}' does not add up.`)
    const { changes } = await session.change(sql.append, [...line(entry), ...counterLine(entry)])
    if (changes !== 2) bug(`Transfer '${id}' is posted already.`)
  },
})

const line = ({ id, against, owner, currency, position, type, change, balance, paymentId, at }: WalletEntry) =>
  [id, 'wallet', against, owner, currency, position, type, change, balance, paymentId, at] as const

/** The other side: what the wallet gained is gone from there. It has no balance of its own, which all wallets would wait for. */
const counterLine = ({ id, against, owner, currency, position, type, change, paymentId, at }: WalletEntry) =>
  [id, against, 'wallet', owner, currency, position, type, -change, null, paymentId, at] as const

const readEntry = (row: Row): WalletEntry => ({
  id: text(row, 'transfer_id') as TransferId,
  owner: text(row, 'owner') as OwnerId,
  currency: text(row, 'currency') as Currency,
  position: count(row, 'position'),
  type: text(row, 'type') as TransferType,
  change: minorUnits(row, 'change_minor'),
  balance: minorUnits(row, 'balance_minor'),
  against: text(row, 'counter_account') as CounterAccount,
  paymentId: text(row, 'payment_id') as PaymentId,
  at: moment(row, 'at'),
})
