import type { Id, IdKind } from '../kernel/ids.ts'

/** Hands out ids that nobody has had and nobody can guess. */
export interface Ids {
  /** A new id of this kind, with the prefix that `idPrefix` gives it. */
  next<Kind extends IdKind>(kind: Kind): Id<Kind>
  /** A new opaque token of at least 128 random bits, in letters and digits. */
  token(): string
}
