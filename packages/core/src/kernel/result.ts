/** What an operation that can be refused answers: a value, or the reason there is none. Outages and bugs are thrown instead. */
export type Result<Value, Refusal> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Refusal }

/** The answer of an operation that did what was asked. */
export const ok = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({ ok: true, value })

/** The answer of an operation that refused. The refusal carries a stable `code` and the facts needed to act on it. */
export const err = <Refusal>(error: Refusal): { readonly ok: false; readonly error: Refusal } => ({ ok: false, error })
