import { createHash } from 'node:crypto'

/** The story of a run, line by line, and the hash that two equal runs have in common. */
export interface Trace {
  write(line: string): void
  /** Of all lines, the discarded ones too. */
  hash(): string
  /** The last lines, oldest first. */
  readonly lines: readonly string[]
}

/** Keeps the last `keep` lines. */
export const createTrace = (keep: number): Trace => {
  const hash = createHash('sha256')
  const lines: string[] = []
  return {
    write(line) {
      hash.update(line).update('\n')
      lines.push(line)
      if (lines.length > 2 * keep) lines.splice(0, lines.length - keep)
    },
    hash: () => hash.copy().digest('hex').slice(0, 16),
    lines,
  }
}
