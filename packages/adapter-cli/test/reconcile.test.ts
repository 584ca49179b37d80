import { day, hour, instant, minute, money, type Drift, type PaymentId, type Reconciled } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommandLine } from '../src/index.ts'
import { reconcileText } from '../src/reconcile/reconcile-text.ts'
import { goToPay, openClinicCommands, openLostPage, pay, type ClinicCommands } from './clinic-commands.ts'
import type { Clinic } from './clinic.mjs'
import { heardTerminal } from './terminals.ts'

let clinic: ClinicCommands
beforeEach(() => {
  clinic = openClinicCommands()
})
afterEach(() => clinic.remove())

const reconcile = (...args: readonly string[]) => clinic.holdfast('reconcile', ...args)

/** A page that was paid at Stripe, of which nobody has heard here. */
const payUnheard = async (host: Clinic) => {
  const opened = await goToPay(host)
  await pay(host, opened.sessionId)
  return opened
}
const payAndHear = async (host: Clinic) => {
  const opened = await payUnheard(host)
  await host.holdfast.syncPayment({ actor: { type: 'system' }, paymentId: opened.paymentId })
  return opened
}

describe('reconcile', () => {
  it('says that nothing differs, and how much was compared', async () => {
    await clinic.inClinic(2 * hour, payAndHear)
    await clinic.inClinic(minute, goToPay)
    const { code, out, err } = await reconcile()
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^pages +1 +1$/m)
    expect(out).toMatch(/^charged MXN +400\.00 +400\.00$/m)
    expect(out).toContain('Too young to be compared: 1.')
    expect(out).toContain('It is the same on both sides.\n')
  })

  it('tells of money that was not heard of, mends nothing unless told to, and then all of it', async () => {
    const { paymentId } = await clinic.inClinic(2 * hour, payUnheard)
    const { code, out } = await reconcile()
    expect(code).toBe(5)
    expect(out).toMatch(/^charged MXN +400\.00 +0\.00 +400\.00$/m)
    expect(out).toMatch(/^charge_not_counted: 1, --fix mends it$/m)
    expect(out).toMatch(/^ {2}\S+Z {2}there captured 400\.00 MXN; here open 400\.00 MXN$/m)
    expect(out).toContain(`    holdfast explain ${paymentId}\n`)
    expect(out).toContain('holdfast reconcile --fix mends all of it.\n')
    const dry = await reconcile('--fix', '--dry-run')
    expect([dry.code, dry.out]).toEqual([5, expect.stringContaining('This was a dry run, which mends nothing')])
    expect(await clinic.standing(paymentId)).toEqual(['pending', 'open', 'complete'])
    const fixed = await reconcile('--fix')
    expect(fixed.code).toBe(0)
    expect(fixed.out).toMatch(/^charge_not_counted: 1, 1 mended$/m)
    expect(fixed.out).toContain(' -> mended\n')
    expect(fixed.out).toContain('All of it is mended.\n')
    expect(await clinic.standing(paymentId)).toEqual(['completed', 'fulfilled', 'complete'])
    expect(await reconcile()).toMatchObject({ code: 0, out: expect.stringContaining('the same on both sides') })
  })

  it('tells a program the same', async () => {
    const { paymentId } = await clinic.inClinic(2 * hour, payUnheard)
    const { code, out } = await reconcile('--json', '--days', '2')
    expect(code).toBe(5)
    const told = JSON.parse(out) as { readonly from: string; readonly to: string; readonly at: string }
    expect(Date.parse(told.to) - Date.parse(told.from)).toBe(2 * day)
    expect(Date.parse(told.at)).toBeGreaterThanOrEqual(Date.parse(told.to))
    expect(told).toEqual({
      command: 'reconcile',
      from: told.from,
      to: told.to,
      at: told.at,
      fix: false,
      dry_run: false,
      compared: {
        sessions: { there: 1, here: 1 },
        charges: { there: 1, here: 0 },
        refunds: { there: 0, here: 0 },
      },
      sums: [
        {
          currency: 'MXN',
          charged: { there: '400.00', here: '0.00', difference: '400.00' },
          refunded: { there: '0.00', here: '0.00', difference: '0.00' },
        },
      ],
      not_compared: { strangers: 0, young: 0 },
      counts: { charge_not_counted: { found: 1, mended: 0 } },
      drift: [
        {
          code: 'charge_not_counted',
          about: 'charge',
          at: expect.stringMatching(/Z$/),
          provider_id: expect.stringMatching(/^pi_/),
          payment_id: paymentId,
          attempt_id: expect.stringMatching(/^att_/),
          refund_id: null,
          there: { status: 'captured', amount: '400.00', currency: 'MXN' },
          here: { status: 'open', amount: '400.00', currency: 'MXN' },
          mendable: true,
          outcome: null,
          means: expect.stringMatching(/\.$/),
          todo: expect.stringMatching(/\.$/),
        },
      ],
      more: false,
      unheard: 0,
      interrupted: null,
    })
  })

  it('closes with --fix a page that is lost here, and leaves money that is', async () => {
    const [open, paid] = await clinic.inClinic(2 * hour, async (host) => [
      await openLostPage(host),
      await openLostPage(host),
    ])
    await clinic.inClinic(hour, (host) => pay(host, paid ?? ''))
    const { code, out } = await reconcile('--fix')
    expect(code).toBe(5)
    expect(out).toMatch(/^session_without_attempt: 1, 1 mended$/m)
    expect(out).toMatch(/^charge_without_payment: 1$/m)
    expect(out).toMatch(/^ {2}To do: Is this the database/m)
    expect(out).toContain(', which is not known here')
    expect(out).not.toContain('holdfast explain')
    expect(out).toContain('Left for a human: 1.')
    const sessions = await clinic.inClinic(0, async ({ simulator }) => simulator.ledger().derived.sessions)
    expect(sessions.find(({ id }) => id === open)?.status).toBe('expired')
    // Money stands above pages.
    expect(out.indexOf('charge_without_payment')).toBeLessThan(out.indexOf('session_without_attempt'))
  })

  it('compares what was made from one time to another', async () => {
    await clinic.inClinic(30 * hour, payUnheard)
    const agoAt = (ms: number) => new Date(Date.now() - ms).toISOString()
    expect((await reconcile('--from', agoAt(26 * hour))).code).toBe(0)
    expect((await reconcile('--from', agoAt(32 * hour), '--to', agoAt(26 * hour))).code).toBe(5)
    expect((await reconcile('--days', '1', '--to', agoAt(10 * hour))).code).toBe(5)
    expect((await reconcile('--from', agoAt(3 * day).slice(0, 10))).code).toBe(5)
  })

  it.each([
    [['--days', '1', '--from', '2026-01-01'], 'Give --days or --from, and not both.'],
    [['--from', '2026-02-30'], 'Give a day such as 2026-11-20'],
    [['--from', '2026-02-01T10:00'], 'Give a day such as 2026-11-20'],
    [['--from', '2026-02-02', '--to', '2026-02-01'], 'ends before it begins'],
    [['--from', '9000-01-01'], 'ends before it begins'],
    [['--days', '0'], 'Give a positive number of days'],
  ])('wants a time that is one: %s', async (args, said) => {
    expect(await reconcile(...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(said) })
  })

  it('says by its exit code that Stripe could not be asked to the end, also where something was found', async () => {
    await clinic.inClinic(2 * hour, openLostPage)
    clinic.configure(`
      const clinic = await openClinic(folder)
      clinic.simulator.addFault({ match: 'GET /v1/payment_intents', kind: '429' })
      return clinic`)
    const { code, out } = await reconcile()
    expect(code).toBe(1)
    expect(out).toContain('session_without_attempt: 1')
    expect(out).toContain('The provider could not be asked any further, and there may be more: ')
    expect(JSON.parse((await reconcile('--json')).out)).toMatchObject({
      interrupted: { detail: expect.stringContaining('429') },
    })
  })

  it('says by its exit code that something could not be mended now', async () => {
    await clinic.inClinic(2 * hour, openLostPage)
    clinic.configure(`
      const clinic = await openClinic(folder)
      clinic.simulator.addFault({ match: 'POST /v1/checkout/sessions/{id}/expire', kind: '429' })
      return clinic`)
    const { code, out } = await reconcile('--fix')
    expect([code, out]).toEqual([1, expect.stringContaining(' -> no answer; run it again\n')])
    expect(out).toContain('No answer to 1 question: run it again.')
  })

  it('does not call it drift that money is real or not, where nobody has said which it should be', async () => {
    await clinic.inClinic(2 * hour, payAndHear)
    clinic.configure('return { ...await openClinic(folder), livemode: undefined }')
    expect((await reconcile()).code).toBe(0)
    const live = clinic.start(['reconcile'], { STRIPE_SECRET_KEY: 'sk_live_1' })
    const { code, out } = await live.ended
    expect([code, out]).toEqual([5, expect.stringMatching(/^livemode_differs: 2$/m)])
    expect(out).toContain('there test money 400.00 MXN; here real money')
  })

  it.each(['audit', 'paymentProvider'])('says what to write where the host has no %s', async (missing) => {
    clinic.configure(`return { ...await openClinic(folder), ${missing}: undefined }`)
    expect(await reconcile()).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(`Add '${missing}' to it`),
    })
  })

  it('draws on a terminal how far it has come', async () => {
    await clinic.inClinic(2 * hour, payAndHear)
    const terminal = heardTerminal({ isTTY: true })
    expect(await runCommandLine(['reconcile'], { terminal, folder: clinic.folder, environment: {} })).toBe(0)
    expect(terminal.heard.err()).toContain('100 of 100')
  })
})

describe('the report', () => {
  const drift = (more: Partial<Drift> = {}): Drift => ({
    code: 'payment_without_charge',
    about: 'charge',
    at: instant(0),
    providerId: 'pi_1',
    paymentId: 'pay_1' as PaymentId,
    here: { status: 'succeeded', amount: money(1_00, 'EUR') },
    mendable: false,
    ...more,
  })
  const text = (more: Partial<Reconciled>, foreseen = false): string =>
    reconcileText(
      {
        from: instant(0),
        to: instant(day),
        at: instant(day),
        fix: false,
        compared: {
          sessions: { there: 0, here: 0 },
          charges: { there: 1, here: 3 },
          refunds: { there: 0, here: 0 },
        },
        sums: [
          { currency: money(0, 'EUR').currency, charged: { there: 1n, here: 3n }, refunded: { there: 0n, here: 0n } },
        ],
        counts: { payment_without_charge: { found: 2, mended: 0 } },
        drift: [drift()],
        more: true,
        strangers: 4,
        young: 0,
        unheard: 0,
        ...more,
      },
      foreseen,
    )

  it('says by how much less there is at the provider', () => {
    expect(text({})).toMatch(/^charges +1 +3 +-2$/m)
    expect(text({})).toMatch(/^charged EUR +0\.01 +0\.03 +-0\.02$/m)
  })

  it('says what was left out, and what is not shown', () => {
    expect(text({})).toContain('Not ours, and not compared: 4 made by other programs or by hand.')
    expect(text({})).toContain('Of 2 findings, 1 are shown: --limit shows more.')
  })

  it('says what to do where nothing can be mended, and no more than that', () => {
    expect(text({})).toContain('Nothing of it can be mended by itself: it is for a human.')
    expect(text({})).toMatch(/^ {2}To do: Never mended by itself\./m)
    expect(text({})).toContain('there nothing; here succeeded 1.00 EUR')
  })

  it('says how much of it can be mended', () => {
    const some = [drift({ code: 'refund_not_known', about: 'refund', mendable: true }), drift()]
    const counts = { payment_without_charge: { found: 1, mended: 0 }, refund_not_known: { found: 1, mended: 0 } }
    expect(text({ counts, drift: some, more: false })).toContain('holdfast reconcile --fix mends 1 of 2. The rest')
    const [first] = some
    const many = { counts: { refund_not_known: { found: 3, mended: 0 } }, drift: first ? [first] : [], more: true }
    expect(text(many)).toMatch(/^refund_not_known: 3, --fix mends 1$/m)
    expect(text(many)).toContain('mends 1 of those shown.')
  })

  it('keeps its lines to a width', () => {
    for (const line of text({}).split('\n')) expect(line.length).toBeLessThanOrEqual(112)
  })

  it('tells of what was asked again and has not changed', () => {
    const tried = text({ fix: true, drift: [drift({ mendable: true, outcome: 'unchanged' })] })
    expect(tried).toContain(' -> asked again, and nothing changed')
    expect(tried).toContain('Left for a human: 2.')
  })

  it('does not say that it is the same where there was nothing', () => {
    const none = { there: 0, here: 0 }
    const compared = { sessions: none, charges: none, refunds: none }
    const said = text({ compared, sums: [], counts: {}, drift: [], more: false })
    expect(said).toContain('There was nothing to compare.')
    expect(said).not.toContain('the same')
  })

  it('never says that all is well where it could not be seen', () => {
    const nothing = { counts: {}, drift: [], more: false }
    expect(text(nothing)).toContain('It is the same on both sides.')
    for (const blind of [{ unheard: 1 }, { interrupted: { detail: 'Away.', retryAfterMs: 7_000 } }])
      expect(text({ ...nothing, ...blind })).not.toContain('the same')
    expect(text({ ...nothing, interrupted: { detail: 'Away.', retryAfterMs: 7_000 } })).toContain(
      'Away. It may be asked again in 7 s.',
    )
  })
})
