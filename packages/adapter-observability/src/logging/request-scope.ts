import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<string>()

/** Does `work`, and everything that it waits for, on behalf of one request: what is logged meanwhile bears its id. */
export const withRequestId = <T>(requestId: string, work: () => T): T => scope.run(requestId, work)

/** The id of the request on whose behalf this runs, if it is known. */
export const currentRequestId = (): string | undefined => scope.getStore()
