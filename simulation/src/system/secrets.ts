/** The webhook endpoint's secrets: those Stripe signs with, and those in the host's configuration. */
export interface Secrets {
  readonly signing: readonly string[]
  /** What a process that starts now accepts. */
  readonly accepted: readonly string[]
  /** Every new process accepts the next secret, too. False, and nothing is done, while another rotation is under way. */
  prepare(): boolean
  /** Stripe signs with both. */
  roll(): void
  /** Stripe signs with the next only, and every new process accepts the next only. That ends it. */
  retire(): void
}

/** Secrets that were never changed. */
export const createSecrets = (): Secrets => {
  let count = 1
  const name = (number: number): string => `whsec_simulation_${number}`
  let signing: readonly string[] = [name(1)]
  let accepted: readonly string[] = [name(1)]
  return {
    get signing() {
      return signing
    },
    get accepted() {
      return accepted
    },
    prepare() {
      if (accepted.length > 1) return false
      accepted = [name(count + 1), name(count)]
      return true
    },
    roll() {
      signing = [name(count + 1), name(count)]
    },
    retire() {
      count += 1
      signing = [name(count)]
      accepted = [name(count)]
    },
  }
}
