import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { hour, minute, type OwnerId, type PaymentId } from '@holdfast/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openClinic, type Clinic } from './clinic.mjs'

const bin = fileURLToPath(new URL('../bin/holdfast.mjs', import.meta.url))
const ana = { type: 'owner', id: 'ana' as OwnerId } as const

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-cli-'))
  configure(`return openClinic(${JSON.stringify(folder)})`)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Writes the configuration of the folder, whose function has this body. */
const configure = (body: string): void =>
  writeFileSync(
    path.join(folder, 'holdfast.config.mjs'),
    `import { openClinic } from ${JSON.stringify(new URL('./clinic.mjs', import.meta.url).href)}
     export const holdfast = async ({ command, dryRun }) => { ${body} }\n`,
  )

/** Runs the command as a shell would, in a process of its own. */
const holdfast = (...args: readonly string[]) =>
  new Promise<{ readonly code: unknown; readonly out: string; readonly err: string }>((resolve) => {
    execFile(process.execPath, [bin, ...args], { cwd: folder }, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    )
  })

/** What is done in the clinic so long ago, before any command is run. */
const inClinic = async <T>(agoMs: number, work: (clinic: Clinic) => Promise<T>): Promise<T> => {
  const clinic = await openClinic(folder, agoMs)
  try {
    return await work(clinic)
  } finally {
    await clinic.close()
  }
}

const goToPay = async ({ holdfast: { openIntent, startCheckout } }: Clinic) => {
  const opened = await openIntent({ actor: ana, kind: 'consultation', payload: {} })
  if (!opened.ok) throw new Error(opened.error.code)
  const page = await startCheckout({ actor: ana, paymentId: opened.value.paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
  return { ...opened.value, sessionId: page.value.sessionId }
}

const pay = async ({ simulator }: Clinic, sessionId: string): Promise<void> => {
  const answer = await simulator.fetch(`http://127.0.0.1:12111/v1/payment_pages/${sessionId}/confirm`, {
    method: 'POST',
    body: new URLSearchParams({ payment_method: 'pm_card_visa' }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

/** What is so by now: the payment, its intent, and its page at Stripe. */
const standing = (paymentId: PaymentId) =>
  inClinic(0, async ({ unitOfWork, simulator }) =>
    unitOfWork.read(async (tx) => {
      const payment = (await tx.payments.find(paymentId))?.value.payment
      const intent = await tx.intents.find(payment?.subject.id as never)
      const session = simulator.ledger().derived.sessions.find(({ metadata }) => metadata['payment_id'] === paymentId)
      return [payment?.status, intent?.value.status, session?.status]
    }),
  )

it('closes what was left, its page at Stripe with it, and leaves what is young', async () => {
  const left = await inClinic(3 * hour, goToPay)
  const young = await inClinic(hour, goToPay)
  const { code, out, err } = await holdfast('cleanup-abandoned', '--hours', '2', '--json')
  expect([code, err]).toEqual([0, ''])
  expect(JSON.parse(out)).toEqual({
    command: 'cleanup-abandoned',
    dry_run: false,
    hours: 2,
    counts: { abandoned: 1, pending: 0, paid: 0, processing: 0, failed: 0 },
    more: false,
    intents: [
      {
        intent_id: left.intentId,
        payment_id: left.paymentId,
        kind: 'consultation',
        amount: '400.00',
        currency: 'MXN',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        outcome: 'abandoned',
      },
    ],
  })
  expect(await standing(left.paymentId)).toEqual(['cancelled', 'abandoned', 'expired'])
  expect(await standing(young.paymentId)).toEqual(['pending', 'open', 'open'])
})

it('changes nothing in a dry run, and lists what would be closed', async () => {
  const left = await inClinic(3 * hour, goToPay)
  const { code, out } = await holdfast('cleanup-abandoned', '--dry-run')
  expect(code).toBe(0)
  expect(out).toContain(left.intentId)
  expect(out).toContain('Opened more than 2 hours ago and still open: 1.')
  expect(out).toContain('This was a dry run')
  expect(await standing(left.paymentId)).toEqual(['pending', 'open', 'open'])
})

it('leaves what was paid at Stripe without our having heard of it: it is a consultation now', async () => {
  const paid = await inClinic(3 * hour, async (clinic) => {
    const one = await goToPay(clinic)
    await pay(clinic, one.sessionId)
    return one
  })
  const { code, out } = await holdfast('cleanup-abandoned', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ counts: { paid: 1, abandoned: 0 }, intents: [{ outcome: 'paid' }] })
  expect(await standing(paid.paymentId)).toEqual(['completed', 'fulfilled', 'complete'])
  const made = await inClinic(0, ({ unitOfWork }) => unitOfWork.read((tx) => tx.consultations.list({ limit: 9 })))
  expect(made).toMatchObject([{ paymentId: paid.paymentId, status: 'open' }])
})

it('says by its exit code that Stripe could not be reached, which is asked again by itself', async () => {
  const left = await inClinic(3 * hour, goToPay)
  configure(`
    const clinic = await openClinic(${JSON.stringify(folder)})
    clinic.simulator.addFault({ match: 'POST /v1/checkout/sessions/{id}/expire', kind: '429' })
    return clinic`)
  const { code, out } = await holdfast('cleanup-abandoned', '--hours', '0.5')
  expect(code).toBe(1)
  expect(out).toContain('1 pending: closed here; the provider could not be reached')
  expect(await standing(left.paymentId)).toEqual(['cancelled', 'abandoned', 'open'])
  await inClinic(-10 * minute, async (clinic) => {
    while ((await clinic.holdfast.workOnce()) > 0);
  })
  expect(await standing(left.paymentId)).toEqual(['cancelled', 'abandoned', 'expired'])
})

it('tells the configuration which command wants its wiring, and whether it will change anything', async () => {
  configure("throw new Error(command + ' ' + dryRun)")
  expect(await holdfast('cleanup-abandoned', '--dry-run')).toMatchObject({
    code: 2,
    err: expect.stringContaining('could not put Holdfast together: cleanup-abandoned true\n'),
  })
  expect((await holdfast('cleanup-abandoned')).err).toContain('cleanup-abandoned false')
})

it('explains mistakes, and does nothing then', async () => {
  const left = await inClinic(3 * hour, goToPay)
  expect(await holdfast('cleanup-abandoned', '--hours', '0')).toEqual({
    code: 2,
    out: '',
    err: "option '--hours <number>' argument '0' is invalid. Give a positive number of hours, such as 2 or 0.5.\n",
  })
  expect(await holdfast('clean-up')).toMatchObject({ code: 2, err: expect.stringContaining("'clean-up'") })
  expect(await standing(left.paymentId)).toEqual(['pending', 'open', 'open'])
})

it('ends, although its host leaves something open', async () => {
  configure(`setInterval(() => {}, 1000); return openClinic(${JSON.stringify(folder)})`)
  expect(await holdfast('cleanup-abandoned')).toMatchObject({ code: 0 })
})
