import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { buy, goods, put, toCheckout } from './buyer.ts'
import { eventually } from './eventually.ts'
import { onADayInTheShop, type ShopDay } from './shop-day.ts'
import { createVisitor } from './visitor.ts'

let server: ShopDay['server']
let stripe: ShopDay['stripe']
let ana: ShopDay['ana']
let staff: ShopDay['staff']
onADayInTheShop((day) => void ({ server, stripe, ana, staff } = day))

const hour = 3_600_000

/** Takes the rows of all payments out of the database by hand, as a backup that is too old lacks them. Answers their ids. */
const losePayments = (): readonly string[] => {
  const database = new Database(join(server.folder, '.data', 'holdfast.db'))
  try {
    database.exec('DELETE FROM holdfast_attempts')
    const lost = database.prepare('DELETE FROM holdfast_payments RETURNING id').pluck().all()
    return lost.map(String)
  } finally {
    database.close()
  }
}

describe('the page of drift', () => {
  it('says what it does, and asks Stripe nothing before it is told to', async () => {
    const eva = await staff()
    const before = (await stripe.ledger()).calls.length
    for (const path of ['/console/drift', '/console/drift?days=2', '/console/drift?days=all']) {
      const page = await eva.get(path)
      expect(page.status).toBe(200)
      expect(page.text).toMatch(/It only reads, and changes nothing.* the last day the last 7 days the last 30 days/)
      expect(page.text).toContain('holdfast reconcile --days 7 --fix')
      expect(page.text).not.toContain('the same on both sides')
    }
    expect((await stripe.ledger()).calls).toHaveLength(before)
    expect((await eva.get('/console')).html).toContain('href="/console/drift"')
  })

  it('finds nothing after an order that was paid, and only reads', async () => {
    await buy(ana, stripe, goods.jaguar)
    const eva = await staff()
    const young = await eva.get('/console/drift?days=1')
    expect(young.text).toMatch(/Charges 0 0 .*Too young to be compared: 2\./)
    expect(young.text).toContain('Nothing could be compared yet: all there is of this time is too young.')
    expect(young.html).not.toMatch(/the same on both sides|class="notice good"/)
    await stripe.advance(hour)
    const before = (await stripe.ledger()).calls.length
    const page = await eva.get('/console/drift?days=1')
    expect(page.text).toMatch(/Pages 1 1 Charges 1 1 Refunds 0 0 Charged MXN MX\$1,250\.00 MX\$1,250\.00/)
    expect(page.text).toContain('It is the same on both sides. Nothing was changed, here or at Stripe.')
    const asked = (await stripe.ledger()).calls.slice(before).map(({ method, path }) => `${method} ${path}`)
    for (const list of ['GET /v1/checkout/sessions', 'GET /v1/payment_intents', 'GET /v1/refunds'])
      expect(asked).toContain(list)
    expect(asked.filter((call) => !call.startsWith('GET '))).toEqual([])
  })

  it('tells of a charge that is not known here: its code, its ids, its sum, what it means and what to do', async () => {
    await buy(ana, stripe, goods.jaguar)
    const [paymentId = ''] = losePayments()
    await stripe.advance(hour)
    const eva = await staff()
    const page = await eva.get('/console/drift?days=7')
    expect(page.text).toMatch(/Charges 1 0 \+1 .*Charged MXN MX\$1,250\.00 MX\$0\.00 \+MX\$1,250\.00/)
    expect(page.text).toContain('1 thing is not the same. Nothing was changed, here or at Stripe.')
    expect(page.text).toMatch(/charge_without_payment : 1 Money came for a payment that is not known here/)
    expect(page.text).toContain('To do: Is this the database that belongs to the account')
    expect(page.text).toMatch(/At Stripe captured MX\$1,250\.00 Here nothing charge at Stripe pi_\w+ /)
    expect(page.text).toContain(`payment ${paymentId} (not known here)`)
    expect(page.html).not.toContain(`href="/console/payments/${paymentId}"`)
    // Looking at it mends nothing.
    expect((await eva.get('/console/drift?days=7')).text).toContain('charge_without_payment : 1')

    const inSpanish = createVisitor(server.url, { language: 'es' })
    await inSpanish.signIn('staff@example.com')
    const pagina = await inSpanish.get('/console/drift?days=7')
    expect(pagina.text).toMatch(/Diferencias .* Cobros 1 0 \+1 .*1 cosa no es igual\. No se cambió nada/)
    expect(pagina.text).toMatch(/charge_without_payment : 1 Llegó dinero por un pago que aquí no se conoce/)
  })

  it('tells of money that nobody here has heard of, leads to its payment, and to the command that mends it', async () => {
    await stripe.webhooks('drop')
    await put(ana, goods.jaguar.slug)
    const { sessionId } = await toCheckout(ana)
    expect(await stripe.pay(sessionId, goods.jaguar.minor)).toBe(200)
    // Stripe cannot be asked about one page, so that no sweep hears of the money before the page of drift does.
    await stripe.fault({ match: 'GET /v1/checkout/sessions/*', kind: '500_no_effect', times: 10_000 })
    await stripe.advance(hour / 4)
    const eva = await staff()
    const page = await eva.get('/console/drift?days=30')
    expect(page.text).toMatch(/charge_not_counted : 1 .*The command with --fix mends this\./)
    expect(page.text).toContain('holdfast reconcile --days 30 --fix')
    const path = /href="(\/console\/payments\/pay_\w+)"/.exec(page.html)?.[1] ?? ''
    const payment = await eva.get(path)
    expect(payment.status).toBe(200)
    expect(payment.text).toContain('MX$1,250.00')
  })

  it('says what to do when Stripe cannot be asked, and does not call it the same', async () => {
    const eva = await staff()
    await stripe.fault({ match: 'GET /v1/checkout/sessions', kind: '500_no_effect', times: 10_000 })
    const page = await eva.get('/console/drift?days=1')
    expect(page.status).toBe(200)
    expect(page.text).toMatch(/Stripe could not be asked any further, and there may be more: .+ compare again/)
    expect(page.text).toContain('Nothing was changed')
    expect(page.text).not.toContain('the same on both sides')
  })

  it('is for staff alone', async () => {
    for (const path of ['/console/drift', '/console/drift?days=1']) {
      expect((await ana.get(path)).status).toBe(404)
      expect((await createVisitor(server.url).get(path)).path).toMatch(/^\/sign-in/)
    }
  })
})

describe("the sweep's tile", () => {
  it('says that none has run yet, and then when one ran, what it found, and when it comes again', async () => {
    const eva = await staff()
    const first = await eva.get('/console')
    expect(first.text).toMatch(/— Sweep None has ended yet\. It comes again at \d+ \w+ \d{4}, \d\d:\d\d\./)
    await stripe.webhooks('drop')
    await put(ana, goods.jaguar.slug)
    const { sessionId } = await toCheckout(ana)
    expect(await stripe.pay(sessionId, goods.jaguar.minor)).toBe(200)
    // Less than the order's hour: nobody but the sweep can have found out.
    await stripe.advance(45 * 60_000)
    const swept = await eventually('a sweep', async () => {
      const page = await eva.get('/console')
      return page.text.includes('that the sweep asked about') && page
    })
    expect(swept.text).toMatch(
      /1 thing that the sweep asked about Last at [^:]+:\d\d: 1 had moved\. It comes again at /,
    )
    const inSpanish = createVisitor(server.url, { language: 'es' })
    await inSpanish.signIn('staff@example.com')
    expect((await inSpanish.get('/console')).text).toMatch(
      /1 cosa por la que preguntó el repaso El último, .*El próximo, /,
    )
  })
})
