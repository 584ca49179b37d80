/**
 * What `decide` answers: new facts with what they call for, or a refusal by name. A machine whose refusal is `never`
 * refuses nothing, and its answers need no check.
 *
 * No events and no effects means that what was asked for is so already: see {@link unchanged}.
 */
export type Decision<Event, Effect, Refusal> =
  | { readonly ok: true; readonly events: readonly Event[]; readonly effects: readonly Effect[] }
  | ([Refusal] extends [never] ? never : { readonly ok: false; readonly refusal: Refusal })

/** Yes: these facts are new, and these effects follow from them. */
export const accept = <Event, Effect = never>(
  events: readonly Event[],
  effects: readonly Effect[] = [],
): { readonly ok: true; readonly events: readonly Event[]; readonly effects: readonly Effect[] } => ({
  ok: true,
  events,
  effects,
})

/** Already so: repeated and late commands end here, and change nothing. */
export const unchanged: { readonly ok: true; readonly events: readonly never[]; readonly effects: readonly never[] } = {
  ok: true,
  events: [],
  effects: [],
}

/** No, and why. */
export const reject = <Refusal>(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal,
})
