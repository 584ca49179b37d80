import type { Clock } from '@holdfast/core'

/**
 * Keeps one caller from asking for too much. Port of this adapter: several processes that must share a limit bring
 * theirs.
 */
export interface RateLimiter {
  /** Takes one from what `key` may ask for; `retryAfterMs` when nothing is left. */
  take(key: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly retryAfterMs: number }>
}

/** What {@link tokenBuckets} needs, and how generous they are. */
export interface TokenBucketOptions {
  readonly clock: Pick<Clock, 'now'>
  /** How many requests may come at once. Default 300: a double click, fifty times over. */
  readonly burst?: number
  /** How many come back each minute. Default 120. */
  readonly perMinute?: number
  /** How many callers are remembered; whoever has been away longest is forgotten first. Default 10,000. */
  readonly remembered?: number
}

/** A bucket of tokens for each caller, in this process's memory. */
export const tokenBuckets = ({
  clock,
  burst = 300,
  perMinute = 120,
  remembered = 10_000,
}: TokenBucketOptions): RateLimiter => {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>()
  const msPerToken = 60_000 / perMinute
  return {
    async take(key) {
      const now = clock.now()
      const bucket = buckets.get(key) ?? { tokens: burst, at: now }
      const tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) / msPerToken)
      const allowed = tokens >= 1
      // Taken out and put back, so that a map's order of insertion is the order of last use.
      buckets.delete(key)
      buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now })
      if (buckets.size > remembered) {
        const [longestAway] = buckets.keys()
        if (longestAway !== undefined) buckets.delete(longestAway)
      }
      return allowed ? { ok: true } : { ok: false, retryAfterMs: Math.ceil((1 - tokens) * msPerToken) }
    },
  }
}
