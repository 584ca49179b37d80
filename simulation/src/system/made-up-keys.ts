import type { HttpClient } from './network.ts'

/**
 * The SDK makes up an idempotency key wherever it is given none, and Stripe's answers quote it: here it is the same one in
 * every run. `name` is told from all others'.
 */
export const withMadeUpKeys = (client: HttpClient, name: string): HttpClient => {
  const keys = new Map<string, string>()
  return {
    getClientName: () => client.getClientName(),
    makeRequest(host, port, path, method, headers, ...rest) {
      const key = headers['Idempotency-Key']
      if (typeof key !== 'string' || !key.startsWith(madeUp))
        return client.makeRequest(host, port, path, method, headers, ...rest)
      const known = keys.get(key) ?? `${madeUp}${name}.${keys.size + 1}`
      keys.set(key, known)
      return client.makeRequest(host, port, path, method, { ...headers, 'Idempotency-Key': known }, ...rest)
    },
  }
}

const madeUp = 'stripe-node-retry-'
