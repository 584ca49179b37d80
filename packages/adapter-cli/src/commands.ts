import type { Command } from './command.ts'
import { checkPaymentStatus } from './commands/check-payment-status.ts'
import { cleanExpiredSessions } from './commands/clean-expired-sessions.ts'
import { cleanupAbandoned } from './commands/cleanup-abandoned.ts'
import { explain } from './commands/explain.ts'
import { migrate } from './commands/migrate.ts'
import { reconcile } from './commands/reconcile.ts'
import { startAutoCleanup } from './commands/start-auto-cleanup.ts'
import { stripeSimulator } from './commands/stripe-simulator.ts'
import { testCancellation } from './commands/test-cancellation.ts'
import { waitForDatabase } from './commands/wait-for-database.ts'
import { waitForRedis } from './commands/wait-for-redis.ts'
import { worker } from './commands/worker.ts'

/** Every command there is, in the order in which they are listed: to look, to mend, to run. */
export const commands: readonly Command[] = [
  explain,
  checkPaymentStatus,
  reconcile,
  cleanExpiredSessions,
  cleanupAbandoned,
  testCancellation,
  startAutoCleanup,
  worker,
  migrate,
  waitForDatabase,
  waitForRedis,
  stripeSimulator,
]
