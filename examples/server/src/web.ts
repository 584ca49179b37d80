import type { HttpAdapter } from '@holdfast/adapter-http'
import { withRequestId } from '@holdfast/adapter-observability'
import type { PagesOptions } from './pages/desk.ts'
import { createPages } from './pages/pages.ts'
import type { MountedSimulator } from './stripe/mounted-simulator.ts'

/** What answers requests. */
export interface WebOptions extends Omit<PagesOptions, 'currentIntents'> {
  readonly httpAdapter: HttpAdapter
  readonly mounted: MountedSimulator | undefined
}

/**
 * One address for everything: the pages, the API with its webhooks and the metrics, and the simulator where it is in this
 * process.
 */
export const createWeb = ({
  httpAdapter,
  mounted,
  ...options
}: WebOptions): ((request: Request) => Promise<Response>) => {
  const pages = createPages({ ...options, currentIntents: httpAdapter.currentIntents })
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (mounted?.owns(pathname) === true) return mounted.fetch(request)
    return isApi(pathname) ? httpAdapter.fetch(request) : pages(request)
  }
  return (request) => withRequestId(knownBy(request), () => answer(request))
}

/** The id by which everybody who answers this request logs what they do: the sender's, where it is one, else a new one. */
const knownBy = ({ headers }: Request): string => {
  const sent = headers.get('x-request-id')
  if (sent !== null && /^[\w.:@-]{1,128}$/.test(sent)) return sent
  const id = crypto.randomUUID()
  headers.set('x-request-id', id)
  return id
}

const isApi = (path: string): boolean => /^\/(api(\/|$)|(healthz|readyz|metrics)\/?$)/.test(path)
