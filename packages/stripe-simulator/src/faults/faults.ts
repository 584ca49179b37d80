import type { Fault, FaultKind } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'

/** A call as a fault chooser sees it. */
export interface CallSummary {
  readonly method: string
  readonly path: string
  readonly idempotencyKey: string | null
  /** True when the answer is already kept under the key, so that nothing would be executed. */
  readonly replay: boolean
  /** True when a list is asked for: only then can one lag. */
  readonly isList: boolean
}

/** A fault to be. */
export interface NewFault {
  /** `METHOD /path`, where `*` stands for any text and `{name}` for one path segment; the method may be `*`. */
  readonly match: string
  readonly kind: FaultKind
  /** How many calls it strikes; 1 unless told. */
  readonly times?: number
  /** How many matching calls it lets pass first; none unless told. */
  readonly after?: number
  /**
   * For `latency`, and how long the caller waits before a connection drops: 0 unless told. For `list_lag` how old an object is
   * before a list has it: a minute unless told.
   */
  readonly ms?: number
  /** For `429`: seconds, for the `Retry-After` header. */
  readonly retryAfterS?: number
}

/** Arms a fault. Faults are tried in the order in which they were added. */
export const addFault = (world: World, given: NewFault): Fault =>
  world.transaction(() => {
    const id = world.newId('fault', 8)
    return world.put('fault', id, {
      id,
      match: given.match.trim(),
      kind: given.kind,
      times: given.times ?? 1,
      after: given.after ?? 0,
      ms: given.ms ?? (given.kind === 'list_lag' ? usualLagMs : 0),
      retryAfterS: given.retryAfterS ?? null,
      seen: 0,
      struck: 0,
    })
  })

/** How old an object is before a list has it, where nothing else was said. */
export const usualLagMs = 60_000

/** Disarms every fault. Answers how many there were. */
export const clearFaults = (world: World): number =>
  world.transaction(() => {
    const ids = [...world.rows('fault')].map(({ id }) => id)
    for (const id of ids) world.remove('fault', id)
    return ids.length
  })

/**
 * The fault that strikes a call, and counts it. Undefined when none does.
 *
 * A replay of a kept answer executes nothing, so faults of the execution (429, 409 and the 500s) pass it by; what the
 * network does, it does to replays too. A list that lags is none to a call that lists nothing.
 */
export const takeFault = (world: World, { method, path, replay, isList }: CallSummary): Fault | undefined =>
  world.transaction(() => {
    for (const fault of [...world.rows('fault')]) {
      if (fault.struck >= fault.times || !matches(fault.match, method, path)) continue
      if (replay && ofExecution.has(fault.kind)) continue
      if (!isList && fault.kind === 'list_lag') continue
      const seen = fault.seen + 1
      const strikes = seen > fault.after
      const counted = world.put('fault', fault.id, { ...fault, seen, struck: fault.struck + (strikes ? 1 : 0) })
      if (strikes) return counted
    }
    return undefined
  })

const ofExecution: ReadonlySet<FaultKind> = new Set<FaultKind>([
  '429',
  '409_key_in_use',
  '500_no_effect',
  '500_with_effect',
  '500_not_kept',
])

const matches = (pattern: string, method: string, path: string): boolean => {
  const known = patterns.get(pattern)
  const expression = known ?? toExpression(pattern)
  if (known === undefined) patterns.set(pattern, expression)
  return expression.test(`${method} ${path}`)
}

const patterns = new Map<string, RegExp>()

const toExpression = (pattern: string): RegExp => {
  const source = pattern
    .split(/(\*|\{[^}]*\})/)
    .map((part) =>
      part === '*' ? '.*' : part.startsWith('{') ? '[^/]+' : part.replaceAll(/[.+?^$()|[\]\\{}]/g, '\\$&'),
    )
    .join('')
  return new RegExp(`^${source}$`)
}
