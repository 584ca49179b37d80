import { idPrefix, type Id, type IdKind } from '../kernel/ids.ts'
import type { Ids } from '../ports/ids.ts'

/** Ids that count up from 1, each kind by itself: `pay_0001`, `pay_0002`. The same program gets the same ids. Never for production. */
export const sequentialIds = (): Ids => {
  const counts = new Map<string, number>()
  const next = (kind: string): string => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return String(count).padStart(4, '0')
  }
  return {
    next: <Kind extends IdKind>(kind: Kind) => `${idPrefix[kind]}_${next(kind)}` as Id<Kind>,
    token: () => `token${next('token').padStart(21, '0')}`,
  }
}
