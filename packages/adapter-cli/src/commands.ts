import type { Command } from './command.ts'
import { cleanupAbandoned } from './commands/cleanup-abandoned.ts'

/** Every command there is, in the order in which they are listed. */
export const commands: readonly Command[] = [cleanupAbandoned]
