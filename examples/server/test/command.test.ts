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
const command = [
  join(dirname(cliPackage), 'bin', 'holdfast.mjs'),
  'cleanup-abandoned',
  '--hours',
  '1',
  '--config',
  configuration,
] as const

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
const holdfast = async (...more: readonly string[]) => {
  const program = run([...command, ...more], folder, { PORT: port })
  return { ...(await program.ended), said: program.output() }
}

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
    code: 2,
    said: expect.stringContaining(`no server answers at http://127.0.0.1:${port}. Start it (npm start)`),
  })
})
