import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Stripe from 'stripe'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { helpText, readCommandLine } from '../src/command-line.ts'
import { sessionParams } from './harness.ts'

const bin = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
beforeAll(() => {
  if (!existsSync(bin)) throw new Error('Build the package first: npm run build.')
})

const started: ChildProcess[] = []
const folder = mkdtempSync(join(tmpdir(), 'stripe-simulator-'))
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const start = async (...args: string[]): Promise<{ readonly child: ChildProcess; readonly port: number }> => {
  const child = spawn(process.execPath, [bin, '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  const [line] = (await once(child.stdout ?? process.stdin, 'data')) as [Buffer]
  return { child, port: Number(/:(\d+)\n/.exec(line.toString())?.[1]) }
}

const run = async (
  ...args: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const child = spawn(process.execPath, [bin, ...args])
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}

const sdk = (port: number): Stripe =>
  new Stripe('sk_test_bin', { host: '127.0.0.1', port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 })

it('survives kill -9 with everything it answered', async () => {
  const state = join(folder, 'state.jsonl')
  const first = await start('--state', state)
  const stripe = sdk(first.port)
  const ids: string[] = []
  const working = (async () => {
    for (let count = 0; ; count += 1) {
      const { id } = await stripe.checkout.sessions.create(sessionParams(), { idempotencyKey: `k${count}` })
      ids.push(id)
      if (ids.length === 20) first.child.kill('SIGKILL')
    }
  })()
  await expect(working).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError)

  const again = sdk((await start('--state', state)).port)
  const found: string[] = []
  for await (const { id } of again.checkout.sessions.list({ limit: 100 })) found.unshift(id)
  // The last one may have been made without having been heard of; the same key gives it again.
  expect(found.slice(0, ids.length)).toEqual(ids)
  expect(found.length).toBeLessThanOrEqual(ids.length + 1)
  const repeated = await again.checkout.sessions.create(sessionParams(), { idempotencyKey: `k${ids.length - 1}` })
  expect(repeated.id).toBe(ids.at(-1))
})

it('stops cleanly when it is asked to', async () => {
  const { child } = await start()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

it('helps, and explains mistakes', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, out: helpText })
  expect(await run('--port', 'x')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--port takes a number') as string,
  })
  const { port } = await start()
  expect(await run('--port', String(port))).toMatchObject({
    code: 1,
    err: `Port ${port} is taken. Stop what uses it, or choose another with --port.\n`,
  })
  expect(await run('--port', '0', '--state', tmpdir())).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Cannot use the state file .*: EISDIR.* Name a file in a folder/) as string,
  })
  expect(await run('--port', '0', '--host', 'nowhere.invalid')).toMatchObject({
    code: 1,
    err: 'This machine has no address nowhere.invalid. Choose one of its own with --host.\n',
  })
})

it.each([
  [['--colour', 'red'], /--colour/],
  [['--port', '70000'], /0 to 65535/],
  [['--webhook-url', 'nowhere'], /"nowhere" is not an http/],
  [['--webhook-secret', 'x'], /needs a --webhook-url/],
  [['--webhook-url', 'http://a.test', '--webhook-secret', ''], /--webhook-secret is empty/],
  [['surplus'], /surplus/],
])('refuses %j', (args, message) => {
  const command = readCommandLine(args)
  expect(command.type === 'mistake' ? command.message : '').toMatch(message)
})

it('reads every option', () => {
  expect(
    readCommandLine([
      '--port',
      '1',
      '--host',
      '::1',
      '--webhook-url',
      'http://a.test',
      '--webhook-url',
      'http://b.test',
      '--webhook-secret',
      's',
      '--state',
      'f',
      '--seed',
      'x',
      '--public-url',
      'http://c.test',
    ]),
  ).toEqual({
    type: 'serve',
    options: {
      port: 1,
      host: '::1',
      stateFile: 'f',
      seed: 'x',
      publicUrl: 'http://c.test',
      webhooks: [
        { url: 'http://a.test', secret: 's' },
        { url: 'http://b.test', secret: 's' },
      ],
    },
  })
})
