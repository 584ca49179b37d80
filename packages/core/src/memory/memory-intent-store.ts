import { bug } from '../kernel/bug.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import { VersionConflict, type IntentStore, type Versioned } from '../ports/unit-of-work.ts'
import { byNumberThenId, type MemoryTable } from './memory-table.ts'

const oldestFirst = byNumberThenId<PendingIntent>(({ createdAt }) => createdAt)

/** Pending intents in memory. */
export const memoryIntentStore = (intents: MemoryTable<Versioned<PendingIntent>>): IntentStore => ({
  async find(id) {
    return intents.get(id)
  },
  async findByToken(token) {
    return intents.all().find(({ value }) => value.token === token)?.value
  },
  async listOpen(owner, limit) {
    return intents
      .all()
      .map(({ value }) => value)
      .filter((intent) => intent.owner === owner && intent.status === 'open')
      .sort(byNumberThenId(({ createdAt }) => createdAt))
      .reverse()
      .slice(0, limit)
  },
  async listStale(createdBefore, limit, after) {
    const last = after === undefined ? undefined : intents.get(after)?.value
    if (after !== undefined && last === undefined) return []
    return intents
      .all()
      .map(({ value }) => value)
      .filter((intent) => intent.status === 'open' && intent.createdAt < createdBefore)
      .sort(oldestFirst)
      .filter((intent) => last === undefined || oldestFirst(last, intent) < 0)
      .slice(0, limit)
  },
  async save(intent, expected) {
    const stored = intents.get(intent.id)?.version ?? 0
    if (stored !== expected)
      throw new VersionConflict(`Intent '${intent.id}' is at version ${stored}, not ${expected}.`)
    if (intents.all().some(({ value }) => value.token === intent.token && value.id !== intent.id))
      bug(`Intent '${intent.id}' has the token of another.`)
    intents.set(intent.id, { value: intent, version: expected + 1 })
  },
})
