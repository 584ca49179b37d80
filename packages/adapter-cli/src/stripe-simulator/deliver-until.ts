import type { Deliver } from './load-simulator.ts'

/**
 * Carries webhooks over HTTP, and gives the receiver 20 seconds to answer, until `stop` is aborted. What is under way by then
 * never ends: nothing is written down of it any more, and a simulator that starts from the same state sends it again.
 */
export const deliverUntil =
  (stop: AbortSignal): Deliver =>
  async (request) => {
    try {
      const response = await fetch(request, {
        redirect: 'manual',
        signal: AbortSignal.any([stop, AbortSignal.timeout(20_000)]),
      })
      await response.arrayBuffer()
      return stop.aborted ? await never() : new Response(null, { status: response.status })
    } catch (error) {
      if (stop.aborted) return never()
      throw error
    }
  }

const never = (): Promise<never> => new Promise(() => {})
