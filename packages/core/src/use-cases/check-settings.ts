import type { Dependencies } from './dependencies.ts'

/** Checks what a host has chosen. @throws RangeError that says what to do, for settings with which a promise could not be kept. */
export const checkSettings = ({ settings, shopCatalogue }: Pick<Dependencies, 'settings' | 'shopCatalogue'>): void => {
  const { orderTtlMs, pageTtlMs } = settings
  if (shopCatalogue !== undefined && orderTtlMs > pageTtlMs)
    throw new RangeError(
      `An order cannot be paid for longer (orderTtlMs: ${orderTtlMs}) than its page is open (pageTtlMs: ${pageTtlMs}): shorten the one, or lengthen the other.`,
    )
}
