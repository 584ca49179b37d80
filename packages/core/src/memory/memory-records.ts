import { bug } from '../kernel/bug.ts'
import type { Instant } from '../kernel/instant.ts'
import type { AttentionList, Claim, CustomerStore, RequestLog, Timeline } from '../ports/unit-of-work.ts'
import type { Attention, TimelineEntry } from '../timeline/timeline.ts'
import { byNumberThenId, type MemoryTable } from './memory-table.ts'

/** Which customer of the provider's an owner is. */
export interface CustomerRow {
  readonly customerId: string
}

/** Customers in memory. */
export const memoryCustomerStore = (customers: MemoryTable<CustomerRow>): CustomerStore => ({
  async find(owner) {
    return customers.get(owner)?.customerId
  },
  async remember(owner, customerId, insteadOf) {
    const known = customers.get(owner)?.customerId
    if (known === undefined || known === insteadOf) customers.set(owner, { customerId })
  },
})

/** The stories of all payments, in memory. */
export const memoryTimeline = (entries: MemoryTable<TimelineEntry>): Timeline => ({
  async append(more) {
    for (const entry of more) entries.set(String(entries.size), entry)
  },
  async list(paymentId, limit) {
    return entries
      .all()
      .filter((entry) => entry.paymentId === paymentId)
      .slice(0, limit)
  },
})

/** A request by its key, and what it is answered with once that is settled. */
export interface RequestRow {
  readonly fingerprint: string
  readonly settled?: { readonly outcome: unknown }
}

/** Requests and their answers, in memory. */
export const memoryRequestLog = (requests: MemoryTable<RequestRow>): RequestLog => ({
  async claim<Outcome>(key: string, fingerprint: string): Promise<Claim<Outcome>> {
    const known = requests.get(key)
    if (known === undefined) requests.set(key, { fingerprint })
    else if (known.fingerprint !== fingerprint) return { type: 'reused' }
    return known?.settled === undefined
      ? { type: 'fresh' }
      : { type: 'settled', outcome: known.settled.outcome as Outcome }
  },
  async settle<Outcome>(key: string, outcome: Outcome): Promise<Outcome> {
    const known = requests.get(key) ?? bug(`Request '${key}' is settled, but nobody claimed it.`)
    if (known.settled !== undefined) return known.settled.outcome as Outcome
    requests.set(key, { ...known, settled: { outcome } })
    return outcome
  },
})

/** What needs a human, and who saw to it. */
export interface AttentionRow {
  readonly item: Attention
  readonly resolved?: { readonly by: string; readonly at: Instant }
}

/** What needs a human, in memory. */
export const memoryAttentionList = (rows: MemoryTable<AttentionRow>): AttentionList => ({
  async raise(items) {
    for (const item of items) if (rows.get(item.id) === undefined) rows.set(item.id, { item })
  },
  async list(limit) {
    return rows
      .all()
      .filter(({ resolved }) => resolved === undefined)
      .map(({ item }) => item)
      .sort(byNumberThenId(({ at }) => at))
      .reverse()
      .slice(0, limit)
  },
  async resolve(id, by, at) {
    const row = rows.get(id)
    if (row === undefined || row.resolved !== undefined) return false
    rows.set(id, { ...row, resolved: { by, at } })
    return true
  },
})
