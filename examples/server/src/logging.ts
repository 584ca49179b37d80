import { Writable } from 'node:stream'
import { pinoLogger } from '@holdfast/adapter-observability/pino'
import type { Logger } from '@holdfast/core'
import { pino } from 'pino'
import type { Config } from './config.ts'

/** Facts about the running program, on standard error: JSON for programs, lines for somebody who watches a terminal. */
export const createLogger = ({ logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>): Logger => {
  const format = logFormat ?? (process.stderr.isTTY ? 'text' : 'json')
  const out = format === 'json' ? pino.destination({ dest: 2, sync: true }) : readable(process.stderr)
  return pinoLogger(pino({ level: logLevel, base: null }, out))
}

/** `12:03:04 info  request_answered status=200 route=/payments`. */
const readable = (out: NodeJS.WritableStream): Writable =>
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const { level, time, event, ...data } = JSON.parse(chunk.toString()) as Record<string, unknown>
      const facts = Object.entries(data).map(
        ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      )
      const at = new Date(Number(time)).toISOString().slice(11, 19)
      out.write(`${[at, (pino.levels.labels[Number(level)] ?? '').padEnd(5), String(event), ...facts].join(' ')}\n`)
      done()
    },
  })
