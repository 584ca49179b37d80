import { createStripe } from '@holdfast/adapter-stripe'
import type { HttpClient } from './network.ts'

/** Stripe's SDK, set up as the adapter does it, for one life of a process. */
export interface BorrowedSdk {
  readonly stripe: ReturnType<typeof createStripe>
  giveBack(): void
}

interface Sdk {
  readonly stripe: ReturnType<typeof createStripe>
  readonly through: (network: HttpClient) => void
}

/** Those that nobody uses: to make one takes as long as dozens of steps, and it keeps nothing between calls. */
const idle = new Map<string, Sdk[]>()

/** An SDK whose calls go through this network. */
export const borrowSdk = (apiKey: string, network: HttpClient): BorrowedSdk => {
  const free = idle.get(apiKey) ?? []
  idle.set(apiKey, free)
  const sdk = free.pop() ?? makeSdk(apiKey)
  sdk.through(network)
  return { stripe: sdk.stripe, giveBack: () => void free.push(sdk) }
}

const makeSdk = (apiKey: string): Sdk => {
  let current: HttpClient | undefined
  const httpClient: HttpClient = {
    getClientName: () => 'simulation',
    makeRequest: async (...request) => {
      if (current === undefined) throw new Error('This SDK has no network.')
      return current.makeRequest(...request)
    },
  }
  return { stripe: createStripe({ apiKey, httpClient }), through: (network) => void (current = network) }
}
