/** How old an answer may be, and how long one is waited for. */
export interface FreshOptions {
  /** Default: ten times as long as the answer took to make, so that making them takes a tenth of the time at most. */
  readonly maxAgeMs?: number
  /** How long to wait for an answer, in milliseconds. */
  readonly patienceMs: number
}

/**
 * Answers of `read` that are fresh enough. However many ask, it is read once at a time, and again only when the last answer is
 * too old.
 *
 * @throws what `read` throws, and when it takes longer than the patience there is; it is not given up then, and whoever asks next
 * waits for the same.
 */
export const fresh = <T>(read: () => Promise<T>, { maxAgeMs, patienceMs }: FreshOptions): (() => Promise<T>) => {
  let last: { readonly value: T; readonly at: number; readonly tookMs: number } | undefined
  let underWay: Promise<T> | undefined
  const begin = async (): Promise<T> => {
    const startedAt = performance.now()
    try {
      const value = await read()
      const at = performance.now()
      last = { value, at, tookMs: at - startedAt }
      return value
    } finally {
      underWay = undefined
    }
  }
  return async () => {
    if (last !== undefined && performance.now() - last.at < (maxAgeMs ?? 10 * last.tookMs)) return last.value
    underWay ??= begin()
    return within(patienceMs, underWay)
  }
}

const within = async <T>(ms: number, answer: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const impatience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms)
  })
  try {
    return await Promise.race([answer, impatience])
  } finally {
    clearTimeout(timer)
  }
}
