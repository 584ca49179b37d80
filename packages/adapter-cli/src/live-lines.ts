import type { Terminal } from './terminal.ts'

/** Lines that are drawn again and again in the same place of a terminal. */
export interface LiveLines {
  /** Takes away what it drew before, and draws these. What does not fit is cut off: a line that broke could not be taken away. */
  (lines: readonly string[]): void
}

/** Draws in place on standard output. Only for one that is a terminal, see {@link isTerminal}. */
export const liveLines = (out: Terminal['out']): LiveLines => {
  let drawn = 0
  return (lines) => {
    const terminal = out as Partial<NodeJS.WriteStream>
    // Some terminals report no size, others one of 0: neither says how much fits.
    const columns = terminal.columns || 80
    const rows = terminal.rows || 24
    const fitting = lines.slice(0, Math.max(rows - 1, 1)).map((line) => line.slice(0, columns - 1))
    // Up to where the last drawing began, and everything from there on is cleared.
    const back = drawn === 0 ? '' : `\u001B[${drawn}F\u001B[J`
    out.write(`${back}${fitting.map((line) => `${line}\n`).join('')}`)
    drawn = fitting.length
  }
}

/** Whether somebody is watching this stream. */
export const isTerminal = (out: Terminal['out']): boolean => (out as Partial<NodeJS.WriteStream>).isTTY === true
