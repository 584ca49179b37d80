import type { Simulator } from '@holdfast/stripe-simulator'

/** A simulator that is served beside the pages, on the same address. */
export interface MountedSimulator {
  /** Whether a path is the simulator's: its payment pages, its API, its controls. */
  readonly owns: (path: string) => boolean
  readonly fetch: (request: Request) => Promise<Response>
}

/**
 * Serves a simulator's pages, API and controls.
 *
 * Pages of other sites are kept from pulling its levers: it has no lock of its own. What a fault would have torn off is
 * answered with 502 here.
 */
export const mountSimulator = (simulator: Pick<Simulator, 'respond'>): MountedSimulator => ({
  owns: (path) => /^\/(c|v1|_simulator)\//.test(path),
  fetch: async (request) => {
    if (request.method !== 'GET' && request.headers.get('sec-fetch-site') === 'cross-site')
      return new Response(null, { status: 403 })
    const outcome = await simulator.respond(request)
    return outcome.type === 'answer' ? outcome.response : new Response(null, { status: 502 })
  },
})
