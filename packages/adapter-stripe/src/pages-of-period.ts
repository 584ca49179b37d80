import { ListingInterrupted, type Instant } from '@holdfast/core'
import type Stripe from 'stripe'
import { z } from 'zod'
import { ask } from './asking.ts'
import { listWire } from './wire.ts'

/** What a page of a list is asked for with. */
export interface ListQuery {
  readonly created: { readonly gte: number; readonly lt: number }
  readonly limit: number
  readonly starting_after?: string
}

/** A list is the same however often it is asked for: here, unlike where money moves, the SDK may repeat by itself. */
export const patiently = { maxNetworkRetries: 3 } as const satisfies Stripe.RequestOptions

/**
 * What a list of Stripe's has of a period, a hundred at a time, newest first; a page is asked for when it is wanted.
 *
 * @throws {@link ListingInterrupted} from any page that could not be had.
 */
export const pagesOfPeriod = async function* <Wire extends { readonly id: string }>(
  { from, to }: { readonly from: Instant; readonly to: Instant },
  list: (query: ListQuery) => Promise<unknown>,
  wire: z.ZodType<Wire>,
): AsyncGenerator<readonly Wire[]> {
  // Stripe counts whole seconds: the first that has begun by neither end.
  const created = { gte: Math.ceil(from / 1_000), lt: Math.ceil(to / 1_000) }
  const pageWire = listWire.extend({ data: z.array(wire) })
  for (let last: string | undefined; ; ) {
    const after = last === undefined ? {} : { starting_after: last }
    const asked = await ask(pageWire, () => list({ created, limit: 100, ...after }))
    if (asked.type !== 'got') {
      if (!('detail' in asked))
        throw new ListingInterrupted(asked.failure.detail ?? asked.failure.code, { inService: true })
      const { detail, inService = false } = asked
      const wait = asked.type === 'unreachable' && asked.retryAfterMs !== undefined
      throw new ListingInterrupted(detail, { inService, ...(wait ? { retryAfterMs: asked.retryAfterMs } : {}) })
    }
    const { data, has_more: hasMore } = asked.body
    if (data.length > 0) yield data
    last = data.at(-1)?.id
    if (!hasMore || last === undefined) return
  }
}
