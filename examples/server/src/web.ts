import type { HttpAdapter } from '@holdfast/adapter-http'
import { createMetrics } from './metrics/metrics.ts'
import type { PagesOptions } from './pages/desk.ts'
import { createPages } from './pages/pages.ts'
import type { MountedSimulator } from './stripe/mounted-simulator.ts'

/** What answers requests. */
export interface WebOptions extends PagesOptions {
  readonly httpAdapter: HttpAdapter
  readonly mounted: MountedSimulator | undefined
}

/**
 * One address for everything: the pages, the API with its webhooks, the metrics, and the simulator where it is in this
 * process.
 */
export const createWeb = ({
  httpAdapter,
  mounted,
  ...options
}: WebOptions): ((request: Request) => Promise<Response>) => {
  const pages = createPages(options)
  const answerMetrics = createMetrics(options.unitOfWork)
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (mounted?.owns(pathname) === true) return mounted.fetch(request)
    if (pathname === '/metrics' && request.method === 'GET') return answerMetrics()
    return isApi(pathname) ? httpAdapter.fetch(request) : pages(request)
  }
}

const isApi = (path: string): boolean => /^\/(api(\/|$)|(healthz|readyz|metrics)\/?$)/.test(path)
