/** The value in the middle. @throws for no values. */
export const median = (values: readonly number[]): number => percentile(values, 50)

/** The value that `percent` of the values are not above. @throws for no values. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const found = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]
  if (found === undefined) throw new Error('There is no middle of nothing.')
  return found
}
