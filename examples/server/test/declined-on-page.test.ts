import { expect, it } from 'vitest'
import { onADayOfItsOwn, type ClinicDay } from './clinic-day.ts'
import { eventually } from './eventually.ts'
import { fees, freeTime, toPaymentPage } from './patient.ts'
import { createVisitor } from './visitor.ts'

let server: ClinicDay['server']
let stripe: ClinicDay['stripe']
let ana: ClinicDay['ana']
onADayOfItsOwn((day) => void ({ server, stripe, ana } = day))

const insufficient = 'pm_card_chargeDeclinedInsufficientFunds'
const metrics = async (): Promise<string> => (await fetch(new URL('/metrics', server.url))).text()
const failuresBy = async (error: string): Promise<string | undefined> =>
  new RegExp(`^payment_failures_total{method="hosted",error="${error}"} (\\d+)$`, 'm').exec(await metrics())?.[1]

it.each([
  [
    'en',
    'There is not enough money on your card. Nothing has been charged.',
    'you can try again there, with this card or another.',
  ],
  [
    'es',
    'Tu tarjeta no tiene fondos suficientes. No se ha cobrado nada.',
    'puedes intentarlo otra vez ahí, con esta tarjeta o con otra.',
  ],
  ['fa', 'موجودی کارت شما کافی نیست. چیزی برداشته نشده است.', 'همان‌جا با همین کارت یا کارتی دیگر دوباره تلاش کنید.'],
])('whoever was declined comes back to the reason and to another try, in %s', async (language, reason, again) => {
  const reader = createVisitor(server.url, { language })
  await reader.signIn('ana@example.com')
  const { sessionId, ways } = await toPaymentPage(ana, await freeTime(ana))
  const { cancel } = ways(await stripe.ledger())
  const left = await reader.get(cancel)
  expect(left.text).not.toContain(reason)
  expect(await stripe.pay(sessionId, fees.appointment, insufficient)).toBe(402)
  const back = await reader.get(cancel)
  expect(back.text).toContain(reason)
  expect(back.text).toContain(again)
})

it('whoever was declined for good is told to take another card', async () => {
  const { sessionId, ways } = await toPaymentPage(ana, await freeTime(ana))
  expect(await stripe.pay(sessionId, fees.appointment, 'pm_card_chargeDeclinedStolenCard')).toBe(402)
  const back = await ana.get(ways(await stripe.ledger()).cancel)
  expect(back.text).toContain(
    'Nothing has been charged. The payment page is still open: you can try again there, with another card.',
  )
})

it('is counted by its reason as soon as Stripe tells of it, though nobody comes back', async () => {
  const { sessionId } = await toPaymentPage(ana, await freeTime(ana))
  for (const card of [insufficient, 'pm_card_chargeDeclined', insufficient])
    expect(await stripe.pay(sessionId, fees.appointment, card)).toBe(402)
  await eventually('all of them', async () => (await failuresBy('insufficient_funds')) === '2')
  await eventually('all of them', async () => (await failuresBy('card_declined')) === '1')
})

it('is told with its reason where no webhook ever comes', async () => {
  await stripe.webhooks('drop')
  const { sessionId, ways } = await toPaymentPage(ana, await freeTime(ana))
  expect(await stripe.pay(sessionId, fees.appointment, insufficient)).toBe(402)
  const { cancel } = ways(await stripe.ledger())
  for (let looks = 0; looks < 3; looks += 1)
    expect((await ana.get(cancel)).text).toContain('There is not enough money on your card.')
  expect(await failuresBy('insufficient_funds')).toBe('1')
})

it('is seen by staff at the payment, with when and why', async () => {
  const { sessionId, ways } = await toPaymentPage(ana, await freeTime(ana))
  for (const card of [insufficient, 'pm_card_chargeDeclinedExpiredCard'])
    expect(await stripe.pay(sessionId, fees.appointment, card)).toBe(402)
  const { cancel } = ways(await stripe.ledger())
  const eva = createVisitor(server.url)
  await eva.signIn('staff@example.com')
  const paymentId = /payment_id=(pay_\w+)/.exec(cancel)?.[1] ?? ''
  const page = await eventually('both of them', async () => {
    const seen = await eva.get(`/console/payments/${paymentId}`)
    return seen.text.includes('The card has expired.') && seen
  })
  for (const reason of ['There is not enough money on the card.', 'The card has expired.'])
    expect(page.text).toMatch(new RegExp(`A card was declined on the page, [^.]+: ${reason}`))
  expect(page.text).toContain('page declined')
})
