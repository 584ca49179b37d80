import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Change } from '../engine/store.ts'

/** Thrown when a state file cannot be opened, or cannot be what this simulator wrote. The message says what to do. */
export class UnreadableStateFile extends Error {
  override readonly name = 'UnreadableStateFile'
}

/** The simulator's memory on disk: a journal with one line per committed transaction. */
export interface StateFile {
  /** What the file held when it was opened, oldest first. */
  readonly changes: readonly Change[]
  /** Writes a transaction down. When this returns, it survives the death of the process. */
  readonly append: (changes: readonly Change[]) => void
  /** Replaces the whole file at once, by renaming a new one over it. */
  readonly rewrite: (changes: readonly Change[]) => void
  /** True when the file has grown so far beyond what it describes that {@link rewrite} is worth its while. */
  readonly isBloated: () => boolean
  readonly close: () => void
}

const header = { format: 'stripe-simulator', version: 1 }
const smallestRewriteBytes = 32 * 1024 * 1024

/**
 * Opens, or creates, a state file.
 *
 * A last line without its end is what a killed process leaves: nobody was answered on the strength of it, so it is
 * dropped. Anything else that cannot be read is refused with {@link UnreadableStateFile}, never guessed at.
 */
export const openStateFile = (path: string): StateFile => {
  const opened = open(path)
  const { changes } = opened
  let { fd } = opened
  let bytes = 0
  let bytesWhenWritten = 0

  return {
    changes,
    append: (written) => {
      bytes += write(fd, `${JSON.stringify(written)}\n`)
    },
    rewrite: (all) => {
      closeSync(fd)
      fd = replace(path, all)
      bytesWhenWritten = 0
      for (const change of all) bytesWhenWritten += JSON.stringify(change).length
      bytes = bytesWhenWritten
    },
    isBloated: () => bytes > smallestRewriteBytes && bytes > 4 * bytesWhenWritten,
    close: () => closeSync(fd),
  }
}

const open = (path: string): { readonly changes: readonly Change[]; readonly fd: number } => {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const changes = existsSync(path) ? read(path) : []
    return { changes, fd: replace(path, changes) }
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new UnreadableStateFile(
      `Cannot use the state file ${path}: ${error.message}. Name a file in a folder that may be written to.`,
      { cause: error },
    )
  }
}

const read = (path: string): readonly Change[] => {
  const text = readFileSync(path, 'utf8')
  if (text === '') return []
  const lines = text.split('\n')
  // What follows the last line end is either nothing or a line that was cut off.
  lines.pop()
  // The first line is never cut off: it was there when the file got its name.
  const [first = text, ...rest] = lines
  checkHeader(path, first)
  return rest.flatMap((line, index) => parseLine(path, line, index + 2))
}

const checkHeader = (path: string, line: string): void => {
  const found = parse(line) as { readonly format?: unknown; readonly version?: unknown } | undefined
  if (found?.format !== header.format) throw unreadable(path, 1, 'it is not a state file of the Stripe simulator')
  if (found.version !== header.version)
    throw unreadable(path, 1, `its format has version ${String(found.version)}, and this simulator reads version 1`)
}

const parseLine = (path: string, line: string, number: number): readonly Change[] => {
  const parsed = parse(line)
  if (!Array.isArray(parsed) || !parsed.every(isChange)) throw unreadable(path, number, 'this line is damaged')
  return parsed
}

const isChange = (value: unknown): value is Change =>
  typeof value === 'object' &&
  value !== null &&
  'table' in value &&
  typeof value.table === 'string' &&
  'id' in value &&
  typeof value.id === 'string' &&
  'row' in value

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const unreadable = (path: string, line: number, why: string): UnreadableStateFile =>
  new UnreadableStateFile(
    `Cannot read the state file ${path}, line ${line}: ${why}. Restore it from a copy, or move it away to start empty.`,
  )

const replace = (path: string, changes: readonly Change[]): number => {
  const draft = `${path}.new`
  const fd = openSync(draft, 'w')
  write(fd, `${JSON.stringify(header)}\n`)
  for (let start = 0; start < changes.length; start += 500)
    write(fd, `${JSON.stringify(changes.slice(start, start + 500))}\n`)
  fsyncSync(fd)
  renameSync(draft, path)
  return fd
}

const write = (fd: number, text: string): number => {
  const data = Buffer.from(text)
  for (let written = 0; written < data.length; ) written += writeSync(fd, data, written)
  return data.length
}
