import { describe, expect, it } from 'vitest'
import { ana, ben, bookedReservation, deliver, openIntent, staff, world, type Answered, type World } from './world.ts'

const hour = 3_600_000

/** The cookie that an answer sets, as a browser sends it back; empty where it takes it back. */
const cookieIn = ({ headers }: Answered): string => {
  const set = headers.get('set-cookie') ?? ''
  return set.includes('Max-Age=0') ? '' : (set.split(';')[0] ?? '')
}

const isTakenBack = ({ headers }: Answered): boolean =>
  /^__Host-holdfast_intent=[^;]*; Max-Age=0;/.test(headers.get('set-cookie') ?? '')

/** Opens an intent in a browser of its own, and answers its ids and the cookie that the browser holds from then on. */
const opened = async (here: World, { as = ana, day = 1 } = {}) => {
  const answer = await here.call('POST', '/api/intents/', {
    as,
    body: { kind: 'reservation', payload: { house: 'casa', day } },
  })
  const { intent_id: intentId, payment_id: paymentId } = answer.json as Readonly<Record<string, string>>
  return { intentId: intentId ?? '', paymentId: paymentId ?? '', cookie: cookieIn(answer) }
}

const current = (here: World, cookie = '', as = ana) =>
  here.call('GET', '/api/intents/current/', { as, headers: cookie === '' ? {} : { cookie } })

const nothing = [404, 'intent_not_found']
const outcomeOf = ({ status, json }: Answered) => [status, json['code']]

/** Opens the page of an intent, and answers the id of its session. */
const openPage = async (here: World, intentId: string, as = ana): Promise<string> =>
  (await here.call('POST', `/api/intents/${intentId}/pay/`, { as })).json['session_id'] as string

/** Pays an intent on its page; the provider's news is taken in. */
const pay = async (here: World, intentId: string, as = ana): Promise<void> => {
  await here.provider.payer.pay(await openPage(here, intentId, as))
  await deliver(here.holdfast, here.provider.events())
}

describe('what a browser was about to pay', () => {
  it('is the intent that its cookie holds, and not a newer one of another browser', async () => {
    const here = world()
    const first = await opened(here)
    await opened(here, { day: 2 })
    expect((await current(here, first.cookie)).json['intent_id']).toBe(first.intentId)
  })

  it('is found by its owner where the cookie is lost, and held by the browser from then on', async () => {
    const here = world()
    const first = await opened(here)
    const found = await current(here)
    expect(found.json['intent_id']).toBe(first.intentId)
    await opened(here, { day: 2 })
    expect((await current(here, cookieIn(found))).json['intent_id']).toBe(first.intentId)
  })

  it('is not what was given up elsewhere: the newer open one is found, and its cookie takes the place of the old one', async () => {
    const here = world()
    const given = await opened(here)
    const newer = await opened(here, { day: 2 })
    await here.call('POST', `/api/intents/${given.intentId}/abandon/`, { as: ana, headers: { cookie: newer.cookie } })
    const found = await current(here, given.cookie)
    expect([found.status, found.json['intent_id']]).toEqual([200, newer.intentId])
    expect((await current(here, cookieIn(found))).json['intent_id']).toBe(newer.intentId)
  })

  it('is nothing once it was given up: 404, and the cookie is taken back', async () => {
    const here = world()
    const { intentId, cookie } = await opened(here)
    await here.call('POST', `/api/intents/${intentId}/abandon/`, { as: ana })
    const gone = await current(here, cookie)
    expect([...outcomeOf(gone), isTakenBack(gone)]).toEqual([...nothing, true])
    const none = await current(here)
    expect([...outcomeOf(none), none.headers.get('set-cookie')]).toEqual([...nothing, null])
  })

  it('is nothing when its time to pay is over, with the cookie and without, although nobody has closed it yet', async () => {
    const here = world()
    const { intentId, cookie } = await opened(here)
    await here.clock.advance(2 * hour)
    const late = await here.call('GET', `/api/intents/${intentId}/`, { as: ana })
    expect(late.json['status']).toBe('open')
    const gone = await current(here, cookie)
    expect([...outcomeOf(gone), isTakenBack(gone)]).toEqual([...nothing, true])
    expect(outcomeOf(await current(here))).toEqual(nothing)
  })

  it('is still told of when its time is over, while the money of a slow method is on its way', async () => {
    const here = world()
    const { intentId, cookie } = await opened(here)
    await here.provider.payer.payLater(await openPage(here, intentId))
    await deliver(here.holdfast, here.provider.events())
    await here.clock.advance(2 * hour)
    for (const held of [cookie, ''])
      expect((await current(here, held)).json).toMatchObject({ intent_id: intentId, payment_status: 'PROCESSING' })
  })

  it('is told with its outcome once it was paid, and that once: the cookie is taken back', async () => {
    const here = world()
    const { intentId, cookie } = await opened(here)
    await pay(here, intentId)
    const told = await current(here, cookie)
    expect([told.status, told.json['status'], isTakenBack(told)]).toEqual([200, 'fulfilled', true])
    expect(told.json['record']).toMatchObject({ type: 'reservation' })
    expect(outcomeOf(await current(here, cookieIn(told)))).toEqual(nothing)
  })

  it('is told with its outcome also where it was paid and lost to somebody else', async () => {
    const here = world()
    const { intentId, cookie } = await opened(here)
    const bens = await opened(here, { as: ben })
    const page = await openPage(here, intentId)
    await pay(here, bens.intentId, ben)
    await here.provider.payer.pay(page)
    await deliver(here.holdfast, here.provider.events())
    const told = await current(here, cookie)
    expect(told.json).toMatchObject({ intent_id: intentId, status: 'refunded', refund_reason: 'slot_taken' })
    expect(isTakenBack(told)).toBe(true)
  })

  it('is what a top-up is for, and not the top-up, with the cookie and without', async () => {
    const here = world()
    const { intentId, cookie } = await opened(here)
    const topUp = await here.call('POST', `/api/intents/${intentId}/top-up/`, { as: ana, headers: { cookie } })
    expect(topUp.status).toBe(200)
    for (const held of [cookie, cookieIn(topUp), ''])
      expect((await current(here, held)).json['intent_id']).toBe(intentId)
  })

  it('is what a top-up is for also where the top-up was opened as an intent', async () => {
    const here = world()
    const { intentId } = await opened(here)
    const means = await here.call('POST', '/api/intents/', {
      as: ana,
      body: { kind: 'wallet_topup', payload: { intent_id: intentId } },
    })
    expect((await current(here, cookieIn(means))).json['intent_id']).toBe(intentId)
  })

  it('is a top-up that is for nothing else', async () => {
    const here = world()
    const body = { amount: '150.00', currency: 'MXN' }
    const topUp = await here.call('POST', '/api/wallet/top-up/', { as: ana, body })
    expect((await current(here, cookieIn(topUp))).json).toMatchObject({ kind: 'wallet_topup', amount: '150.00' })
    expect((await current(here)).json['kind']).toBe('wallet_topup')
  })

  it('is nobody else’s: their cookie is taken back, and their own intent is found', async () => {
    const here = world()
    const { cookie } = await opened(here)
    const shared = await current(here, cookie, ben)
    expect([...outcomeOf(shared), isTakenBack(shared)]).toEqual([...nothing, true])
    const own = await openIntent(here, { as: ben, day: 3 })
    expect((await current(here, cookie, ben)).json['intent_id']).toBe(own.intentId)
  })
})

describe('the cookie of an intent', () => {
  it('is set for what somebody goes to pay, whatever they were about to pay before', async () => {
    const here = world()
    const first = await opened(here)
    const second = await opened(here, { day: 2 })
    const led = await here.call('POST', `/api/intents/${first.intentId}/pay/`, {
      as: ana,
      headers: { cookie: second.cookie },
    })
    expect((await current(here, cookieIn(led))).json['intent_id']).toBe(first.intentId)
    const browser = await here.call('POST', `/api/intents/${second.intentId}/retry/`, {
      as: ana,
      headers: { accept: 'text/html' },
    })
    expect([browser.status, cookieIn(browser)]).toEqual([303, second.cookie])
  })

  it('is not set for staff, who pay nothing', async () => {
    const here = world()
    const { intentId } = await opened(here)
    const led = await here.call('POST', `/api/intents/${intentId}/pay/`, { as: staff })
    expect([led.status, led.headers.get('set-cookie')]).toEqual([200, null])
  })

  it('stays where another intent is given up than the one that it holds', async () => {
    const here = world()
    const first = await opened(here)
    const second = await opened(here, { day: 2 })
    const headers = { cookie: second.cookie }
    const given = await here.call('POST', `/api/intents/${first.intentId}/abandon/`, { as: ana, headers })
    expect([given.status, given.headers.get('set-cookie')]).toEqual([200, null])
    const last = await here.call('POST', `/api/intents/${second.intentId}/abandon/`, { as: ana, headers })
    expect(isTakenBack(last)).toBe(true)
  })

  it('is taken back by the answer that says that it was paid from the wallet', async () => {
    const here = world()
    const body = { amount: '150.00', currency: 'MXN' }
    const { json } = await here.call('POST', '/api/wallet/top-up/', { as: ana, body })
    await here.provider.payer.pay(json['session_id'] as string)
    await deliver(here.holdfast, here.provider.events())
    const { intentId, cookie } = await opened(here)
    const paid = await here.call('POST', `/api/intents/${intentId}/pay-from-wallet/`, { as: ana, headers: { cookie } })
    expect([paid.status, isTakenBack(paid)]).toEqual([200, true])
  })

  it('is taken back by the answer that says that it was paid with a saved card', async () => {
    const here = world()
    await bookedReservation(here, { day: 9 })
    const { json } = await here.call('GET', '/api/payment-methods/', { as: ana })
    const [card] = json['payment_methods'] as readonly { readonly payment_method_id: string }[]
    const { intentId, cookie } = await opened(here)
    const paid = await here.call('POST', `/api/intents/${intentId}/pay-with-saved-card/`, {
      as: ana,
      body: { payment_method_id: card?.payment_method_id },
      headers: { cookie },
    })
    expect([paid.status, isTakenBack(paid)]).toEqual([200, true])
  })

  it('is taken back by whatever tells its owner how it has ended', async () => {
    const here = world()
    const { intentId, paymentId, cookie } = await opened(here)
    const read = (path: string, as = ana) => here.call('GET', path, { as, headers: { cookie } })
    expect((await read(`/api/intents/${intentId}/`)).headers.get('set-cookie')).toBeNull()
    await pay(here, intentId)
    for (const path of [`/api/intents/${intentId}/`, `/api/payments/${paymentId}/intent/`]) {
      expect(isTakenBack(await read(path))).toBe(true)
      expect((await read(path, staff)).headers.get('set-cookie')).toBeNull()
    }
  })
})

describe('an intent, found by its payment', () => {
  it('is told to its owner and to staff, as by its own id', async () => {
    const here = world()
    const { intentId, paymentId } = await opened(here)
    for (const as of [ana, staff]) {
      const found = await here.call('GET', `/api/payments/${paymentId}/intent/`, { as })
      const read = await here.call('GET', `/api/intents/${intentId}/`, { as })
      expect([found.status, found.json]).toEqual([200, read.json])
    }
  })

  it('is to a stranger the same 404 as none', async () => {
    const here = world()
    const { paymentId } = await opened(here)
    const headers = { 'x-request-id': 'same' }
    const others = await here.call('GET', `/api/payments/${paymentId}/intent/`, { as: ben, headers })
    const nobodys = await here.call('GET', '/api/payments/pay_none/intent/', { as: ben, headers })
    expect([others.status, others.text]).toEqual([404, nobodys.text])
  })

  it('is not there for a payment that is for the balance of a reservation', async () => {
    const here = world()
    const { reservationId } = await bookedReservation(here)
    const balance = await here.unitOfWork.read((tx) => tx.reservations.find(reservationId as never))
    const { status, json } = await here.call(
      'GET',
      `/api/payments/${balance?.value.balance?.paymentId ?? ''}/intent/`,
      { as: ana },
    )
    expect([status, json['code']]).toEqual([404, 'intent_not_found'])
  })
})
