import { Writable } from 'node:stream'
import type { Terminal } from '../src/terminal.ts'

/** A terminal that remembers what was written to it. */
export interface HeardTerminal extends Terminal {
  readonly heard: { readonly out: () => string; readonly err: () => string }
}

/** `isTTY`: whether somebody is watching. */
export const heardTerminal = ({ isTTY = false }: { readonly isTTY?: boolean } = {}): HeardTerminal => {
  const out: string[] = []
  const err: string[] = []
  const stream = (heard: string[]) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        heard.push(chunk.toString())
        done()
      },
    })
  return {
    out: Object.assign(stream(out), { isTTY, columns: 200, rows: 50 }),
    err: Object.assign(stream(err), { isTTY, columns: 100 }) as unknown as NodeJS.WriteStream,
    heard: { out: () => out.join(''), err: () => err.join('') },
  }
}
