import { hour, minute } from '@holdfast/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { goToPay, openClinicCommands, pay, type ClinicCommands } from './clinic-commands.ts'

let clinic: ClinicCommands
beforeEach(() => {
  clinic = openClinicCommands()
})
afterEach(() => clinic.remove())

const holdfast: ClinicCommands['holdfast'] = (...args) => clinic.holdfast(...args)
const inClinic: ClinicCommands['inClinic'] = (agoMs, work) => clinic.inClinic(agoMs, work)
const standing: ClinicCommands['standing'] = (paymentId) => clinic.standing(paymentId)
const configure: ClinicCommands['configure'] = (body) => clinic.configure(body)

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

it('ends nothing where Stripe does not close the page, says so by its exit code, and leaves it to be asked again', async () => {
  const left = await inClinic(3 * hour, goToPay)
  configure(`
    const clinic = await openClinic(folder)
    clinic.simulator.addFault({ match: 'POST /v1/checkout/sessions/{id}/expire', kind: '429' })
    return clinic`)
  const { code, out } = await holdfast('cleanup-abandoned', '--hours', '0.5')
  expect(code).toBe(1)
  expect(out).toContain('1 pending: its page could not be closed yet; the provider is asked until it is')
  expect(await standing(left.paymentId)).toEqual(['pending', 'open', 'open'])
  await inClinic(-10 * minute, async (clinic) => {
    while ((await clinic.holdfast.workOnce()) > 0);
  })
  expect(await standing(left.paymentId)).toEqual(['cancelled', 'abandoned', 'expired'])
})

it('sells what is paid before Stripe has closed the page', async () => {
  const left = await inClinic(3 * hour, goToPay)
  configure(`
    const clinic = await openClinic(folder)
    clinic.simulator.addFault({ match: 'POST /v1/checkout/sessions/{id}/expire', kind: '429' })
    return clinic`)
  expect(await holdfast('cleanup-abandoned')).toMatchObject({ code: 1 })
  await inClinic(0, (clinic) => pay(clinic, left.sessionId))
  configure('return openClinic(folder)')
  expect(await holdfast('cleanup-abandoned')).toMatchObject({ code: 0, out: expect.stringContaining('1 paid') })
  expect(await standing(left.paymentId)).toEqual(['completed', 'fulfilled', 'complete'])
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
  configure(`setInterval(() => {}, 1000); return openClinic(folder)`)
  expect(await holdfast('cleanup-abandoned')).toMatchObject({ code: 0 })
})
