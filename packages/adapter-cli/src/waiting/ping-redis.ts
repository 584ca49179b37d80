import { connect as connectPlainly, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { noAnswerInTime, type Tried } from './wait-until.ts'

/**
 * Where a Redis is, see {@link parseRedisUrl}.
 *
 * It is asked over a plain socket: one PING, two lines of a protocol that is not going to change. A client would bring
 * connections that mend themselves and a queue of commands, and nothing that is needed here.
 */
export interface RedisPlace {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly username: string | undefined
  readonly password: string | undefined
}

/** Reads `redis://[[user]:password@]host[:port]`, or `rediss://…` for TLS. Answers `undefined` for anything else. */
export const parseRedisUrl = (text: string): RedisPlace | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '') return undefined
  const { username, password } = url
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 6379 : Number(url.port),
    secure: url.protocol === 'rediss:',
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
  }
}

/** Answers, and will not be asked, whatever time goes by: a password is missing or wrong. */
export class RedisRefused extends Error {
  override readonly name = 'RedisRefused'
}

/** Asks once whether it answers. One that is still loading its data does not yet. @throws {@link RedisRefused} */
export const pingRedis = (place: RedisPlace, withinMs: number): Promise<Tried> =>
  new Promise((resolve, reject) => {
    const socket = open(place)
    const end = (tried: Tried): void => {
      socket.destroy()
      resolve(tried)
    }
    const away = (why: string): void => end({ type: 'away', why })
    socket.setTimeout(withinMs, () => away(noAnswerInTime))
    socket.once('error', (error) => away(messageOf(error)))
    socket.once('close', () => away('it closed the connection'))
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
      const replies = heard.split('\r\n').slice(0, -1)
      // Too many clients are an error by the same name, and go away.
      const refused = replies.find((reply) => /^-(NOAUTH|WRONGPASS|NOPERM|ERR (?!max))/.test(reply))
      if (refused !== undefined) {
        socket.destroy()
        reject(new RedisRefused(refused.slice(1)))
        return
      }
      const notYet = replies.find((reply) => reply.startsWith('-'))
      if (notYet !== undefined) away(notYet.slice(1))
      else if (replies.includes('+PONG')) end({ type: 'answers' })
      else if (replies.some((reply) => reply !== '+OK')) away('what answers there is no Redis')
    })
    socket.write(wordsOf(place).map(inRedisWords).join(''))
  })

const open = ({ host, port, secure }: RedisPlace): Socket =>
  secure
    ? connectSecurely({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) })
    : connectPlainly({ host, port })

const wordsOf = ({ username, password }: RedisPlace): readonly (readonly string[])[] => [
  ...(password === undefined ? [] : [['AUTH', ...(username === undefined ? [] : [username]), password]]),
  ['PING'],
]

/** RESP: how many words, and each with its length in bytes. */
const inRedisWords = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`

// A name with several addresses fails once for each of them, with no words of its own.
const messageOf = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map((each) => (each as Error).message).join('; ') : error.message
