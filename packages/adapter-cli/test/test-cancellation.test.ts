import { hour } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goToPay, openClinicCommands, openIntent, pay, type ClinicCommands } from './clinic-commands.ts'
import type { Clinic } from './clinic.mjs'

let clinic: ClinicCommands
beforeEach(() => {
  clinic = openClinicCommands()
})
afterEach(() => clinic.remove())

const cancellation = (...args: readonly string[]) => clinic.holdfast('test-cancellation', ...args)
const goAndPay = async (host: Clinic) => {
  const opened = await goToPay(host)
  await pay(host, opened.sessionId)
  return opened
}

describe('test-cancellation', () => {
  it('cancels a payment as staff, its page first, and shows before and after', async () => {
    const { paymentId } = await clinic.inClinic(hour, goToPay)
    const { code, out, err } = await cancellation('--payment-id', paymentId)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(new RegExp(`^${paymentId} {2}pending, page open {2}cancelled, page expired {2}cancelled$`, 'm'))
    expect(out).toContain('cancelled: cancelled, here and at the provider')
    expect(await clinic.standing(paymentId)).toEqual(['cancelled', 'abandoned', 'expired'])
    const told = await clinic.inClinic(0, ({ holdfast }) =>
      holdfast.readTimeline({ actor: { type: 'system' }, paymentId }),
    )
    expect(told.ok && told.value).toContainEqual(
      expect.objectContaining({ name: 'cancel_payment', actor: 'staff:command-line' }),
    )
  })

  it('cancels all open payments of somebody, and nothing else', async () => {
    const page = await clinic.inClinic(hour, goToPay)
    const intent = await clinic.inClinic(0, openIntent)
    const { code, out } = await cancellation('--user-email', 'ana@example.com', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      command: 'test-cancellation',
      dry_run: false,
      stripe_test: false,
      payments: [intent, page].map(({ paymentId }) =>
        expect.objectContaining({
          payment_id: paymentId,
          owner_id: 'ana',
          outcome: 'cancelled',
          before: expect.objectContaining({ payment_status: 'pending' }),
          after: expect.objectContaining({ payment_status: 'cancelled' }),
          stripe: null,
        }),
      ),
    })
    expect(await cancellation('--user-email', 'ana@example.com')).toMatchObject({
      code: 0,
      out: 'There are no open payments of ana@example.com.\n',
    })
  })

  it('cancels nothing in a dry run, which needs no choice', async () => {
    const { paymentId } = await clinic.inClinic(hour, goToPay)
    const { code, out } = await cancellation('--dry-run')
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`^${paymentId} {2}pending, page open {2}cancelled$`, 'm'))
    expect(out).toMatch(/^PAYMENT +BEFORE +WOULD BE$/m)
    expect(out).toContain('  cancelled: would be cancelled, here and at the provider\n')
    expect(out).toContain('This was a dry run, which cancels nothing')
    expect(await clinic.standing(paymentId)).toEqual(['pending', 'open', 'open'])
  })

  it('leaves what was paid at Stripe, which is paid here then', async () => {
    const { paymentId } = await clinic.inClinic(hour, goAndPay)
    const { code, out } = await cancellation('--payment-id', paymentId)
    expect([code, out]).toEqual([4, expect.stringContaining('paid: not cancelled: it was paid')])
    expect(await clinic.standing(paymentId)).toEqual(['completed', 'fulfilled', 'complete'])
  })

  it('says by its exit code that Stripe could not be reached: it is cancelled here', async () => {
    const { paymentId } = await clinic.inClinic(hour, goToPay)
    clinic.configure(`
      const clinic = await openClinic(folder)
      clinic.simulator.addFault({ match: 'POST /v1/checkout/sessions/{id}/expire', kind: '429', times: 9 })
      return clinic`)
    const { code, out } = await cancellation('--payment-id', paymentId)
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('pending: cancelled here; the provider could not be reached'),
    ])
    expect(await clinic.standing(paymentId)).toEqual(['cancelled', 'abandoned', 'open'])
  })

  it('asks Stripe before and after with --stripe-test, and shows what it answered', async () => {
    const { paymentId } = await clinic.inClinic(hour, goToPay)
    const { code, out } = await cancellation('--payment-id', paymentId, '--stripe-test')
    expect(code).toBe(0)
    expect(out).toContain(
      `The provider about ${paymentId}: it answered before, there was nothing that could still be paid after.`,
    )
    expect(out).toMatch(/^ {2}answer close_attempt: state expired/m)
    const paid = await clinic.inClinic(hour, goAndPay)
    const dry = await cancellation('--payment-id', paid.paymentId, '--stripe-test', '--dry-run', '--json')
    expect(JSON.parse(dry.out)).toMatchObject({
      payments: [{ outcome: 'paid', before: { payment_status: 'completed' }, stripe: { before: 'asked' } }],
    })
  })

  it('wants to be told what to cancel', async () => {
    expect(await cancellation()).toMatchObject({
      code: 2,
      err: expect.stringContaining('Say what to cancel: --payment-id'),
    })
    expect(await cancellation('--payment-id', 'pay_none')).toMatchObject({ code: 4 })
  })

  const refusing = async (environment: Readonly<Record<string, string>>, livemode: boolean | undefined) => {
    const { paymentId } = await clinic.inClinic(hour, goToPay)
    clinic.configure(`return { ...await openClinic(folder), livemode: ${livemode} }`)
    const run = (...more: readonly string[]) =>
      clinic.start(['test-cancellation', '--payment-id', paymentId, ...more], environment).ended
    return { paymentId, run }
  }

  it.each([
    ['its key is a live one', { STRIPE_SECRET_KEY: 'sk_live_1' }, undefined],
    ['its key is a restricted live one', { STRIPE_SECRET_KEY: 'rk_live_1' }, undefined],
    ['this is production', { NODE_ENV: 'production' }, false],
  ])('refuses where %s', async (_why, environment: Record<string, string>, livemode) => {
    const { paymentId, run } = await refusing(environment, livemode)
    expect(await run()).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringContaining('This command is for trying things out, and '),
    })
    expect(await clinic.standing(paymentId)).toEqual(['pending', 'open', 'open'])
  })

  it('refuses where the host says that money is real, but for a dry run that asks nobody', async () => {
    const { paymentId, run } = await refusing({ STRIPE_SECRET_KEY: 'sk_test_1' }, true)
    expect(await run('--stripe-test', '--dry-run')).toMatchObject({ code: 4, out: '' })
    expect(JSON.parse((await run('--json')).out)).toMatchObject({ error: { code: 'real_money' } })
    expect(await run('--dry-run')).toMatchObject({ code: 0 })
    expect(await clinic.standing(paymentId)).toEqual(['pending', 'open', 'open'])
  })
})
