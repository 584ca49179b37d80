import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from './make-folder.ts'

/**
 * The secret that signs sessions, made at the first start and kept for the next, so that nobody is signed out by a restart.
 * Of several processes that make it at once, the first to write it wins.
 */
export const keptSessionSecret = (dataFolder: string): string => {
  const file = join(dataFolder, 'session-secret')
  makeFolder(dataFolder)
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8')
}
