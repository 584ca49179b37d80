import { hour, type PaymentId } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommandLine } from '../src/index.ts'
import { liveLines } from '../src/live-lines.ts'
import { decline, goToPay, openClinicCommands, openIntent, pay, type ClinicCommands } from './clinic-commands.ts'
import { heardTerminal } from './terminals.ts'

let clinic: ClinicCommands
beforeEach(() => {
  clinic = openClinicCommands()
})
afterEach(() => clinic.remove())

const staff = { type: 'staff', id: 'eve' } as const
const cancel = (paymentId: PaymentId) =>
  clinic.inClinic(0, ({ holdfast }) => holdfast.cancelPayment({ actor: staff, paymentId }))
const columnsOf = (line: string | undefined): readonly string[] => (line ?? '').split(/ {2,}/)

describe('check-payment-status', () => {
  it('shows open payments where nothing else was asked for, newest first, and what the provider last said', async () => {
    const older = await clinic.inClinic(hour, goToPay)
    const newer = await clinic.inClinic(0, openIntent)
    const cancelled = await clinic.inClinic(0, openIntent)
    await cancel(cancelled.paymentId)
    const { code, out, err } = await clinic.holdfast('check-payment-status')
    expect([code, err]).toEqual([0, ''])
    const [head, first, second, ...rest] = out.trimEnd().split('\n')
    expect(columnsOf(head)).toEqual(['PAYMENT', 'STATUS', 'AMOUNT', 'AT THE PROVIDER', 'CHANGED', 'PURPOSE', 'OWNER'])
    expect(columnsOf(first).slice(0, 4)).toEqual([newer.paymentId, 'pending', '400.00 MXN', 'nothing was asked for'])
    expect(columnsOf(second).slice(0, 4)).toEqual([
      older.paymentId,
      'pending',
      '400.00 MXN',
      expect.stringMatching(/^open until 20/),
    ])
    expect(rest).toEqual([])
  })

  it('shows one payment, or all of a person, whatever has become of them', async () => {
    const { paymentId } = await clinic.inClinic(0, openIntent)
    await cancel(paymentId)
    expect(await clinic.holdfast('check-payment-status')).toMatchObject({
      code: 0,
      out: 'There are no open payments.\n',
    })
    for (const choice of [
      ['--payment-id', paymentId],
      ['--user-email', 'ana@example.com'],
    ])
      expect(JSON.parse((await clinic.holdfast('check-payment-status', ...choice, '--json')).out)).toMatchObject({
        command: 'check-payment-status',
        at: expect.stringMatching(/Z$/),
        unheard: 0,
        payments: [{ payment_id: paymentId, status: 'cancelled', cancel_reason: 'requested', asked: null }],
      })
  })

  it('asks the provider first where it is told to, and takes in what it says', async () => {
    const { paymentId } = await clinic.inClinic(hour, async (host) => {
      const opened = await goToPay(host)
      await pay(host, opened.sessionId)
      return opened
    })
    const status = (...more: readonly string[]) =>
      clinic.holdfast('check-payment-status', '--payment-id', paymentId, ...more)
    expect((await status()).out).toContain('pending')
    expect(JSON.parse((await status('--sync', '--json')).out)).toMatchObject({
      payments: [{ status: 'completed', asked: 'asked' }],
    })
    expect((await status()).out).toContain('completed')
  })

  it('says how many cards an open page has declined, and why the last one was', async () => {
    const { paymentId } = await clinic.inClinic(hour, async (host) => {
      const opened = await goToPay(host)
      await decline(host, opened.sessionId)
      await host.holdfast.syncPayment({ actor: staff, paymentId: opened.paymentId })
      await decline(host, opened.sessionId)
      return opened
    })
    const status = (...more: readonly string[]) =>
      clinic.holdfast('check-payment-status', '--payment-id', paymentId, ...more)
    expect((await status()).out).toMatch(/open until \S+Z, 1 declined on it, the last at \S+Z: insufficient_funds/)
    expect(JSON.parse((await status('--sync', '--json')).out)).toMatchObject({
      payments: [
        {
          status: 'pending',
          failure: null,
          attempts: [
            { status: 'open', declines: [{ failure: 'insufficient_funds' }, { failure: 'insufficient_funds' }] },
          ],
        },
      ],
    })
  })

  it('says by its exit code that the provider could not be asked', async () => {
    await clinic.inClinic(hour, goToPay)
    clinic.configure(`
      const clinic = await openClinic(folder)
      clinic.simulator.addFault({ match: 'GET /v1/checkout/sessions/{id}', kind: '429', times: 9 })
      return clinic`)
    const { code, out } = await clinic.holdfast('check-payment-status', '--sync')
    expect([code, out]).toEqual([1, expect.stringContaining('The provider gave no answer for 1')])
  })

  it('says who and what it does not know', async () => {
    const refused = async (...args: readonly string[]) => clinic.holdfast('check-payment-status', ...args)
    expect(await refused('--payment-id', 'pay_none')).toMatchObject({
      code: 4,
      err: expect.stringContaining('no payment'),
    })
    expect(await refused('--user-email', 'eve@example.com')).toMatchObject({
      code: 4,
      err: expect.stringContaining('Nobody here has the address eve@example.com'),
    })
    expect(await refused('--user-email', 'ana@example.com', '--payment-id', 'pay_none')).toMatchObject({
      code: 2,
      err: 'Give --payment-id or --user-email, and not both.\n',
    })
    expect(await refused('--user-email', 'ana')).toMatchObject({
      code: 2,
      err: expect.stringContaining('such as ana@example.com'),
    })
    clinic.configure('const { findOwner, ...rest } = await openClinic(folder); return rest')
    expect(await refused('--user-email', 'ana@example.com')).toMatchObject({
      code: 2,
      err: expect.stringContaining("Add 'findOwner' to it"),
    })
    clinic.configure('const { unitOfWork, ...rest } = await openClinic(folder); return rest')
    expect(await refused()).toMatchObject({ code: 2, err: expect.stringContaining("Add 'unitOfWork' to it") })
  })
})

describe('check-payment-status --watch', () => {
  it('says on a pipe what has changed since the last look, and only that, until it is interrupted', async () => {
    const { paymentId } = await clinic.inClinic(0, openIntent)
    const running = clinic.start(['check-payment-status', '--watch', '--interval', '0.1'])
    await running.says(`${paymentId}  pending`)
    await cancel(paymentId)
    await running.says(`${paymentId}  cancelled`)
    running.child.kill('SIGINT')
    const { code, out } = await running.ended
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(`^\\S+Z {2}${paymentId} {2}pending {2}400\\.00 MXN {2}nothing was asked for {2}`),
      expect.stringMatching(`^\\S+Z {2}${paymentId} {2}cancelled {2}`),
      expect.stringMatching(/^Looked \d+ times, from \S+ to \S+\.$/),
    ])
  })

  it('ends by itself after --duration, and gives a program a document a line', async () => {
    await clinic.inClinic(0, openIntent)
    const { code, out } = await clinic.holdfast(
      'check-payment-status',
      '--duration',
      '0.7',
      '--interval',
      '0.2',
      '--json',
    )
    expect(code).toBe(0)
    const documents = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const looks = documents.slice(0, -1)
    expect(looks.length).toBeGreaterThan(1)
    for (const look of looks) expect(look).toMatchObject({ payments: [{ status: 'pending' }] })
    expect(documents.at(-1)).toMatchObject({ command: 'check-payment-status', looks: looks.length })
  })

  it('goes on while the database is away', async () => {
    const core = JSON.stringify(import.meta.resolve('@holdfast/core'))
    clinic.configure(`
      const { StoreUnavailable } = await import(${core})
      const clinic = await openClinic(folder)
      let reads = 0
      const read = (work) => { if (++reads === 2) throw new StoreUnavailable('It restarts.'); return clinic.unitOfWork.read(work) }
      return { ...clinic, unitOfWork: { ...clinic.unitOfWork, read: async (work) => read(work) } }`)
    const { code, out } = await clinic.holdfast('check-payment-status', '--duration', '0.9', '--interval', '0.2')
    expect(code).toBe(0)
    expect(out).toContain('The database does not answer, and is tried again: It restarts.')
    expect(out).toMatch(/Looked [3-9] times/)
  })

  it("tells every time by the host's clock", async () => {
    clinic.configure(`
      const clinic = await openClinic(folder)
      return { ...clinic, clock: { ...clinic.clock, now: () => Date.UTC(2031, 0, 1) } }`)
    const { code, out } = await clinic.holdfast('check-payment-status', '--duration', '0.3', '--interval', '0.2')
    expect(code).toBe(0)
    expect([...new Set(out.match(/\d{4}-\d\d-\d\dT\S+Z/g))]).toEqual(['2031-01-01T00:00:00.000Z'])
  })

  it('draws in place on a terminal', async () => {
    await clinic.inClinic(0, openIntent)
    const stop = new AbortController()
    const terminal = heardTerminal({ isTTY: true })
    setTimeout(() => stop.abort(), 600)
    const args = ['check-payment-status', '--watch', '--interval', '0.2']
    expect(await runCommandLine(args, { terminal, folder: clinic.folder, stop: stop.signal })).toBe(0)
    const [first = '', ...more] = terminal.heard.out().split('\u001B[3F\u001B[J')
    expect(first).toMatch(/^\S+Z {2}open payments\. Ctrl-C ends this\.\nPAYMENT .*\npay_.*\n$/)
    expect(more.length).toBeGreaterThan(0)
  })
})

it.each([{ columns: 0, rows: 0 }, {}])('draws as on a usual screen on a terminal of which the size is %o', (size) => {
  const terminal = heardTerminal({ isTTY: true })
  const out = Object.assign(terminal.out, { columns: undefined, rows: undefined }, size)
  liveLines(out as never)(['a heading', 'a'.repeat(100), ...Array.from({ length: 30 }, () => 'row')])
  const drawn = terminal.heard.out().trimEnd().split('\n')
  expect([drawn.length, drawn[0], drawn[1]?.length]).toEqual([23, 'a heading', 79])
})

it('draws no line that would break, and none below the last of the screen', () => {
  const terminal = heardTerminal({ isTTY: true })
  const draw = liveLines(Object.assign(terminal.out, { columns: 10, rows: 3 }))
  draw(['a line that is too long', 'b', 'c', 'd'])
  draw(['e'])
  draw([])
  expect(terminal.heard.out()).toBe('a line th\nb\n\u001B[2F\u001B[Je\n\u001B[1F\u001B[J')
})
