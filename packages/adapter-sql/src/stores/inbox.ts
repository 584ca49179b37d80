import { encodeJson, type Inbox, type ProviderEvent } from '@holdfast/core'
import type { SqlSession } from '../session.ts'
import { placeholders, statement } from '../statement.ts'
import { readWork, sqlQueue, workColumns } from './queue.ts'

const queue = sqlQueue('holdfast_inbox')

const sql = {
  record: statement(
    `INSERT INTO holdfast_inbox (id, body, status, due_at, tries, created_at, finished_at, last_error)
     VALUES ${placeholders(1, 8)} ON CONFLICT (id) DO NOTHING`,
  ),
  recent: statement(`SELECT ${workColumns} FROM holdfast_inbox ORDER BY created_at DESC, id DESC LIMIT ?`),
}

/** The events received, in SQL. Two deliveries of one event meet at the table's key: the second waits for the first. */
export const sqlInbox = (session: SqlSession): Inbox => {
  const { append: _notHere, ...work } = queue<ProviderEvent>(session)
  return {
    ...work,
    async record(event, { status, at, dueAt = at, error }) {
      const { changes } = await session.change(sql.record, [
        event.id,
        encodeJson(event),
        status,
        dueAt,
        0,
        at,
        status === 'done' ? at : null,
        error ?? null,
      ])
      return changes === 1 ? 'fresh' : 'known'
    },
    async listRecent(limit) {
      return (await session.query(sql.recent, [limit])).map((row) => readWork<ProviderEvent>(row))
    },
  }
}
