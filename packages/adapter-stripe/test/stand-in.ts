import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createStripe } from '../src/index.ts'

/** What a stand-in for Stripe's server does with a request, whose body has been read. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage, body: string) => void

/** Answers with this status and body; anything but text goes out as JSON. */
export const answering =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_1', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** Answers with an error of Stripe's shape. */
export const failing = (
  status: number,
  error: Readonly<Record<string, unknown>>,
  headers?: Readonly<Record<string, string>>,
): Behaviour => answering(status, { error: { message: 'No.', ...error } }, headers)

/** Answers with a page of a list; `more`: it goes on after its last object. */
export const listing = (data: readonly unknown[], more = false): Behaviour =>
  answering(200, { object: 'list', data, has_more: more, url: '/' })

/** A client of a stand-in that answers each request as the next of these says, until the test has finished. */
export const answeringInTurn = async (...behaviours: readonly Behaviour[]) => {
  const left = [...behaviours]
  const { requests, apiBase, close } = await standIn((response, request, body) => {
    const behaviour = left.shift() ?? failing(500, { message: 'Not expected.' })
    behaviour(response, request, body)
  })
  onTestFinished(close)
  return { stripe: createStripe({ apiKey: 'sk_test_1', apiBase }), requests }
}

/** A server on a free port of this machine that behaves as told, and remembers what was asked. */
export const standIn = async (behaviour: Behaviour) => {
  const requests: {
    readonly method: string
    readonly url: string
    readonly key: string | undefined
    readonly body: URLSearchParams
  }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const key = request.headers['idempotency-key']
      requests.push({
        method: request.method ?? '',
        url: request.url ?? '',
        key: key?.toString(),
        body: new URLSearchParams(body),
      })
      behaviour(response, request, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    requests,
    apiBase: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
