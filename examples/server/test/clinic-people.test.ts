import { describe, expect, it } from 'vitest'
import { onADayOfItsOwn, type ClinicDay } from './clinic-day.ts'
import { eventually } from './eventually.ts'
import { bookAndPay } from './guest.ts'
import { choose, countRecords, freeTime, leaveAction, payAction, topUp, toPaymentPage } from './patient.ts'
import { createVisitor } from './visitor.ts'

let server: ClinicDay['server']
let stripe: ClinicDay['stripe']
let ana: ClinicDay['ana']
onADayOfItsOwn((day) => void ({ server, stripe, ana } = day))

describe('staff', () => {
  const staff = async () => {
    const eva = createVisitor(server.url)
    await eva.signIn('staff@example.com')
    return eva
  }
  const newestPayment = ({ html }: { readonly html: string }): string =>
    /href="(\/console\/payments\/pay_\w+)"/.exec(html)?.[1] ?? ''

  it('see what the wallet paid, what it gave and got back, and where a refund went', async () => {
    await topUp(ana, stripe, 1000)
    await choose(ana, await freeTime(ana), 'wallet')
    const eva = await staff()
    const path = newestPayment(await eva.get('/console/payments'))
    const paid = await eva.get(path)
    expect(paid.text).toMatch(/Attempts .* Wallet .* MX\$650\.00/)
    expect(paid.text).toMatch(/posted wallet .* transfer spend minorUnits -MX\$650\.00/)
    const refunded = await eva.submit(paid, `${path}/refund`, { amount: '100' })
    expect(refunded.text).toMatch(/Refunds .* MX\$100\.00 Wallet/)
    expect(refunded.text).toContain('transfer refund minorUnits MX$100.00')
    expect((await ana.get('/wallet')).text).toContain('In your wallet MX$450.00')
    expect((await ana.get('/wallet')).text).toMatch(/Refunded · Dr Lucía Herrera .* \+MX\$100\.00/)
  })

  it('close a consultation, once, and nobody else does', async () => {
    await topUp(ana, stripe, 280)
    await choose(ana, undefined, 'wallet')
    const eva = await staff()
    const list = await eva.get('/console/consultations')
    const close = '/console/consultations/close'
    expect((await eva.submit(list, close)).text).toContain('The consultation is closed.')
    expect((await eva.submit(list, close)).text).toContain('The consultation is closed.')
    expect((await eva.submit(list, close, { id: 'con_none' })).text).toContain('cannot be closed')
    expect((await ana.get('/appointments')).text).toContain('Chat consultation Dr Lucía Herrera Closed')
    expect((await ana.get('/console/consultations')).status).toBe(404)
    const story = await eva.get(newestPayment(await eva.get('/console/payments')))
    expect(story.text.match(/closed consultation/g)).toHaveLength(1)
  })
})

describe('what is whose', () => {
  it('appointments are not among the bookings, nor stays among the appointments', async () => {
    await topUp(ana, stripe, 1000)
    await choose(ana, await freeTime(ana), 'wallet')
    const { bookingPath } = await bookAndPay(ana, stripe)
    const [bookings, appointments] = [await ana.get('/bookings'), await ana.get('/appointments')]
    expect(bookings.text).toContain('Casa del Mar')
    expect(bookings.text).not.toContain('Herrera')
    expect(appointments.text).toContain('Dr Lucía Herrera')
    expect(appointments.text).not.toContain('Casa del Mar')
    const cancel = /\/appointments\/(res_\w+)\/cancel/.exec(appointments.html)
    expect((await ana.get(`/bookings/${cancel?.[1]}`)).status).toBe(404)
    await eventually('both messages', async () => {
      const { text } = await ana.get('/messages')
      return text.includes('Your booking is confirmed') && text.includes('Your visit is confirmed')
    })
    expect(bookingPath).toMatch(/^\/bookings\/res_/)

    const cancelled = await ana.submit(appointments, cancel?.[0] ?? '')
    expect(cancelled.text).toContain('Dr Lucía Herrera')
    expect(cancelled.text).toContain('Cancelled')
    expect((await ana.get('/wallet')).text).toContain('In your wallet MX$1,000.00')
    expect(await countRecords(server)).toMatchObject({ reservations: 1, consultations: 0 })
  })

  it("is nobody else's to see, pay, leave or cancel", async () => {
    const { page } = await toPaymentPage(ana, await freeTime(ana))
    expect(page.status).toBe(200)
    const list = await ana.get('/appointments')
    const ben = createVisitor(server.url)
    await ben.signIn('ben@example.com')
    const { csrfToken } = await ben.signIn('ben@example.com')
    const send = (path: string, fields: Readonly<Record<string, string>>) =>
      ben.send(path, { method: 'POST', body: new URLSearchParams({ csrf_token: csrfToken, ...fields }) })
    for (const way of ['card', 'wallet', 'top_up'])
      expect((await send(payAction(list), { with: way })).status).toBe(404)
    expect((await send(leaveAction(list), {})).status).toBe(404)
    expect((await ben.get('/appointments')).text).toContain('You have no appointments yet.')
  })

  it('a wallet takes an amount that is one, in Persian digits too, and says so of any other', async () => {
    const wallet = await ana.get('/wallet')
    for (const amount of ['', '-5', '1e3', '19.99', '10000.01', '12.345', 'many'])
      expect((await ana.submit(wallet, '/wallet/top-up', { amount })).text).toContain(
        'An amount from MX$20.00 to MX$10,000.00, please.',
      )
    const page = await ana.submit(wallet, '/wallet/top-up', { amount: '۱۲۳٫۵۰' })
    expect((await stripe.ledger()).derived.sessions).toMatchObject([{ amount_total: 12_350 }])
    expect(page.path).toMatch(/\/c\/pay\/cs_/)
  })

  it('a statement that is longer than a page is read on', async () => {
    for (let times = 0; times < 11; times += 1) await topUp(ana, stripe, 20 + times)
    const newest = await ana.get('/wallet')
    expect(newest.text).toContain('+MX$30.00')
    expect(newest.text).not.toContain('+MX$20.00')
    const older = await ana.get(/href="(\/wallet\?before=\d+)"/.exec(newest.html)?.[1] ?? '/')
    expect(older.text).toContain('+MX$20.00')
    expect(older.text).not.toContain('+MX$21.00')
  })
})
