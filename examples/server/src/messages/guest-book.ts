import { decodeJson, encodeJson, instant, type Instant, type Message, type OwnerId } from '@holdfast/core'
import type { SqlDatabase } from '@holdfast/adapter-sql'
import { parseLanguage, type Language } from '../language/language.ts'

/** A message as its guest reads it: put into words only when it is read, in the language of whoever reads. */
export interface SentMessage {
  readonly message: Message
  readonly sentAt: Instant
}

/** What this example itself remembers of its guests, in two small tables beside Holdfast's. */
export interface GuestBook {
  /** Keeps a message. One that was kept before, as its id says, is not kept again. */
  readonly keepMessage: (message: Message, sentAt: Instant) => Promise<void>
  /** The guest's messages, newest first, at most `limit`. */
  readonly listMessages: (to: OwnerId, limit: number) => Promise<readonly SentMessage[]>
  /** The language a guest read last. From memory: this process knows of changes in others only after its next start. */
  readonly findLanguage: (of: OwnerId) => Language | undefined
  readonly rememberLanguage: (of: OwnerId, language: Language) => Promise<void>
}

/** Opens the guest book, and makes its tables where they are not there yet. */
export const openGuestBook = async ({ knex }: Pick<SqlDatabase, 'knex'>): Promise<GuestBook> => {
  for (const statement of tables) await knex.raw(statement)
  const rows: readonly LanguageRow[] = await knex<LanguageRow>('stays_languages').select('owner', 'language')
  const spoken = new Map(rows.map(({ owner, language }) => [owner, parseLanguage(language)]))
  return {
    keepMessage: async (message, sentAt) => {
      const row = { id: message.id, owner: message.to, body: encodeJson(message), sent_at: sentAt }
      await knex<MessageRow>('stays_messages').insert(row).onConflict('id').ignore()
    },
    listMessages: async (to, limit) => {
      const found: readonly MessageRow[] = await knex<MessageRow>('stays_messages')
        .where({ owner: to })
        .orderBy([{ column: 'sent_at', order: 'desc' }, { column: 'id' }])
        .limit(limit)
      return found.map(({ body, sent_at }) => ({
        message: decodeJson<Message>(body),
        sentAt: instant(Number(sent_at)),
      }))
    },
    findLanguage: (of) => spoken.get(of),
    rememberLanguage: async (of, language) => {
      if (spoken.get(of) === language) return
      spoken.set(of, language)
      await knex<LanguageRow>('stays_languages').insert({ owner: of, language }).onConflict('owner').merge()
    },
  }
}

interface MessageRow {
  readonly id: string
  readonly owner: string
  readonly body: string
  /** Postgres answers 64 bits as text. */
  readonly sent_at: number | string
}

interface LanguageRow {
  readonly owner: string
  readonly language: string
}

const tables = [
  'CREATE TABLE IF NOT EXISTS stays_messages (id text PRIMARY KEY, owner text NOT NULL, body text NOT NULL, sent_at bigint NOT NULL)',
  'CREATE INDEX IF NOT EXISTS stays_messages_newest ON stays_messages (owner, sent_at)',
  'CREATE TABLE IF NOT EXISTS stays_languages (owner text PRIMARY KEY, language text NOT NULL)',
]
