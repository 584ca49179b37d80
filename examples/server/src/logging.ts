import { Writable } from 'node:stream'
import type { Json, Logger } from '@holdfast/core'
import { pino } from 'pino'
import type { Config } from './config.ts'

/**
 * Facts about the running program, on standard error: JSON for programs, lines for somebody who watches a terminal.
 *
 * Whoever logs a secret by mistake logs the word "redacted" instead.
 */
export const createLogger = ({ logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>): Logger => {
  const format = logFormat ?? (process.stderr.isTTY ? 'text' : 'json')
  const log = pino(
    { level: logLevel, base: null, redact: { paths: secrets, censor: 'redacted' } },
    format === 'json' ? pino.destination({ dest: 2, sync: true }) : readable(process.stderr),
  )
  return { log: (level, event, data) => log[level]({ event, ...plain(data) }) }
}

const names = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'apiKey',
  'api_key',
  'token',
  'client_secret',
  'stripe-signature',
]
const secrets = names.flatMap((name) => (/^\w+$/.test(name) ? [name, `*.${name}`] : [`["${name}"]`, `*["${name}"]`]))

/** Amounts are bigints, which JSON does not know. */
const plain = (data: Readonly<Record<string, Json>>): Readonly<Record<string, unknown>> =>
  JSON.parse(
    JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as Record<string, unknown>

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
