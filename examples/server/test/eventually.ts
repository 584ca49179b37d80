/** Waits until `look` has found something, and answers that. @throws what it was waiting for, once it has waited long enough. */
export const eventually = async <T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  patienceMs = 15_000,
): Promise<T> => {
  const end = Date.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`Waited in vain for: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
