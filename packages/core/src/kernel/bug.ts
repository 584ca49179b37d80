/** Thrown where the code has contradicted itself. Nobody catches it by name: it is fixed, not handled. */
export class Bug extends Error {
  override readonly name = 'Bug'
}

/** Stops here: what the caller established does not hold. */
export const bug = (what: string): never => {
  throw new Bug(what)
}
