import { instant, type Instant, type ProviderAnswer } from '@holdfast/core'
import { z } from 'zod'
import { ask, ofLookUp } from './asking.ts'
import { listWire, markedWire } from './wire.ts'

type Marked = (typeof markedWire)['_output']

/** A page of one of Stripe's lists: up to a hundred objects, newest first, after the one with this id. */
export type ListPage = (paging: { readonly limit: number; readonly starting_after?: string }) => Promise<unknown>

/** What a list was found to have, as of when. */
export interface Found {
  readonly type: 'found'
  readonly objects: readonly unknown[]
  readonly asOf?: Instant
}

/** The `Date` header of an answer, which the SDK hangs on it as its client had it: Node's has them in an object, fetch in `Headers`. */
const dateOf = (answer: unknown): Instant | undefined => {
  const { data } = dated.safeParse(answer)
  const ms = Date.parse(data?.lastResponse.headers.date ?? '')
  return Number.isNaN(ms) ? undefined : instant(ms)
}
const headers = z.union([z.instanceof(Headers).transform(Object.fromEntries), z.unknown()])
const dated = z.object({ lastResponse: z.object({ headers: headers.pipe(z.object({ date: z.string() })) }) })

/** That there is none of what was looked for in a list. */
export const absentFrom = ({
  asOf,
}: Pick<Found, 'asOf'>): Extract<ProviderAnswer<never>, { readonly type: 'absent' }> => ({
  type: 'absent',
  ...(asOf === undefined ? {} : { asOf }),
})

/**
 * Every object of a list that is marked as wanted, as Stripe sent it, newest first.
 *
 * Other programs' objects are passed over without being read. A list that goes on past `maxPages` is not known to its
 * end: unless something was found, that is `unknown` and never "there is none". `asOf`: when it was asked for, by Stripe's
 * clock, if its answer says so.
 */
export const findMarked = async (
  fetchPage: ListPage,
  wanted: (object: Marked) => boolean,
  maxPages: number,
): Promise<Found | Extract<ProviderAnswer<never>, { readonly type: 'absent' | 'unreachable' | 'unknown' }>> => {
  const found: unknown[] = []
  let after: string | undefined
  let asOf: Instant | undefined
  for (let page = 0; page < maxPages; page += 1) {
    const paging = { limit: 100, ...(after === undefined ? {} : { starting_after: after }) }
    const asked = await ask(listWire, async () => {
      const answer = await fetchPage(paging)
      asOf ??= dateOf(answer)
      return answer
    })
    if (asked.type !== 'got') return ofLookUp(asked)
    for (const object of asked.body.data) {
      const marked = markedWire.safeParse(object)
      if (marked.success && wanted(marked.data)) found.push(object)
    }
    const last = markedWire.pick({ id: true }).safeParse(asked.body.data.at(-1))
    if (!asked.body.has_more || !last.success)
      return { type: 'found', objects: found, ...(asOf === undefined ? {} : { asOf }) }
    after = last.data.id
  }
  return found.length > 0
    ? { type: 'found', objects: found }
    : {
        type: 'unknown',
        answered: true,
        inService: true,
        detail: `Looked through ${maxPages} pages without reaching the end.`,
      }
}
