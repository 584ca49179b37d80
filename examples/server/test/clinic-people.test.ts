import { describe, expect, it } from 'vitest'
import { onADayOfItsOwn, type ClinicDay } from './clinic-day.ts'
import { eventually } from './eventually.ts'
import { book, bookAndPay } from './guest.ts'
import { choose, countRecords, fees, freeTime, leaveAction, payAction, topUp, toPaymentPage } from './patient.ts'
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
    expect(paid.text).toMatch(/posted wallet .* movement spend amount -MX\$650\.00/)
    const refunded = await eva.submit(paid, `${path}/refund`, { amount: '100' })
    expect(refunded.text).toMatch(/Refunds .* MX\$100\.00 Wallet/)
    expect(refunded.text).toContain('movement refund amount MX$100.00')
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
    expect((await eva.submit(list, close, { id: 'con_none' })).text).toContain('There is no such consultation.')
    expect((await ana.get('/appointments')).text).toContain('Chat consultation Dr Lucía Herrera Closed')
    expect((await ana.get('/console/consultations')).status).toBe(404)
    const story = await eva.get(newestPayment(await eva.get('/console/payments')))
    expect(story.text.match(/closed consultation/g)).toHaveLength(1)
  })

  it.each([
    ['all', 'MX$280.00', /consultation_cancelled/],
    ['nothing', 'MX$0.00', /Nothing has been refunded/],
  ])('cancel a consultation, with %s of the money going back', async (refund, left, told) => {
    await topUp(ana, stripe, 280)
    await choose(ana, undefined, 'wallet')
    const eva = await staff()
    const list = await eva.get('/console/consultations')
    expect(list.text).toMatch(/Close Cancel This cannot be undone\. .* money back Cancel and keep the money/)
    const cancel = '/console/consultations/cancel'
    expect((await eva.submit(list, cancel, { refund: 'some' })).text).toContain('Parts of the request will not do.')
    expect((await eva.submit(list, cancel, { refund, id: 'con_none' })).text).toContain('no such consultation')
    const cancelled = await eva.submit(list, cancel, { refund })
    expect(cancelled.text).toContain('The consultation is cancelled.')
    expect(cancelled.html).not.toContain(cancel)
    expect((await eva.submit(list, cancel, { refund })).text).toContain('The consultation is cancelled.')
    expect((await eva.submit(list, '/console/consultations/close')).text).toContain('has been cancelled')
    expect((await ana.get('/appointments')).text).toContain('Chat consultation Dr Lucía Herrera Cancelled')
    expect((await ana.get('/wallet')).text).toContain(`In your wallet ${left}`)
    const story = await eva.get(newestPayment(await eva.get('/console/payments')))
    expect(story.text).toMatch(told)
    expect(story.text.match(/cancelled consultation/g)).toHaveLength(1)
  })

  it('cancel a consultation that was paid by card, and Stripe gives the money back', async () => {
    const { sessionId, ways } = await toPaymentPage(ana, undefined)
    expect(await stripe.pay(sessionId, fees.consultation)).toBe(200)
    expect((await ana.get(ways(await stripe.ledger()).success)).text).toContain('Your consultation is open')
    const eva = await staff()
    await eva.submit(await eva.get('/console/consultations'), '/console/consultations/cancel', { refund: 'all' })
    await eventually('the refund', async () => (await stripe.ledger()).objects.refund[0]?.status === 'succeeded')
    const payment = await eva.get(newestPayment(await eva.get('/console/payments')))
    expect(payment.text).toMatch(/Refunds .* Consultation cancelled .* MX\$280\.00 Card/)
    expect((await ana.get('/wallet')).text).toContain('In your wallet MX$0.00')
    const told = 'This will not take place: Dr Lucía Herrera. We are sorry. MX$280.00 is on its way back to your card.'
    await eventually('the message', async () => (await ana.get('/messages')).text.includes(told))
  })

  it.each([
    ['all', 'MX$650.00', 'MX$650.00 is back in your wallet.'],
    ['nothing', 'MX$0.00', 'Nothing is paid back for it.'],
  ])(
    'cancel an appointment, with %s of the money going back, and its time is free again',
    async (refund, left, back) => {
      await topUp(ana, stripe, 650)
      const time = await freeTime(ana)
      await choose(ana, time, 'wallet')
      expect((await ana.get(time)).text).toContain('That time has just been taken.')
      const eva = await staff()
      const list = await eva.get('/console/appointments')
      expect(list.text).toMatch(/Dr Lucía Herrera res_\w+ .* Cancel and give the money back Cancel and keep the money/)
      const cancel = '/console/appointments/cancel'
      expect((await eva.submit(list, cancel, { refund: '' })).text).toContain('Parts of the request will not do.')
      const cancelled = await eva.submit(list, cancel, { refund })
      expect(cancelled.text).toContain('The appointment is cancelled.')
      expect(cancelled.html).not.toContain(cancel)
      expect((await eva.submit(list, cancel, { refund })).text).toContain('The appointment is cancelled.')
      expect((await ana.get('/appointments')).text).toContain('Cancelled')
      expect((await ana.get('/wallet')).text).toContain(`In your wallet ${left}`)
      expect((await ana.get(time)).text).not.toContain('That time has just been taken.')
      const told = `We had to cancel This will not take place: Dr Lucía Herrera. We are sorry. ${back}`
      await eventually('the message', async () => (await ana.get('/messages')).text.includes(told))
    },
  )

  it('cancel no stay as if it were an appointment', async () => {
    await topUp(ana, stripe, 650)
    await choose(ana, await freeTime(ana), 'wallet')
    const { bookingPath } = await bookAndPay(ana, stripe)
    const eva = await staff()
    const list = await eva.get('/console/appointments')
    expect(list.text).not.toContain('Casa del Mar')
    const id = bookingPath.split('/').at(-1) ?? ''
    for (const other of [id, 'res_none', 'ñ'])
      expect((await eva.submit(list, '/console/appointments/cancel', { id: other, refund: 'all' })).text).toContain(
        'There is no such reservation.',
      )
    expect((await ana.get(bookingPath)).text).toContain('Confirmed')
  })

  it('alone cancel in the console, and only from a page of ours', async () => {
    await topUp(ana, stripe, 930)
    await choose(ana, await freeTime(ana), 'wallet')
    await choose(ana, undefined, 'wallet')
    const eva = await staff()
    const { csrfToken } = await ana.signIn('ana@example.com')
    for (const part of ['appointments', 'consultations']) {
      const list = await eva.get(`/console/${part}`)
      const id = /(?:res|con)_\w+/.exec(list.text)?.[0] ?? ''
      const send = (who: typeof eva, fields: Readonly<Record<string, string>>) =>
        who.send(`/console/${part}/cancel`, { method: 'POST', body: new URLSearchParams({ id, ...fields }) })
      expect((await send(ana, { refund: 'all', csrf_token: csrfToken })).status).toBe(404)
      expect((await send(eva, { refund: 'all' })).status).toBe(403)
    }
    expect(await countRecords(server)).toMatchObject({ reservations: 1, consultations: 1 })
  })

  it('cancel in Spanish too', async () => {
    await topUp(ana, stripe, 930)
    await choose(ana, await freeTime(ana), 'wallet')
    await choose(ana, undefined, 'wallet')
    const eva = createVisitor(server.url, { language: 'es' })
    await eva.signIn('staff@example.com')
    for (const [part, name, done] of [
      ['appointments', 'Citas', 'La cita está cancelada.'],
      ['consultations', 'Consultas', 'La consulta está cancelada.'],
    ] as const) {
      const list = await eva.get(`/console/${part}`)
      expect(list.text).toContain(name)
      expect(list.text).toContain('Cancelar y devolver el dinero Cancelar y conservar el dinero')
      expect((await eva.submit(list, `/console/${part}/cancel`)).text).toContain(done)
    }
    expect((await ana.get('/wallet')).text).toContain('In your wallet MX$930.00')
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
    const tried = async (amount: string) => {
      const page = await ana.submit(wallet, '/wallet/top-up', { amount })
      // What was typed is still there, and it is marked.
      expect(page.html).toContain(`value="${amount}" aria-invalid="true"`)
      return page.text
    }
    for (const amount of ['19.99', '10000.01', '10,000.01'])
      expect(await tried(amount)).toContain('An amount from MX$20.00 to MX$10,000.00, please.')
    for (const amount of ['', '-5', '1e3', '12.345', '1,00,0', '1.000', 'many'])
      expect(await tried(amount)).toContain(
        'That is no amount that we can read for sure. Write it as 1,000 or 1,000.50.',
      )
    const page = await ana.submit(wallet, '/wallet/top-up', { amount: '۱۲۳٫۵۰' })
    expect((await stripe.ledger()).derived.sessions).toMatchObject([{ amount_total: 12_350 }])
    expect(page.path).toMatch(/\/c\/pay\/cs_/)
  })

  it.each([
    ['1,000', 100_000],
    ['MX$1,234.50', 123_450],
    ['123,45', 12_345],
    ['1.234,5', 123_450],
    ['۱٬۲۳۴٫۵۰', 123_450],
    ['1000', 100_000],
  ])('a wallet takes an amount as people and its own page write it: %s', async (amount, minorUnits) => {
    await ana.submit(await ana.get('/wallet'), '/wallet/top-up', { amount })
    expect((await stripe.ledger()).derived.sessions).toMatchObject([{ amount_total: minorUnits }])
  })

  it.each([
    [
      'es',
      'Cita · Dra. Lucía Herrera',
      'Consulta por chat · Dra. Lucía Herrera',
      'Monedero',
      'Anticipo · Casa del Mar',
    ],
    ['fa', 'نوبت ویزیت · دکتر لوسیا', 'مشاوره', 'کیف پول', 'بیعانه · '],
  ])('the payment page says in %s what is paid', async (language, appointment, chat, wallet, stay) => {
    await ana.get(`/?lang=${language}`)
    expect((await toPaymentPage(ana, await freeTime(ana))).page.text).toContain(appointment)
    expect((await toPaymentPage(ana, undefined)).page.text).toContain(chat)
    expect((await ana.submit(await ana.get('/wallet'), '/wallet/top-up', { amount: '500' })).text).toContain(wallet)
    expect((await book(ana)).page.text).toContain(stay)
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
