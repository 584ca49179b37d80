/** A count in the digits that Persian is written with. */
export const persianDigits = (count: number): string => new Intl.NumberFormat('fa-IR').format(count)
