import type { Mounted } from './served.ts'
import * as route from './next/route.ts'

/** What Next.js does with a file of route handlers: it calls the one that is named like the request's method. */
export const mountInNext = async (): Promise<Mounted> => ({
  ask: async (path, init) => {
    const request = new Request(`https://host.example${path}`, init)
    const handlers: Readonly<Record<string, (request: Request) => Promise<Response>>> = { ...route }
    return handlers[request.method]?.(request) ?? new Response(null, { status: 405 })
  },
  close: async () => {},
})
