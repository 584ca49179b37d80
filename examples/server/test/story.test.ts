import { afterEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from './running.ts'
import { eventually } from './eventually.ts'
import { book, bookAndPay, toNextDueDate } from './guest.ts'
import { doublyPayable, sessionIn, stripeAt } from './stripe-payer.ts'
import { createVisitor } from './visitor.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.remove()
  server = undefined
})
const start = async () => {
  server = await startTestServer()
  return {
    url: server.url,
    stripe: stripeAt(server.url),
    ana: createVisitor(server.url),
    ben: createVisitor(server.url),
    staff: createVisitor(server.url),
  }
}

describe('a stay', () => {
  it('is booked by its deposit, and paid by the saved card on the day its balance is due', async () => {
    const { stripe, ana, staff } = await start()
    await ana.signIn('ana@example.com')
    const { bookingPath, first } = await bookAndPay(ana, stripe)
    expect(first.text).toContain('Booked!')
    expect((await ana.get(bookingPath)).text).toMatch(/Confirmed Booked. See you there!/)

    await toNextDueDate(staff)
    await eventually('the balance to be paid', async () =>
      (await ana.get(bookingPath)).text.includes('Everything is paid'),
    )
    const { derived, objects } = await stripe.ledger()
    expect(Object.values(derived.money_by_payment_id)).toEqual([
      { captured: 216_000, refunded: 0, charges: 1, unrefunded: 1 },
      { captured: 504_000, refunded: 0, charges: 1, unrefunded: 1 },
    ])
    expect(objects['checkout.session']).toHaveLength(1)
    expect((await ana.get('/messages')).text).toContain('Your booking is confirmed')
  })

  it('opens one page and sends one message where the card fails later, and "retry" leads to that page', async () => {
    const { stripe, ana, staff } = await start()
    await ana.signIn('ana@example.com')
    const { page, sessionId, amount } = await book(ana)
    expect(page.status).toBe(200)
    expect(await stripe.pay(sessionId, amount, 'pm_card_visa')).toBe(200)
    const confirmed = await eventually('the booking', async () => {
      const list = await ana.get('/bookings')
      return /\/bookings\/(res_\w+)/.exec(list.html)?.[0]
    })
    const balanceId = await failCard(staff)
    await toNextDueDate(staff)
    const message = await eventually('the message', async () => {
      const messages = await ana.get('/messages')
      return messages.text.includes('Your balance could not be charged') && messages
    })
    expect(message.html.match(/class="button primary" href="[^"]*\/c\/pay\//g)).toHaveLength(1)

    const booking = await ana.get(confirmed)
    expect(booking.text).toContain('Retry the payment')
    const [retried, again] = [
      await ana.submit(booking, `/payments/${balanceId}/pay`),
      await ana.submit(booking, `/payments/${balanceId}/pay`),
    ]
    expect(sessionIn(retried.path)).toMatch(/^cs_/)
    expect(again.path).toBe(retried.path)
    expect(message.html).toContain(sessionIn(retried.path))

    const ledger = await stripe.ledger()
    expect(doublyPayable(ledger)).toEqual([])
    expect(ledger.derived.sessions.filter(({ metadata }) => metadata['payment_id'] === balanceId)).toHaveLength(1)
    await stripe.pay(sessionIn(retried.path), 504_000)
    await eventually('the balance to be paid', async () =>
      (await ana.get(confirmed)).text.includes('Everything is paid'),
    )
    expect((await ana.get('/messages')).text.match(/could not be charged/g)).toHaveLength(1)
  })

  it('describes the balance as it was agreed, and carries the booking in its addresses', async () => {
    const { stripe, ana, staff } = await start()
    await ana.signIn('ana@example.com')
    const { bookingPath } = await bookAndPay(ana, stripe)
    const booking = await ana.get(bookingPath)
    const balanceId = /\/payments\/(pay_\w+)\/pay/.exec(booking.html)?.[1] ?? ''
    const hosted = await ana.submit(booking, `/payments/${balanceId}/pay`)
    const bookingId = bookingPath.split('/').at(-1)
    expect(hosted.text).toContain('Second payment · Casa del Mar')
    await staff.signIn('staff@example.com')
    expect((await staff.get(`/console/payments/${balanceId}`)).text).toMatch(
      new RegExp(`Booking #${bookingId} — 20\\d\\d-\\d\\d-\\d\\d → 20\\d\\d-\\d\\d-\\d\\d`),
    )
    const { derived, objects } = await stripe.ledger()
    expect(derived.sessions.at(-1)?.metadata).toMatchObject({
      booking_id: bookingId,
      payment_id: balanceId,
      type: 'balance',
    })
    const page = objects['checkout.session'].at(-1)
    expect(page?.success_url).toContain(`booking_id=${bookingId}`)
    expect(page?.cancel_url).toContain(`booking_id=${bookingId}`)
  })
})

describe('two guests and the same nights', () => {
  it('end with one booking, one full refund, and other nights to choose from', async () => {
    const { url, stripe, ana, ben } = await start()
    await ana.signIn('ana@example.com')
    await ben.signIn('ben@example.com')
    const [first, second] = [await book(ana), await book(ben)]
    await stripe.webhooks('paused')
    await stripe.pay(first.sessionId, first.amount)
    await stripe.pay(second.sessionId, second.amount)
    expect((await ana.get(first.returnPath(await stripe.ledger()))).text).toContain('Booked!')
    const lost = await ben.get(second.returnPath(await stripe.ledger()))
    expect(lost.text).toContain('Somebody was faster')
    expect(lost.html.match(/href="\/stays\/casa-del-mar\?arrival=/g)).toHaveLength(4)
    await stripe.webhooks('normal')
    await eventually('the refund', async () => {
      const { objects } = await stripe.ledger()
      return objects.refund.length === 1 && objects.refund[0]?.status === 'succeeded'
    })
    expect((await stripe.ledger()).objects.refund).toMatchObject([{ amount: 216_000 }])
    expect(
      (
        await eventually('the message', async () => {
          const { text } = await ben.get('/messages')
          return text.includes('Somebody was faster') && text
        })
      ).match(/Somebody was faster/g),
    ).toHaveLength(1)
    expect((await ben.get('/bookings')).text).toContain('You have no bookings yet.')
    expect(new URL(url).hostname).toBe('127.0.0.1')
  })
})

describe('with webhooks off', () => {
  it('comes to the same end, because whoever comes back is asked about and the sweep asks about the rest', async () => {
    const { stripe, ana, staff } = await start()
    await stripe.webhooks('drop')
    await ana.signIn('ana@example.com')
    const { sessionId, amount } = await book(ana)
    await stripe.pay(sessionId, amount)
    await staff.signIn('staff@example.com')
    for (let hours = 0; hours < 3; hours += 1)
      await staff.submit(await staff.get('/console'), '/console/demo/clock', { by: 'hour' })
    const bookingPath = await eventually(
      'the booking',
      async () => /\/bookings\/res_\w+/.exec((await ana.get('/bookings')).html)?.[0],
    )
    await toNextDueDate(staff)
    await eventually('the balance to be paid', async () =>
      (await ana.get(bookingPath)).text.includes('Everything is paid'),
    )
    expect((await stripe.ledger()).deliveries.filter(({ status }) => status === 'delivered')).toEqual([])
  })
})

const failCard = async (staff: ReturnType<typeof createVisitor>): Promise<string> => {
  await staff.signIn('staff@example.com')
  const payments = await staff.get('/console/payments')
  const ids = [...new Set([...payments.html.matchAll(/console\/payments\/(pay_\w+)/g)].map(([, id]) => id ?? ''))]
  for (const id of ids) {
    const page = await staff.get(`/console/payments/${id}`)
    if (!page.html.includes('/fail-card')) continue
    expect((await staff.submit(page, `/console/payments/${id}/fail-card`)).text).toContain('The card is detached.')
    return id
  }
  throw new Error('No payment has a saved card.')
}
