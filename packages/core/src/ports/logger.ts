import type { Json } from '../kernel/json.ts'

/** Where facts about the running program go: one stable event name per fact. Never a secret, a card or a person's data. */
export interface Logger {
  log(level: 'debug' | 'info' | 'warn' | 'error', event: string, data: Readonly<Record<string, Json>>): void
}

/** Tells nobody. */
export const silentLogger: Logger = { log: () => {} }
