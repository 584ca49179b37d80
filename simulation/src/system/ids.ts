import { idPrefix, type Id, type IdKind, type Ids } from '@holdfast/core'
import { hashText } from '../kernel/random.ts'

/** Ids that nobody has had and whose order says nothing, the same for the same seed. */
export const seededIds = (seed: string): Ids => {
  let count = 0
  const text = (): string => {
    count += 1
    return `${hashText(`${seed}/${count}`).toString(36).padStart(7, '0')}${count.toString(36)}`
  }
  return {
    next: <Kind extends IdKind>(kind: Kind) => `${idPrefix[kind]}_${text()}` as Id<Kind>,
    token: () => `token${text().padStart(21, '0')}`,
  }
}
