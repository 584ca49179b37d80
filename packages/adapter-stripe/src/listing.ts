import type { ProviderAnswer } from '@holdfast/core'
import { ask, ofLookUp } from './asking.ts'
import { listWire, markedWire } from './wire.ts'

type Marked = (typeof markedWire)['_output']

/** A page of one of Stripe's lists: up to a hundred objects, newest first, after the one with this id. */
export type ListPage = (paging: { readonly limit: number; readonly starting_after?: string }) => Promise<unknown>

/**
 * Every object of a list that is marked as wanted, as Stripe sent it, newest first.
 *
 * Other programs' objects are passed over without being read. A list that goes on past `maxPages` is not known to its
 * end: unless something was found, that is `unknown` and never "there is none".
 */
export const findMarked = async (
  fetchPage: ListPage,
  wanted: (object: Marked) => boolean,
  maxPages: number,
): Promise<
  | { readonly type: 'found'; readonly objects: readonly unknown[] }
  | Extract<ProviderAnswer<never>, { readonly type: 'absent' | 'unreachable' | 'unknown' }>
> => {
  const found: unknown[] = []
  let after: string | undefined
  for (let page = 0; page < maxPages; page += 1) {
    const paging = { limit: 100, ...(after === undefined ? {} : { starting_after: after }) }
    const asked = await ask(listWire, () => fetchPage(paging))
    if (asked.type !== 'got') return ofLookUp(asked)
    for (const object of asked.body.data) {
      const marked = markedWire.safeParse(object)
      if (marked.success && wanted(marked.data)) found.push(object)
    }
    const last = markedWire.pick({ id: true }).safeParse(asked.body.data.at(-1))
    if (!asked.body.has_more || !last.success) return { type: 'found', objects: found }
    after = last.data.id
  }
  return found.length > 0
    ? { type: 'found', objects: found }
    : { type: 'unknown', answered: true, detail: `Looked through ${maxPages} pages without reaching the end.` }
}
