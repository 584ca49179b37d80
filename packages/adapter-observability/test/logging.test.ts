import { readFileSync } from 'node:fs'
import {
  attemptTransitions,
  consultationTransitions,
  disputeTransitions,
  intentTransitions,
  orderTransitions,
  paymentTransitions,
  refundTransitions,
  reservationTransitions,
  type Json,
} from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { factCleaner, logFacts, paymentEventNames, scrub, withRequestId } from '../src/index.ts'
import { pinoLogger } from '../src/pino.ts'
import { readLoggedEvents } from './logged-events.ts'

/** A logger on pino, and what it has written. */
const listening = (options: { readonly level?: string; readonly alsoLogged?: readonly string[] } = {}) => {
  const lines: string[] = []
  const { level = 'debug', ...rest } = options
  const logger = pinoLogger(pino({ level, base: null }, { write: (line) => void lines.push(line) }), rest)
  return { logger, lines, written: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

/** What must come out of no log, one of each kind. */
const secrets = {
  'a secret key': 'sk_live_51HoldfastSecretKey',
  'a restricted key': 'rk_test_51HoldfastSecretKey',
  "a webhook's secret": 'whsec_5f2d8a7b3c9e1f4a',
  'a client secret': 'pi_3PQxyz_secret_9aBcDeFgH',
  'a token of a session': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl',
  'an e-mail address': 'ana.lopez+stays@example.com',
  'one in an address': 'ana.lopez%40example.com',
  'a card': '4242424242424242',
  'a card in groups': '4000 0027 6000 3184',
  'a card with dashes': '5555-5555-5555-4444',
  'a card of fifteen digits': '378282246310005',
  'a bank account': 'DE89 3704 0044 0532 0130 00',
  'a telephone': '+52 55 1234 5678',
} as const

describe('a text', () => {
  it.each(Object.entries(secrets))('with %s is told without it', (_what, secret) => {
    for (const text of [secret, `before ${secret} after`, `"${secret}",`, `(${secret})`, `x=${secret}`]) {
      const told = scrub(text)
      expect(told).toContain('[redacted]')
      expect(told).not.toContain(secret)
    }
    expect(scrub(`Payment 'pay_1' of ${secret} failed.`)).toBe("Payment 'pay_1' of [redacted] failed.")
  })

  it.each([
    ['postgres://holdfast:hunter2@db.internal:5432/shop?sslmode=require', 'postgres://db.internal:5432/shop'],
    ['https://checkout.stripe.com/c/pay/cs_test_a1b2#fidkdWxOYHwn', 'https://checkout.stripe.com/c/pay/[redacted]'],
    ['https://host.example/ok?token=abc&session_id=cs_1', 'https://host.example/ok'],
    ['https://api.stripe.com/v1/charges', 'https://api.stripe.com/v1/charges'],
    ['Authorization: Bearer abc.def-123', 'Authorization: [redacted] [redacted]'],
    ['sent with Basic dXNlcjpwYXNz', 'sent with Basic [redacted]'],
    ['{"client_secret":"abc","status":402}', '{"client_secret":"[redacted]","status":402}'],
    ['password=hunter2 user=holdfast', 'password=[redacted] user=holdfast'],
    ['apiKey: "abc"', 'apiKey: "[redacted]"'],
    ['Cookie: session=abc; csrf=def', 'Cookie: [redacted]'],
    ['card 4242 4242 4242 4242 123 declined', 'card [redacted] declined'],
  ])('keeps what may be told: %s', (text, told) => {
    expect(scrub(text)).toBe(told)
  })

  it.each([
    'connect ECONNREFUSED 127.0.0.1:5432',
    'pay_8spf39zm5ckt10q7fa90ahrtcs',
    'open_session:att_fjk20mtg3nhbmsvcpyg8mxbvx9',
    'cs_test_a1b2c3d4e5f6g7h8i9j0',
    '0199f5a0-1c2d-4e3f-8a9b-426655440000',
    'No such customer: cus_123',
    "Event 'evt_1' (charge.refunded) is about something that no payment has.",
    '2026-11-30T03:41:07.123Z',
    '1764474067123',
    'expected 30000 MXN, reported 29999 MXN',
  ])('without anything of the kind is told as it is: %s', (text) => {
    expect(scrub(text)).toBe(text)
  })

  it('is cut where it is long, and takes no longer for being strange', () => {
    expect(scrub('word '.repeat(1_000))).toHaveLength(2_001)
    const startedAt = performance.now()
    for (const strange of ['a.', 'a-', '@', 'a@', '4', '4 ', 'A1', 'x_secret', '+1', '://', 'password', 'ey.'])
      expect(scrub(strange.repeat(2_000_000)).length).toBeLessThan(2_100)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
})

describe('facts', () => {
  const clean = factCleaner()

  it('are logged where they are on the list, in snake_case and by one name each', () => {
    expect(clean({ paymentId: 'pay_1', status: 200, minorUnits: 9_007_199_254_740_993n, retryable: true })).toEqual({
      payment_id: 'pay_1',
      status: 200,
      minor_units: '9007199254740993',
      retryable: true,
    })
    expect(clean({ payment: 'pay_1', attempt: 'att_1', effect: 'e', task: 't', event: 'evt_1' })).toEqual({
      payment_id: 'pay_1',
      attempt_id: 'att_1',
      effect_id: 'e',
      task_id: 't',
      event_id: 'evt_1',
    })
  })

  it('are left out where nobody has put them on it, deep inside too, and it is said which', () => {
    expect(
      clean({
        name: 'Ana López',
        charge: { id: 'ch_1', amount: { minorUnits: 1n, currency: 'MXN' }, paymentMethodId: 'pm_1', last4: '4242' },
        detail: ['a', { iban: 'x', code: 'y' }],
      }),
    ).toEqual({
      charge: { id: 'ch_1', amount: { minor_units: '1', currency: 'MXN' } },
      detail: ['a', { code: 'y' }],
      redacted: ['name', 'charge.payment_method_id', 'charge.last4', 'detail.iban'],
    })
  })

  it('do not tell by their names what they may not tell', () => {
    expect(
      clean({ 'ana@example.com': 1, '4242424242424242': 1, sk_live_51Secret: 1, [`a${'b'.repeat(60)}`]: 1 }),
    ).toEqual({
      redacted: ['?', '?', '?', '?'],
    })
  })

  it('that are numbers tell no card either', () => {
    expect(clean({ status: 4242424242424242, amount: 4242424242424242n, at: 1_764_474_067_123 })).toEqual({
      status: '[redacted]',
      amount: '[redacted]',
      at: 1_764_474_067_123,
    })
  })

  it('of a host are logged where it says so, scrubbed as all are', () => {
    expect(factCleaner(['room_name'])({ roomName: 'Casa Azul, ask ana@example.com' })).toEqual({
      room_name: 'Casa Azul, ask [redacted]',
    })
  })
})

describe('a logger on pino', () => {
  it('writes one event with its facts', () => {
    const { logger, written } = listening()
    logger.log('warn', 'effect_postponed', { effect: 'send_refund:rf_1', tries: 2, detail: 'Away.' })
    expect(written()).toEqual([
      {
        level: 40,
        time: expect.any(Number) as unknown,
        event: 'effect_postponed',
        effect_id: 'send_refund:rf_1',
        tries: 2,
        detail: 'Away.',
      },
    ])
  })

  it('writes what has happened, also where a fact is called so', () => {
    const { logger, written } = listening()
    logger.log('info', 'event_deferred', { event: 'evt_1', type: 'charge.refunded', detail: 'x' })
    expect(written()).toMatchObject([{ event: 'event_deferred', event_id: 'evt_1' }])
  })

  it('says for which request, through whatever is waited for', async () => {
    const { logger, written } = listening()
    await withRequestId('req_1', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      logger.log('info', 'one', {})
      logger.log('info', 'two', { request_id: 'req_2' })
    })
    logger.log('info', 'three', {})
    expect(written().map(({ event, request_id }) => [event, request_id])).toEqual([
      ['one', 'req_1'],
      ['two', 'req_2'],
      ['three', undefined],
    ])
  })

  it('does nothing for a level that is off', () => {
    const { logger, lines } = listening({ level: 'warn' })
    const facts = Object.defineProperty({}, 'status', {
      enumerable: true,
      get: () => {
        throw new Error('Looked at.')
      },
    })
    logger.log('info', 'one', facts)
    expect(lines).toEqual([])
  })
})

describe('of all that Holdfast logs', () => {
  const events = readLoggedEvents()
  const { level: _, ...poisonous } = { level: '', ...secrets }

  it('there is something', () => {
    expect(events.length).toBeGreaterThan(15)
    expect(events.map(({ event }) => event)).toContain('request_answered')
  })

  it('every field is on the list', () => {
    const left = events.map(({ file, event, fields = [] }) => ({
      at: `${file} ${event}`,
      redacted: factCleaner()(Object.fromEntries(fields.map((field) => [field, 'x'])))['redacted'],
    }))
    expect(left.filter(({ redacted }) => redacted !== undefined)).toEqual([])
  })

  it('nothing brings out a secret, an e-mail address or a card, whatever its fields hold', () => {
    const { logger, lines } = listening()
    const hostile = [
      ...Object.values(poisonous),
      ...Object.values(poisonous).map((secret) => `It was ${secret}, it said.`),
    ]
    for (const { level, event, fields = ['detail'] } of events)
      for (const value of hostile) {
        const facts = Object.fromEntries(fields.map((field): [string, Json] => [field, value]))
        logger.log(level as 'info', hostile.indexOf(value) % 2 === 0 ? event : value, {
          ...facts,
          more: value,
          deep: { [value]: value },
          detail: [{ code: value }],
        })
      }
    expect(lines.length).toBe(events.length * hostile.length)
    const written = lines.join('')
    for (const secret of Object.values(poisonous)) expect(written).not.toContain(secret)
  })
})

describe('the list of events', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, chapter = ''] = /### Events\n([\s\S]*?)\n## /.exec(readme) ?? []
  const listed = [...chapter.matchAll(/^\| (.*) \|$/gm)].flatMap(([, row = '']) =>
    [...row.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, name]) => name ?? ''),
  )
  const tables = {
    payment: paymentTransitions,
    attempt: attemptTransitions,
    refund: refundTransitions,
    dispute: disputeTransitions,
    intent: intentTransitions,
    order: orderTransitions,
    reservation: reservationTransitions,
    consultation: consultationTransitions,
  }
  // Asking, and hearing nothing new, is no news.
  const quiet = /_(looked|asking_ended|charge_moved)$/
  const facts = Object.entries(tables).flatMap(([about, table]) =>
    Object.values<object>(table)
      .flatMap((row) => Object.keys(row))
      .map((name) => `${about}_${name}`)
      .filter((name) => !quiet.test(name)),
  )

  it('has every fact of every machine, by the one name that it has in the log', () => {
    const called = facts.flatMap((fact) => {
      if (fact === 'attempt_declined') return [fact, paymentEventNames[fact]]
      return fact in paymentEventNames ? [paymentEventNames[fact as keyof typeof paymentEventNames]] : [fact]
    })
    expect(called.filter((name) => !listed.includes(name))).toEqual([])
    expect(Object.keys(paymentEventNames).filter((name) => listed.includes(name))).toEqual(['attempt_declined'])
  })

  it('has everything that the packages log beside them, and no name twice', () => {
    const logged = readLoggedEvents().filter(({ file }) => file.startsWith('packages/'))
    expect(logged.map(({ event }) => event).filter((event) => !listed.includes(event))).toEqual([])
    expect(listed.filter((name, at) => listed.indexOf(name) !== at && !name.endsWith('_id'))).toEqual([])
  })
})

describe('the facts of a story', () => {
  const story = async (level: string) => {
    const { logger, lines, written } = listening({ level })
    const w = rules.world({ unitOfWork: logFacts(memoryUnitOfWork(), logger), logger })
    const { paymentId, sessionId } = await w.book(rules.ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.holdfast.workOnce()
    await w.holdfast.refundPayment({ actor: rules.staff, paymentId })
    return { w, paymentId, lines, written }
  }

  it('of an order are logged with it', async () => {
    const { logger, written } = listening({ level: 'info' })
    const w = rules.world({ unitOfWork: logFacts(memoryUnitOfWork(), logger), logger })
    const placed = await w.holdfast.placeOrder({
      actor: rules.ana,
      cart: { lines: [{ articleId: 'pattern', quantity: 1 }], currency: rules.mxn(0n).currency },
    })
    if (!placed.ok) throw new Error(placed.error.code)
    const { orderId, paymentId } = placed.value
    await w.holdfast.cancelOrder({ actor: rules.ana, orderId, refund: 'nothing' })
    const ofOrder = written().filter(({ event }) => String(event).startsWith('order_'))
    expect(ofOrder.map(({ event }) => event)).toEqual(['order_placed', 'order_cancelled'])
    for (const line of ofOrder) expect(line).toMatchObject({ order_id: orderId, payment_id: paymentId })
  })

  it('are logged one by one, once each, with their payment', async () => {
    const { paymentId, written, w } = await story('info')
    expect(written().map(({ event }) => event)).toEqual([
      'open_intent_asked',
      'intent_opened',
      'start_checkout_asked',
      'payment_creation_started',
      'payment_created_successfully',
      'payment_created',
      'attempt_captured',
      'payment_captured',
      'intent_paid',
      'intent_fulfilled',
      'refund_payment_asked',
      'refund_requested',
      'refund_succeeded',
      'payment_refunded_in_full',
    ])
    const [reservation] = await w.reservations()
    for (const { event, payment_id } of written())
      expect(payment_id).toBe(event === 'payment_created' ? reservation?.balance?.paymentId : paymentId)
    const [attempt] = (await w.get(paymentId)).attempts
    expect(written()[3]).toMatchObject({ attempt_id: attempt?.id, kind: 'hosted', minor_units: '30000' })
    expect(written()[10]).toMatchObject({ actor: 'staff:eve' })
  })

  it('tell of a card that a page declined by a name of its own, with why', async () => {
    const { logger, written } = listening({ level: 'info' })
    const w = rules.world({ unitOfWork: logFacts(memoryUnitOfWork(), logger), logger })
    const { sessionId, paymentId } = await w.book(rules.ana)
    await w.provider.payer.declineOnPage(sessionId, { code: 'expired_card', retryable: true })
    await w.deliver()
    const [attempt] = (await w.get(paymentId)).attempts
    expect(written().at(-1)).toMatchObject({
      event: 'stripe_payment_error',
      payment_id: paymentId,
      attempt_id: attempt?.id,
      failure: { code: 'expired_card', retryable: true },
    })
    expect(written().at(-1)).not.toHaveProperty('redacted')
  })

  const told = () => {
    const { logger, written } = listening({ level: 'info' })
    const w = rules.world({ unitOfWork: logFacts(memoryUnitOfWork(), logger), logger })
    return { w, events: () => written().map(({ event }) => event), last: () => written().at(-1) }
  }

  it('say that a payment could not be created where the provider would not open its page', async () => {
    const { w, events } = told()
    w.provider.faults.next('openSession', 'refused')
    await expect(w.book(rules.ana)).rejects.toThrow()
    expect(events()).toContain('payment_creation_failed')
    expect(events()).not.toContain('payment_created_successfully')
    expect(events()).not.toContain('attempt_declined')
  })

  it('do not say so of one whose page was open', async () => {
    const { w, events } = told()
    const { sessionId } = await w.book(rules.ana)
    await w.provider.payer.payLater(sessionId)
    await w.provider.payer.settle(sessionId, 'failed')
    await w.deliver()
    expect(events()).toEqual(expect.arrayContaining(['payment_created_successfully', 'attempt_declined']))
    expect(events()).not.toContain('payment_creation_failed')
  })

  it('tell of owners that one asked, and of pages no address', async () => {
    const { written, lines } = await story('debug')
    expect(written()[0]).toMatchObject({ event: 'open_intent_asked', actor: 'owner' })
    expect(lines.join('')).not.toMatch(/pay\.example|owner:ana|"ana"|pm_|cus_/)
    expect(written().map(({ event }) => event)).toContain('open_session_answered')
    expect(written().find(({ event }) => event === 'event_applied')).toMatchObject({
      event_id: expect.stringMatching(/^evt_/) as unknown,
      type: 'charge.captured',
    })
  })

  it('call for a human as a warning', async () => {
    const { logger, written } = listening({ level: 'warn' })
    const w = rules.world({ unitOfWork: logFacts(memoryUnitOfWork(), logger), logger })
    const { sessionId } = await w.book(rules.ana)
    await w.provider.payer.pay(sessionId, rules.mxn(1n))
    await w.deliver()
    expect(written()).toMatchObject([{ level: 40, event: 'attention_amount_mismatch', reported: '1 MXN' }])
  })
})
