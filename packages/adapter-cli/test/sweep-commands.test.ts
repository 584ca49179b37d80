import { day, hour, minute } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goToPay, openClinicCommands, pay, type ClinicCommands } from './clinic-commands.ts'
import type { Clinic } from './clinic.mjs'

let clinic: ClinicCommands
beforeEach(() => {
  clinic = openClinicCommands()
})
afterEach(() => clinic.remove())

const goAndPay = async (host: Clinic) => {
  const opened = await goToPay(host)
  await pay(host, opened.sessionId)
  return opened
}

describe('clean-expired-sessions', () => {
  it('finds what has expired at Stripe without our hearing of it, and what was paid', async () => {
    const expired = await clinic.inClinic(day + hour, goToPay)
    const paid = await clinic.inClinic(3 * hour, goAndPay)
    const { code, out, err } = await clinic.holdfast('clean-expired-sessions')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(new RegExp(`^${expired.paymentId} {2}pending, page open {2}failed, page expired$`, 'm'))
    expect(out).toMatch(new RegExp(`^${paid.paymentId} {2}pending, page open {2}completed, page succeeded$`, 'm'))
    expect(out).toContain('Asked about what was due: 2, of which 2 had moved.')
    expect((await clinic.standing(paid.paymentId))[0]).toBe('completed')
    expect(JSON.parse((await clinic.holdfast('clean-expired-sessions', '--json')).out)).toEqual({
      command: 'clean-expired-sessions',
      dry_run: false,
      force: false,
      asked: 0,
      moved: 0,
      failed: 0,
      events: null,
      forced: { asked: 0, unheard: 0 },
      changes: [],
      next_in_s: 900,
    })
  })

  it('lists in a dry run what it would ask about, and changes nothing', async () => {
    const { paymentId } = await clinic.inClinic(day + hour, goToPay)
    const { code, out } = await clinic.holdfast('clean-expired-sessions', '--dry-run')
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`^page or charge under way {2}att_\\w+ {2}${paymentId} {2}yes$`, 'm'))
    expect(out).toContain('This was a dry run')
    expect((await clinic.standing(paymentId))[0]).toBe('pending')
    expect(JSON.parse((await clinic.holdfast('clean-expired-sessions', '--dry-run', '--json')).out)).toEqual({
      command: 'clean-expired-sessions',
      dry_run: true,
      force: false,
      more: false,
      items: [{ payment_id: paymentId, about: 'attempt', id: expect.stringMatching(/^att_/), due: true }],
    })
  })

  it('asks with --force also about what is not due yet', async () => {
    const { paymentId } = await clinic.inClinic(minute, goAndPay)
    expect((await clinic.holdfast('clean-expired-sessions', '--dry-run')).out).toMatch(/^Nothing is due for a look\.\n/)
    expect((await clinic.holdfast('clean-expired-sessions', '--dry-run', '--force')).out).toContain('not yet')
    expect((await clinic.holdfast('clean-expired-sessions')).out).toContain('Everything is as it was known here')
    const { code, out } = await clinic.holdfast('clean-expired-sessions', '--force')
    expect(code).toBe(0)
    expect(out).toContain('Asked about what was not due yet: 1.')
    expect(out).toMatch(new RegExp(`^${paymentId} {2}pending, page open {2}completed, page succeeded$`, 'm'))
  })

  it.each([
    ['due', 3 * hour],
    ['not due', minute],
  ])('says by its exit code that Stripe could not be reached about what is %s', async (_what, agoMs) => {
    await clinic.inClinic(agoMs, goToPay)
    clinic.configure(`
        const clinic = await openClinic(folder)
        clinic.simulator.addFault({ match: 'GET /v1/checkout/sessions/{id}', kind: '429', times: 9 })
        return clinic`)
    const { code, out } = await clinic.holdfast('clean-expired-sessions', '--force')
    expect([code, out]).toEqual([1, expect.stringContaining('No answer for 1: ')])
  })
})

describe('clean-expired-sessions, of which only one goes on at a time,', () => {
  const planned = () => clinic.inClinic(0, ({ unitOfWork }) => unitOfWork.read((tx) => tx.tasks.find('sweep')))
  /** Somebody sweeps, for so long. */
  const sweeping = (leaseMs: number) =>
    clinic.inClinic(0, ({ unitOfWork, clock }) =>
      unitOfWork.run(async (tx) => {
        const now = clock.now()
        await tx.tasks.append([{ id: 'sweep', body: { type: 'sweep' }, dueAt: now }], now)
        await tx.tasks.take('sweep', { now, leaseMs })
      }),
    )

  it('takes the place of the sweep that is planned, which is planned anew from then on', async () => {
    await clinic.inClinic(3 * hour, goAndPay)
    await clinic.holdfast('start-auto-cleanup')
    await clinic.holdfast('clean-expired-sessions')
    const sweep = await planned()
    expect(sweep).toMatchObject({ status: 'waiting', lastRun: { result: { asked: 1, moved: 1, failed: 0 } } })
    expect(sweep?.leasedUntil).toBeUndefined()
    expect((sweep?.dueAt ?? 0) - Date.now()).toBeGreaterThan(4 * minute)
  })

  it('asks nobody while another is under way, and says what to do', async () => {
    const { paymentId } = await clinic.inClinic(3 * hour, goAndPay)
    await sweeping(5 * minute)
    const { code, out, err } = await clinic.holdfast('clean-expired-sessions', '--force')
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^A sweep is under way already, .* --wait 300, .* free at \S+Z\.\n$/)
    expect((await clinic.standing(paymentId))[0]).toBe('pending')
    expect(JSON.parse((await clinic.holdfast('clean-expired-sessions', '--json')).out)).toEqual({
      error: { code: 'sweeping_already', message: expect.stringContaining('Run this again when it has ended') },
    })
    const waited = await clinic.holdfast('clean-expired-sessions', '--wait', '0.2')
    expect([waited.code, waited.err]).toEqual([1, expect.stringMatching(/^A sweep is under way already: waiting/)])
  })

  it('waits for another with --wait, and is made then', async () => {
    const { paymentId } = await clinic.inClinic(3 * hour, goAndPay)
    await sweeping(3_000)
    const { code, out, err } = await clinic.holdfast('clean-expired-sessions', '--wait', '60')
    expect([code, err]).toEqual([0, 'A sweep is under way already: waiting for it.\n'])
    expect(out).toContain('Asked about what was due: 1, of which 1 had moved.')
    expect((await clinic.standing(paymentId))[0]).toBe('completed')
  })

  it('takes in what Stripe has told and nobody heard, where the host can list that', async () => {
    const { paymentId } = await clinic.inClinic(minute, goAndPay)
    clinic.configure('return openClinic(folder, 0, { history: true })')
    const { code, out } = await clinic.holdfast('clean-expired-sessions')
    expect(code).toBe(0)
    expect(out).toMatch(/^Taken in of what the provider has told and nobody had heard: [1-9]\d*\.$/m)
    expect((await clinic.standing(paymentId))[0]).toBe('completed')
    expect(JSON.parse((await clinic.holdfast('clean-expired-sessions', '--json')).out)).toMatchObject({
      events: { recovered: 0, until: expect.stringMatching(/Z$/), interrupted: false },
    })
  })

  it('says by its exit code that what Stripe has told could not be listed', async () => {
    clinic.configure(`
        const clinic = await openClinic(folder, 0, { history: true })
        clinic.simulator.addFault({ match: 'GET /v1/events', kind: '429', times: 9 })
        return clinic`)
    const { code, out } = await clinic.holdfast('clean-expired-sessions')
    expect([code, out]).toEqual([1, expect.stringContaining('could not be listed to its end')])
  })
})

describe('start-auto-cleanup', () => {
  const run = async (...args: readonly string[]) =>
    JSON.parse((await clinic.holdfast('start-auto-cleanup', ...args, '--json')).out) as {
      readonly outcome: string
      readonly due_at: string
    }
  const inSeconds = ({ due_at }: { readonly due_at: string }): number =>
    Math.round((Date.parse(due_at) - Date.now()) / 1000)
  const planned = () => clinic.inClinic(0, ({ unitOfWork }) => unitOfWork.read((tx) => tx.tasks.find('sweep')))

  it('plans the sweep, brings it forward, and leaves alone what comes soon enough', async () => {
    const first = await run('--delay', '300')
    expect(first).toMatchObject({ command: 'start-auto-cleanup', dry_run: false, outcome: 'planned' })
    expect(inSeconds(first)).toBeGreaterThan(280)
    const sooner = await run()
    expect([sooner.outcome, inSeconds(sooner) <= 60]).toEqual(['brought_forward', true])
    expect(await run('--delay', '300')).toMatchObject({ outcome: 'kept', due_at: sooner.due_at })
    expect(await planned()).toMatchObject({ status: 'waiting', dueAt: Date.parse(sooner.due_at) })
  })

  it('changes nothing in a dry run, and says what would be so', async () => {
    const { code, out } = await clinic.holdfast('start-auto-cleanup', '--delay', '300', '--dry-run')
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^The sweep is not planned, and would be for \S+Z\. A worker runs it/),
    ])
    expect(out).toContain('This was a dry run')
    expect(await planned()).toBeUndefined()
    await run('--delay', '300')
    const saidOf = async (...args: readonly string[]) => (await clinic.holdfast('start-auto-cleanup', ...args)).out
    expect(await saidOf('--dry-run')).toMatch(/^The sweep is planned for later, and would come at \S+Z instead\. /)
    expect(await saidOf('--delay', '600', '--dry-run')).toMatch(
      /^The sweep is planned already: it comes at \S+Z, and would stay there\. /,
    )
    expect(await saidOf()).toMatch(/^The sweep was planned for later, and is brought forward: it comes at \S+Z\. /)
  })

  it('is what a worker runs, which plans it again', async () => {
    const { paymentId } = await clinic.inClinic(3 * hour, goAndPay)
    await clinic.holdfast('start-auto-cleanup', '--delay', '1')
    await clinic.inClinic(-minute, async ({ holdfast }) => {
      while ((await holdfast.workOnce()) > 0);
    })
    expect((await clinic.standing(paymentId))[0]).toBe('completed')
    expect(await planned()).toMatchObject({ status: 'waiting' })
  })
})

describe('worker', () => {
  const messagesOf = async ({ unitOfWork }: Clinic) => unitOfWork.read((tx) => tx.outbox.depth(0 as never))

  it('does what is due until it is told to stop, and says when it has', async () => {
    await clinic.inClinic(hour, async (host) => {
      const { paymentId } = await goAndPay(host)
      await host.holdfast.syncPayment({ actor: { type: 'system' }, paymentId })
    })
    expect(await clinic.inClinic(0, messagesOf)).toMatchObject({ waiting: 1 })
    const running = clinic.start(['worker', '--idle-ms', '20'])
    await running.says('Working since ')
    await expect.poll(() => clinic.inClinic(0, messagesOf), { timeout: 20_000 }).toMatchObject({ waiting: 0 })
    running.child.kill('SIGTERM')
    const { code, out, err } = await running.ended
    expect(code).toBe(0)
    expect(out).toMatch(/^Stopped at \S+Z\. It had worked since \S+Z\.\n$/)
    expect(err).toMatch(/^Working since \S+Z\. .*\nFinishing what is under way\. /)
  })

  it('gives a program one document, when it has stopped', async () => {
    const running = clinic.start(['worker', '--json'])
    await running.says('Working since ')
    running.child.kill('SIGINT')
    const { code, out } = await running.ended
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      command: 'worker',
      started_at: expect.stringMatching(/Z$/),
      stopped_at: expect.stringMatching(/Z$/),
    })
  })

  it('waits for what is under way, until it is told a second time', async () => {
    clinic.configure(`
      const clinic = await openClinic(folder)
      return { ...clinic, holdfast: { ...clinic.holdfast, startWorker: ({ idleMs }) => {
        console.error('every', idleMs)
        return { stop: () => new Promise((resolve) => setTimeout(resolve, 60_000)) }
      } } }`)
    const running = clinic.start(['worker', '--idle-ms', '70'])
    await running.says('Working since ')
    expect(running.said()).toContain('every 70')
    running.child.kill('SIGINT')
    await running.says('Finishing what is under way.')
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 'SIGINT', out: '' })
  })
})
