import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasBrowser, typeCard } from './browser.ts'
import {
  arriveAt,
  atStripe,
  beDeclined,
  cards,
  chooseChat,
  chooseTime,
  click,
  clickToStripe,
  goBack,
  onADayAtTheScreens,
  only,
  read,
  type ClinicScreens,
} from './clinic-screens.ts'
import { eventually } from './eventually.ts'
import { countRecords, fees, readMetrics } from './patient.ts'
import { sessionIn } from './stripe-payer.ts'

const [ana, ben] = ['ana@example.com', 'ben@example.com']
const minute = 60_000
const appointmentPaid = { reservations: 1, charges: 1, captured: fees.appointment } as const
const chatPaid = { consultations: 1, charges: 1, captured: fees.consultation } as const
const booked = 'Your appointment is booked'
const chatOpen = 'Your consultation is open'

describe.runIf(hasBrowser)('the checklist of the clinic, in a browser', () => {
  let screens: ClinicScreens
  onADayAtTheScreens((day) => void (screens = day))

  /** Pays into the wallet, as much as the page offers in one click. */
  const topUp = async (page: Page, sum: string) => {
    await page.goto(`${screens.server.url}/wallet`)
    await clickToStripe(page, `Top up ${sum}`)
    await typeCard(page, cards.good)
    await arriveAt(page, 'The money is in your wallet')
  }
  const openIntents = async () => (await readMetrics(screens.server.url))['holdfast_open_intents']

  describe('Reservation', () => {
    it('direct payment, success: the appointment is there', async () => {
      const page = await screens.signIn(ana)
      await chooseTime(page)
      await clickToStripe(page, 'Pay MX$650.00 by card')
      expect(await screens.held()).toEqual(only({}))
      await typeCard(page, cards.good)
      await arriveAt(page, booked)
      await read(page, /Dr Lucía Herrera expects you on/)
      await page.getByRole('link', { name: 'See your appointments' }).click()
      await arriveAt(page, 'My appointments')
      await read(page, 'Booked')
      expect(await screens.held()).toEqual(only(appointmentPaid))
    })

    it('direct payment, failed: no appointment; and the retry button leads on to one', async () => {
      const page = await screens.signIn(ana)
      await chooseTime(page)
      await clickToStripe(page, 'Pay MX$650.00 by card')
      await beDeclined(page, cards.declined)
      await goBack(page)
      await page.getByRole('button', { name: 'Pay MX$650.00 by card' }).waitFor()
      expect(await screens.held()).toEqual(only({}))
      await clickToStripe(page, 'Pay MX$650.00 by card')
      await typeCard(page, cards.good)
      await arriveAt(page, booked)
      expect(await screens.held()).toEqual(only(appointmentPaid))
    })

    it('direct payment, cancelled: nothing is made; and the retry button leads on to the appointment, in Persian', async () => {
      const page = await screens.signIn(ana, { locale: 'fa-IR' })
      await chooseTime(page)
      await clickToStripe(page, 'پرداخت ۶۵۰٫۰۰ پزو با کارت')
      await goBack(page)
      await arriveAt(page, 'هنوز پرداخت نشده')
      await read(page, 'صفحهٔ پرداخت هنوز باز است. چیزی برداشته نشده.')
      expect(await screens.held()).toEqual(only({}))
      await clickToStripe(page, 'پرداخت ۶۵۰٫۰۰ پزو با کارت')
      await typeCard(page, cards.good)
      await arriveAt(page, 'نوبت شما رزرو شد')
      await read(page, /منتظر شماست/)
      expect(await screens.held()).toEqual(only(appointmentPaid))
    })

    it('direct payment, cancelled and left: it is given up, and nothing is made', async () => {
      const page = await screens.signIn(ana)
      await chooseTime(page)
      await clickToStripe(page, 'Pay MX$650.00 by card')
      const sessionId = sessionIn(page.url())
      await goBack(page)
      await click(page, 'Leave it')
      await arriveAt(page, 'Left unpaid')
      await read(page, 'You were not charged, and nothing is booked.')
      await page.getByRole('link', { name: 'See all free times' }).click()
      await arriveAt(page, 'Dr Lucía Herrera')
      expect(await openIntents()).toBe(0)
      expect(await screens.stripe.pay(sessionId, fees.appointment)).not.toBe(200)
      await page.goto(`${screens.server.url}/appointments`)
      await read(page, 'You have no appointments yet.')
      expect(await screens.held()).toEqual(only({}))
    })

    it('wallet payment, with enough in it: the appointment is there, and no card is asked for', async () => {
      const page = await screens.signIn(ana)
      await topUp(page, 'MX$1,000.00')
      await chooseTime(page)
      await read(page, 'There is MX$1,000.00 in your wallet.')
      await click(page, 'Pay MX$650.00 from your wallet')
      await arriveAt(page, booked)
      await page.goto(`${screens.server.url}/wallet`)
      await page.locator('.holds').getByText('MX$350.00').waitFor()
      expect(await screens.held()).toEqual(only({ reservations: 1, charges: 1, captured: 1000_00 }))
    })

    it('race of two for one slot: one has it, the other their money back once, and another time', async () => {
      const [first, second] = [await screens.signIn(ana), await screens.signIn(ben)]
      for (const page of [first, second]) {
        await chooseTime(page)
        await clickToStripe(page, 'Pay MX$650.00 by card')
      }
      await typeCard(first, cards.good)
      await arriveAt(first, booked)
      await typeCard(second, cards.good)
      await arriveAt(second, 'Somebody was faster')
      await read(second, 'All of your MX$650.00 is on its way back to your card.')
      await read(second, 'These times are free')
      await eventually(
        'the refund',
        async () => (await screens.stripe.ledger()).objects.refund[0]?.status === 'succeeded',
      )
      const once = { charges: 2, captured: 2 * fees.appointment, refunds: 1, refunded: fees.appointment }
      expect(await screens.held()).toEqual(only({ reservations: 1, ...once }))
      await second.goto(`${screens.server.url}/messages`)
      await read(second, 'All of your MX$650.00 is on its way back to your card.')
      await second.goBack()
      await second.locator('.others a').first().click()
      await clickToStripe(second, 'Pay MX$650.00 by card')
      await typeCard(second, cards.good)
      await arriveAt(second, booked)
      expect(await screens.held()).toEqual(
        only({ reservations: 2, ...once, charges: 3, captured: 3 * fees.appointment }),
      )
    })
  })

  describe('Chat consultation', () => {
    it('direct payment, success: the consultation is open', async () => {
      const page = await screens.signIn(ana)
      await chooseChat(page)
      await clickToStripe(page, 'Pay MX$280.00 by card')
      await typeCard(page, cards.good)
      await arriveAt(page, chatOpen)
      await read(page, 'Dr Lucía Herrera will write to you within a day.')
      expect(await screens.held()).toEqual(only(chatPaid))
    })

    it('direct payment, failed: no consultation; and the retry button leads on to one, in Spanish', async () => {
      const page = await screens.signIn(ana, { locale: 'es-MX' })
      await chooseChat(page)
      await clickToStripe(page, 'Pagar $280.00 con tarjeta')
      await beDeclined(page, cards.poor)
      await read(page, 'Su tarjeta no tiene fondos suficientes.')
      await goBack(page)
      await page.getByRole('button', { name: 'Pagar $280.00 con tarjeta' }).waitFor()
      expect(await screens.held()).toEqual(only({}))
      await clickToStripe(page, 'Pagar $280.00 con tarjeta')
      await typeCard(page, cards.good)
      await arriveAt(page, 'Tu consulta está abierta')
      await read(page, 'Dra. Lucía Herrera te escribe en el transcurso de un día.')
      await page.getByRole('link', { name: 'Ver tus citas' }).click()
      await read(page, 'Consulta por chat')
      expect(await screens.held()).toEqual(only(chatPaid))
    })

    it('direct payment, cancelled: nothing is made; and the retry button leads on to the consultation', async () => {
      const page = await screens.signIn(ana)
      await chooseChat(page)
      await clickToStripe(page, 'Pay MX$280.00 by card')
      await goBack(page)
      await arriveAt(page, 'Not paid yet')
      await read(page, 'The payment page is still open. Nothing has been charged.')
      expect(await screens.held()).toEqual(only({}))
      await clickToStripe(page, 'Pay MX$280.00 by card')
      await typeCard(page, cards.good)
      await arriveAt(page, chatOpen)
      expect(await screens.held()).toEqual(only(chatPaid))
    })

    it('wallet payment, with enough in it: the consultation is open, and no card is asked for', async () => {
      const page = await screens.signIn(ana)
      await topUp(page, 'MX$500.00')
      await chooseChat(page)
      await click(page, 'Pay MX$280.00 from your wallet')
      await arriveAt(page, chatOpen)
      await page.goto(`${screens.server.url}/wallet`)
      await page.locator('.holds').getByText('MX$220.00').waitFor()
      expect(await screens.held()).toEqual(only({ consultations: 1, charges: 1, captured: 500_00 }))
    })

    it('session expired: both pages say that the time is over, nothing was charged, and it can be chosen again', async () => {
      screens.expectComplaint(/status of 410/)
      const page = await screens.signIn(ana)
      await chooseChat(page)
      await clickToStripe(page, 'Pay MX$280.00 by card')
      await screens.stripe.advance(121 * minute)
      await eventually('the intent to be over', async () => (await openIntents()) === 0)
      await page.reload()
      await arriveAt(page, 'This link has expired')
      await read(page, /^Nothing was charged\./)
      await goBack(page)
      await arriveAt(page, 'The time to pay is over')
      await read(page, 'You were not charged, and nothing is booked.')
      expect(await screens.held()).toEqual(only({}))
      await page.getByRole('link', { name: 'See all free times' }).click()
      await page.getByRole('link', { name: /^Ask by chat/ }).click()
      await clickToStripe(page, 'Pay MX$280.00 by card')
      await typeCard(page, cards.good)
      await arriveAt(page, chatOpen)
      expect(await screens.held()).toEqual(only(chatPaid))
    })
  })

  describe('Edge', () => {
    /** Pays, and closes the browser before the payment page's answer has reached it. */
    const payAndVanish = async (page: Page) => {
      let leave = () => {}
      const isPaid = new Promise<void>((resolve) => {
        leave = resolve
      })
      await page.route(/\/c\/pay\//, async (route) => {
        await route.fetch({ maxRedirects: 0 })
        leave()
      })
      void typeCard(page, cards.good).catch(() => {})
      await isPaid
      await page.context().close()
    }

    describe('the browser is closed during payment', () => {
      it('before paying: nothing is made; a new browser finds it waiting, and it can be paid there', async () => {
        const page = await screens.signIn(ana)
        await chooseTime(page)
        await clickToStripe(page, 'Pay MX$650.00 by card')
        await page.context().close()
        expect(await screens.held()).toEqual(only({}))
        const again = await screens.signIn(ana)
        await again.goto(`${screens.server.url}/clinic`)
        await read(again, 'Something waits for your payment.')
        await again.getByRole('link', { name: 'See it, pay it or leave it' }).click()
        await read(again, 'Waiting for your payment')
        expect(await screens.held()).toEqual(only({}))
        await clickToStripe(again, 'Pay MX$650.00 by card')
        await typeCard(again, cards.good)
        await arriveAt(again, booked)
        expect(await screens.held()).toEqual(only(appointmentPaid))
      })

      it('before paying, and for good: nothing is ever made, and a new browser finds nothing', async () => {
        const page = await screens.signIn(ana)
        await chooseTime(page)
        await clickToStripe(page, 'Pay MX$650.00 by card')
        await page.context().close()
        await screens.stripe.advance(121 * minute)
        await eventually('the intent to be over', async () => (await openIntents()) === 0)
        const again = await screens.signIn(ana)
        await again.goto(`${screens.server.url}/appointments`)
        await read(again, 'You have no appointments yet.')
        expect(await screens.held()).toEqual(only({}))
      })

      it('after paying: a new browser finds the appointment, by webhook', async () => {
        const page = await screens.signIn(ana)
        await chooseTime(page)
        await clickToStripe(page, 'Pay MX$650.00 by card')
        await payAndVanish(page)
        await eventually('the webhook', async () => (await countRecords(screens.server)).reservations === 1)
        const again = await screens.signIn(ana)
        await again.goto(`${screens.server.url}/appointments`)
        await read(again, 'Booked')
        expect(await screens.held()).toEqual(only(appointmentPaid))
      })

      it('after paying, with webhooks off: a new browser finds the consultation, by the sweep', async () => {
        await screens.stripe.webhooks('drop')
        const page = await screens.signIn(ana)
        await chooseChat(page)
        await clickToStripe(page, 'Pay MX$280.00 by card')
        await payAndVanish(page)
        expect(await screens.held()).toEqual(only({ charges: 1, captured: fees.consultation }))
        for (let quarters = 0; quarters < 3; quarters += 1) await screens.stripe.advance(16 * minute)
        await eventually('the sweep', async () => (await countRecords(screens.server)).consultations === 1)
        const again = await screens.signIn(ana)
        await again.goto(`${screens.server.url}/appointments`)
        await read(again, 'Dr Lucía Herrera will write to you.')
        expect(await screens.held()).toEqual(only(chatPaid))
      })
    })

    describe('network error during payment', () => {
      it.each([['timeout_before_effect'], ['timeout_after_effect'], ['reset_after_headers']])(
        'on the opening of the page, %s: the patient is told to wait, and it goes on by itself',
        async (kind) => {
          await screens.stripe.fault({ match: 'POST /v1/checkout/sessions', kind, times: 1, ms: 100 })
          const page = await screens.signIn(ana)
          await chooseTime(page)
          await click(page, 'Pay MX$650.00 by card')
          await arriveAt(page, 'One moment')
          await read(page, 'Your payment page is being opened. This page goes on by itself.')
          expect(await screens.held()).toEqual(only({}))
          await screens.stripe.advance(6_000)
          await atStripe(page)
          await typeCard(page, cards.good)
          await arriveAt(page, booked)
          expect(await screens.held()).toEqual(only(appointmentPaid))
        },
      )

      it.each([['timeout_before_effect'], ['reset_after_headers']])(
        'on the look-up by the return page, %s: it claims neither, and says what is so once it has heard',
        async (kind) => {
          await screens.stripe.webhooks('drop')
          const page = await screens.signIn(ana)
          await chooseTime(page)
          await clickToStripe(page, 'Pay MX$650.00 by card')
          await screens.stripe.fault({ match: 'GET /v1/checkout/sessions/*', kind, times: 500, ms: 100 })
          await typeCard(page, cards.good)
          await arriveAt(page, 'We have not heard yet')
          await read(page, /cannot be asked right now whether you have paid/)
          expect(await page.getByText('Nothing has been charged').count()).toBe(0)
          expect(await screens.held()).toEqual(only({ charges: 1, captured: fees.appointment }))
          await screens.stripe.clearFaults()
          await arriveAt(page, booked)
          expect(await screens.held()).toEqual(only(appointmentPaid))
        },
      )

      it('the browser is offline as somebody pays: nothing is charged, and once it is back it works', async () => {
        screens.expectComplaint(/ERR_INTERNET_DISCONNECTED/)
        const page = await screens.signIn(ana)
        await chooseTime(page)
        await clickToStripe(page, 'Pay MX$650.00 by card')
        const paymentPage = page.url()
        await page.context().setOffline(true)
        await typeCard(page, cards.good)
        expect(await screens.held()).toEqual(only({}))
        await page.context().setOffline(false)
        await page.goto(paymentPage)
        await typeCard(page, cards.good)
        await arriveAt(page, booked)
        expect(await screens.held()).toEqual(only(appointmentPaid))
      })

      it('the browser is offline as the answer comes: the payment page leads on to it once it is back', async () => {
        screens.expectComplaint(/ERR_INTERNET_DISCONNECTED/)
        const page = await screens.signIn(ana)
        await chooseChat(page)
        await clickToStripe(page, 'Pay MX$280.00 by card')
        const paymentPage = page.url()
        await page.route(paymentPage, async (route) => {
          await route.fetch({ maxRedirects: 0 })
          await route.abort('internetdisconnected')
        })
        await typeCard(page, cards.good)
        await page.unroute(paymentPage)
        await page.goto(paymentPage)
        await arriveAt(page, 'All done here')
        await page.getByRole('link', { name: 'Continue' }).click()
        await arriveAt(page, chatOpen)
        expect(await screens.held()).toEqual(only(chatPaid))
      })
    })

    describe('gateway time-out', () => {
      it('the opening answers late: the patient waits, and has the payment page', async () => {
        await screens.stripe.fault({ match: 'POST /v1/checkout/sessions', kind: 'latency', times: 1, ms: 2_000 })
        const page = await screens.signIn(ana)
        await chooseTime(page)
        await clickToStripe(page, 'Pay MX$650.00 by card')
        await typeCard(page, cards.good)
        await arriveAt(page, booked)
        expect(await screens.held()).toEqual(only(appointmentPaid))
      })

      it('the opening answers 500 for long: the page says so, and how to go on; then it works', async () => {
        await screens.stripe.fault({ match: 'POST /v1/checkout/sessions', kind: '500_not_kept', times: 500 })
        const page = await screens.signIn(ana)
        await chooseTime(page)
        await click(page, 'Pay MX$650.00 by card')
        await arriveAt(page, 'One moment')
        await screens.stripe.advance(15_000)
        await read(page, /The payment service has not answered yet, so this takes longer than usual\./)
        await page.getByRole('link', { name: 'See how it stands' }).click()
        await read(page, 'There is no payment page yet. Nothing has been charged.')
        await page.getByRole('button', { name: 'Leave it' }).waitFor()
        expect(await screens.held()).toEqual(only({}))
        await screens.stripe.clearFaults()
        await eventually('the payment page', async () => {
          await screens.stripe.advance(minute)
          await page.goto(`${screens.server.url}/appointments`)
          await click(page, 'Pay MX$650.00 by card')
          return page.url().includes('/c/pay/')
        })
        await typeCard(page, cards.good)
        await arriveAt(page, booked)
        expect(await screens.held()).toEqual(only(appointmentPaid))
      })

      it('nothing answers at all: the page says that the payment service cannot be reached, and its button works once it can', async () => {
        screens.expectComplaint(/status of 503/)
        await screens.stripe.fault({ match: '* /v1/*', kind: '500_not_kept', times: 500 })
        const page = await screens.signIn(ana)
        await chooseChat(page)
        await click(page, 'Pay MX$280.00 by card')
        await arriveAt(page, 'One moment')
        // It is left in peace for a minute: time goes on in smaller steps, so that the patient comes within it.
        await eventually('the payment service to be left in peace', async () => {
          const metrics = await (await fetch(`${screens.server.url}/metrics`)).text()
          const isLeft = metrics.includes('holdfast_circuit_breaker_state{state="open"} 1')
          if (!isLeft) await screens.stripe.advance(20_000)
          return isLeft
        })
        await page.goto(`${screens.server.url}/appointments`)
        await click(page, 'Pay MX$280.00 by card')
        await arriveAt(page, 'That did not work')
        await read(page, /^The payment service cannot be reached right now\. Nothing is lost/)
        expect(await screens.held()).toEqual(only({}))
        await screens.stripe.clearFaults()
        await screens.stripe.advance(5 * minute)
        await click(page, 'Try again')
        await eventually('the payment page', async () => {
          await screens.stripe.advance(10_000)
          return page.url().includes('/c/pay/')
        })
        await typeCard(page, cards.good)
        await arriveAt(page, chatOpen)
        expect(await screens.held()).toEqual(only(chatPaid))
      })
    })

    it('several retries in a row, with other cards, then paid: one appointment, one charge, one payment page', async () => {
      const page = await screens.signIn(ana)
      await chooseTime(page)
      await clickToStripe(page, 'Pay MX$650.00 by card')
      for (const card of [cards.declined, cards.poor, cards.expired]) {
        await beDeclined(page, card)
        await goBack(page)
        expect(await screens.held()).toEqual(only({}))
        await clickToStripe(page, 'Pay MX$650.00 by card')
      }
      await typeCard(page, cards.good)
      await arriveAt(page, booked)
      expect(await screens.held()).toEqual(only(appointmentPaid))
      expect((await screens.stripe.ledger()).derived.sessions).toHaveLength(1)
    })
  })
})
