import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, type Logger } from '@holdfast/core'
import { readConfig, type Environment } from '../src/config.ts'
import { startServer, type RunningServer } from '../src/server.ts'

/** A server in this process, in a folder of its own. */
export interface TestServer extends RunningServer {
  readonly folder: string
  /** Drains it, and removes the folder. */
  readonly remove: () => Promise<void>
}

/** Starts a server as `npm start` would, but on a free port and in an empty folder. */
export const startTestServer = async (
  environment: Environment = {},
  logger: Logger = silentLogger,
): Promise<TestServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'stays-'))
  const config = readConfig({ PORT: '0', ...environment }, folder)
  if (!config.ok) throw new Error(config.error.join('\n'))
  const running = await startServer(config.value, logger)
  return {
    ...running,
    folder,
    remove: async () => {
      await running.drain()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
