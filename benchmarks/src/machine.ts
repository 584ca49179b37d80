import { fdatasyncSync, openSync, closeSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { median } from './measure/statistics.ts'

/** The machine that the figures are of. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly node: string
  readonly sqlite: string
  readonly drivers: Readonly<Record<string, string>>
  /** What it costs to write 4 KiB to the disk of the SQLite files and to wait until it is there: the median of 200, of 3 with `quick`. */
  readonly syncMs: number
}

/** @throws when the directory is in memory, where a commit costs nothing; but not with `quick`, which shows no figures. */
export const describeMachine = (directory: string, quick: boolean): Machine => {
  if (!quick && statfsSync(directory).type === inMemory)
    throw new Error(`'${directory}' is in memory: measure on a disk.`)
  const require = createRequire(import.meta.url)
  const versionOf = (name: string) => (require(`${name}/package.json`) as { readonly version: string }).version
  const [cpu] = cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    sqlite: sqliteVersion(),
    drivers: { 'better-sqlite3': versionOf('better-sqlite3'), pg: versionOf('pg'), knex: versionOf('knex') },
    syncMs: measureSync(path.join(directory, `sync-probe-${process.pid}`), quick ? 3 : 200),
  }
}

// TMPFS_MAGIC of Linux; no other system answers this number.
const inMemory = 0x01021994

const sqliteVersion = (): string => {
  const database = new Database(':memory:')
  const version = database.prepare('SELECT sqlite_version()').pluck().get()
  database.close()
  return String(version)
}

const measureSync = (file: string, times: number): number => {
  const page = new Uint8Array(4096)
  const descriptor = openSync(file, 'w')
  try {
    return median(
      Array.from({ length: times }, () => {
        const startedAt = performance.now()
        writeSync(descriptor, page)
        fdatasyncSync(descriptor)
        return performance.now() - startedAt
      }),
    )
  } finally {
    closeSync(descriptor)
    rmSync(file)
  }
}
