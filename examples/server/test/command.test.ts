import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { day } from '@holdfast/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { freePort, run, runUntilListening, serverProgram, type Process } from './processes.ts'
import { stripeAt } from './stripe-payer.ts'
import { createVisitor } from './visitor.ts'

const cliPackage = createRequire(import.meta.url).resolve('@holdfast/adapter-cli/package.json')
const configuration = fileURLToPath(new URL('../holdfast.config.mjs', import.meta.url))
const bin = join(dirname(cliPackage), 'bin', 'holdfast.mjs')

let folder = ''
let port = ''
let server: Process | undefined
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stays-command-'))
  port = String(await freePort())
})
afterEach(async () => {
  await server?.kill()
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})
const serving = async () => (server = await runUntilListening(serverProgram, folder, { PORT: port }))
const command = async (...args: readonly string[]) => {
  const program = run([bin, ...args, '--config', configuration], folder, { PORT: port })
  return { ...(await program.ended), said: program.output() }
}
const holdfast = (...more: readonly string[]) => command('cleanup-abandoned', '--hours', '1', ...more)

/** Ana goes as far as the payment page for two nights, and no further. */
const leave = async (origin: string): Promise<{ readonly intentId: string; readonly paymentId: string }> => {
  const ana = createVisitor(origin)
  const { csrfToken } = await ana.signIn('ana@example.com')
  const post = async (path: string, body: object) => {
    const response = await ana.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
      body: JSON.stringify(body),
    })
    return z.object({ intent_id: z.string().optional(), payment_id: z.string() }).parse(await response.json())
  }
  const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString().slice(0, 10)
  const payload = { property: 'casa-del-mar', arrival: inDays(50), departure: inDays(52) }
  const { intent_id: intentId = '', payment_id: paymentId } = await post('/api/intents/', {
    kind: 'reservation',
    payload,
  })
  await post(`/api/intents/${intentId}/pay/`, {})
  return { intentId, paymentId }
}

it("lists and closes what was left, at the server's own simulator and by its clock", async () => {
  const origin = `http://127.0.0.1:${port}`
  await serving()
  const { intentId, paymentId } = await leave(origin)
  const { advance, ledger } = stripeAt(origin)
  expect((await holdfast('--dry-run')).said).not.toContain(intentId)
  await advance(5_400_000)
  const page = async () =>
    (await ledger()).derived.sessions.find(({ metadata }) => metadata['payment_id'] === paymentId)?.status

  expect(await holdfast('--dry-run')).toMatchObject({ code: 0, said: expect.stringContaining(intentId) })
  expect(await page()).toBe('open')
  expect(await holdfast()).toMatchObject({ code: 0, said: expect.stringContaining('1 abandoned') })
  expect(await page()).toBe('expired')
  expect((await holdfast()).said).toContain('Nothing that was opened more than 1 hour ago')
})

it('says what is missing: the database, or the server whose simulator it needs; a dry run needs only the first', async () => {
  expect(await holdfast('--dry-run')).toMatchObject({
    code: 2,
    said: expect.stringContaining('There is no database at'),
  })
  await (await serving()).stop()
  expect(await holdfast('--dry-run')).toMatchObject({ code: 0 })
  expect(await holdfast()).toMatchObject({
    code: 1,
    said: expect.stringContaining(`no server answers at http://127.0.0.1:${port}. Start it (npm start)`),
  })
})

it('shows and cancels what a guest has left, whom it knows by her address, and tells the story', async () => {
  await serving()
  const { paymentId } = await leave(`http://127.0.0.1:${port}`)
  expect(await command('check-payment-status', '--user-email', 'Ana@example.com')).toMatchObject({
    code: 0,
    said: expect.stringMatching(new RegExp(`^${paymentId} +pending .* open until `, 'm')),
  })
  expect(await command('check-payment-status', '--user-email', 'nobody@example.com')).toMatchObject({ code: 4 })
  expect(await command('test-cancellation', '--payment-id', paymentId)).toMatchObject({
    code: 0,
    said: expect.stringMatching(/pending, page open +cancelled, page expired +cancelled/),
  })
  expect(await command('explain', paymentId)).toMatchObject({
    code: 0,
    said: expect.stringContaining('ASKED    cancel payment, by staff:command-line'),
  })
  expect(await command('clean-expired-sessions', '--force')).toMatchObject({ code: 0 })
})

it('makes the tables before any server has run, its own as well, and answers when they are asked for', async () => {
  expect(await command('wait-for-database', '--timeout', '5')).toMatchObject({ code: 0 })
  expect(await command('migrate', '--dry-run')).toMatchObject({
    code: 0,
    said: expect.stringContaining('would be taken'),
  })
  expect(await command('migrate')).toMatchObject({ code: 0, said: expect.stringContaining('0001_initial') })
  expect(await command('migrate', '--dry-run')).toMatchObject({ code: 0, said: expect.stringContaining('up to date') })
  expect(await command('migrate')).toMatchObject({ code: 0, said: 'The tables are up to date.\n' })
  expect(await command('check-payment-status')).toMatchObject({ code: 0, said: 'There are no open payments.\n' })
})

it('works beside a server, until it is told to stop', async () => {
  await serving()
  const working = run([bin, 'worker', '--config', configuration], folder, { PORT: port })
  while (!working.output().includes('Working since')) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await working.stop()).toEqual({ code: 0, signal: null })
  expect(working.output()).toContain('Stopped at ')
})
