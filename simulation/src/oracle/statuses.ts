const live = new Set(['requested', 'open', 'processing'])
const collected = new Set(['completed', 'partially_refunded', 'refunded', 'disputed'])

/** True for a payment whose money was counted. */
export const isCollected = (status: string): boolean => collected.has(status)
/** True for an attempt that may still bring money. */
export const isLive = (status: string): boolean => live.has(status)
