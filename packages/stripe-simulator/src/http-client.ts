import Stripe from 'stripe'
import type { Simulator } from './simulator.ts'

/**
 * An HTTP client for the official SDK that asks `simulator` in this process instead of the network.
 *
 * `new Stripe('sk_test_…', { httpClient: simulatorHttpClient(simulator) })`. Dropped connections surface as
 * `StripeConnectionError`.
 */
export const simulatorHttpClient = (
  simulator: Pick<Simulator, 'fetch'>,
): ReturnType<typeof Stripe.createFetchHttpClient> => Stripe.createFetchHttpClient(simulator.fetch as typeof fetch)
