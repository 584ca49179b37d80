import type { Reconciled } from '@holdfast/core'

/** How many findings are left: all, or those that could not be mended. */
export const remaining = ({ counts }: Pick<Reconciled, 'counts'>): number =>
  Object.values(counts).reduce((left, { found, mended }) => left + found - mended, 0)
