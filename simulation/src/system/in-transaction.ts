import { AsyncLocalStorage } from 'node:async_hooks'

const inside = new AsyncLocalStorage<true>()

/** Does the work of a transaction. Whatever it does, and whatever it begins and does not wait for, is done inside. */
export const inTransaction = <T>(work: () => Promise<T>): Promise<T> => inside.run(true, work)

/** True for whoever is in the middle of a transaction. */
export const isInTransaction = (): boolean => inside.getStore() === true
