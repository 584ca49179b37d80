import { createVisitor, type Visitor } from '../../examples/server/test/visitor.ts'
import type { Program } from './program.ts'

/** What was answered. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfter: string | null
}

/** Who can sign in at the example server. */
export const guests = ['ana@example.com', 'ben@example.com'] as const
export const staff = 'staff@example.com'

/** A program of somebody who is signed in, at any of the servers. */
export interface Caller {
  readonly email: string
  /** Asks a server. `undefined`: the connection broke or nothing came in time, so nobody knows what was done. */
  readonly ask: (server: Program, call: string, options?: AskOptions) => Promise<Answer | undefined>
}

export interface AskOptions {
  readonly body?: unknown
  /** The `Idempotency-Key`. */
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

const patienceMs = 20_000

/** Somebody who signs in where they have to. `onAnswer` is told of everything that is answered. */
export const createCaller = (email: string, onAnswer: (call: string, answer: Answer) => void): Caller => {
  const signedIn = new Map<string, Promise<{ readonly visitor: Visitor; readonly csrfToken: string }>>()
  const signIn = async (origin: string) => {
    const visitor = createVisitor(origin)
    return { visitor, csrfToken: (await visitor.signIn(email)).csrfToken }
  }
  const sessionAt = (origin: string) => {
    const known = signedIn.get(origin) ?? signIn(origin)
    signedIn.set(origin, known)
    known.catch(() => signedIn.delete(origin))
    return known
  }
  return {
    email,
    ask: async ({ origin }, call, { body, key, headers = {} } = {}) => {
      const [method = 'GET', path = '/'] = call.split(' ')
      try {
        const { visitor, csrfToken } = await sessionAt(origin)
        const response = await visitor.send(`/api${path}`, {
          method,
          signal: AbortSignal.timeout(patienceMs),
          headers: {
            'x-csrf-token': csrfToken,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(key === undefined ? {} : { 'idempotency-key': key }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        })
        const answer = {
          status: response.status,
          body: readObject(await response.text()),
          retryAfter: response.headers.get('retry-after'),
        }
        onAnswer(call, answer)
        return answer
      } catch {
        return undefined
      }
    },
  }
}

const readObject = (text: string): Answer['body'] => {
  try {
    return JSON.parse(text) as Answer['body']
  } catch {
    return { text }
  }
}

/** A field that has to be there. @throws what was answered instead. */
export const field = (answer: Answer | undefined, name: string): string => {
  const value = answer?.body[name]
  if (typeof value !== 'string') throw new Error(`No '${name}' in ${JSON.stringify(answer)}.`)
  return value
}
