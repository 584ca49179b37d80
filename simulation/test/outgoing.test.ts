import { describe, expect, it } from 'vitest'
import { createOutgoing } from '../src/oracle/outgoing.ts'
import { createSentTo } from '../src/oracle/sent-to.ts'
import type { Readable } from '../src/system/database.ts'
import { inTransaction } from '../src/system/in-transaction.ts'
import type { Stripe } from '../src/system/stripe.ts'

type Ledger = ReturnType<Stripe['ledger']>

const answering = (...rows: readonly object[]): Readable => ({ query: <Row>() => rows as readonly Row[] })

const stripeWith = (
  { refunds = [], calls = [] }: { readonly refunds?: readonly object[]; readonly calls?: readonly string[] } = {},
  sessions: readonly object[] = [],
): Pick<Stripe, 'ledger' | 'sentTwice'> => ({
  ledger: () =>
    ({
      objects: { 'checkout.session': [], payment_intent: [], refund: refunds },
      calls: calls.map((idempotencyKey) => ({ idempotencyKey })),
      derived: { sessions },
    }) as unknown as Ledger,
  sentTwice: new Set(),
})

const refundUnder = (key: string) => ({ key, path: '/v1/refunds', parameters: 'metadata[refund_id]=rf_1', atMs: 0 })

describe('outside a transaction only', () => {
  it('lets others be asked, also while somebody else is in one', async () => {
    const { asking } = createOutgoing(answering(), stripeWith())
    await inTransaction(async () => {})
    expect(() => asking('notifier')).not.toThrow()
  })

  it('hears of whoever asks inside, or begins to and does not wait for it', async () => {
    const { asking } = createOutgoing(answering(), stripeWith())
    await expect(inTransaction(async () => asking('notifier'))).rejects.toThrow('A18')
    let later: Promise<void> | undefined
    await inTransaction(async () => {
      later = Promise.resolve().then(() => asking('GET /v1/refunds'))
      later.catch(() => {})
    })
    await expect(later).rejects.toThrow('A18')
  })
})

describe('what Stripe is asked to make', () => {
  it('has to be stored, with its key', () => {
    expect(() => createOutgoing(answering({ key: 'rf_1' }), stripeWith()).called(refundUnder('rf_1'))).not.toThrow()
    expect(() => createOutgoing(answering({ key: 'rf_1' }), stripeWith()).called(refundUnder('other'))).toThrow('A19')
    expect(() => createOutgoing(answering(), stripeWith()).called(refundUnder('rf_1'))).toThrow('A19')
  })

  it('has to be of a kind that is stored', () => {
    const { called } = createOutgoing(answering(), stripeWith())
    expect(() => called({ key: 'k', path: '/v1/customers', parameters: '', atMs: 0 })).toThrow('A19')
    expect(() => called({ key: 'k', path: '/v1/checkout/sessions/cs_1/expire', parameters: '', atMs: 0 })).not.toThrow()
  })
})

describe('a second key', () => {
  const asked = (there: Parameters<typeof stripeWith>[0], { looks }: { readonly looks: boolean }): void => {
    const row = { key: 'rf_1' }
    const { called, asking } = createOutgoing(answering(row), stripeWith(there))
    called(refundUnder('rf_1'))
    if (looks) asking('GET /v1/refunds')
    row.key = 'rf_1~2'
    called(refundUnder('rf_1~2'))
  }

  it('may be used once the first is proved dead', () => {
    expect(() => asked({ calls: ['rf_1'] }, { looks: true })).not.toThrow()
    const failed = { id: 're_1', status: 'failed', metadata: { refund_id: 'rf_1' } }
    expect(() => asked({ calls: ['rf_1'], refunds: [failed] }, { looks: true })).not.toThrow()
  })

  it('may not where the first has made something, is on its way, or was not looked for', () => {
    const there = { id: 're_1', status: 'succeeded', metadata: { refund_id: 'rf_1' } }
    expect(() => asked({ calls: ['rf_1'], refunds: [there] }, { looks: true })).toThrow('it is re_1')
    expect(() => asked({ calls: [] }, { looks: true })).toThrow('still on its way')
    expect(() => asked({ calls: ['rf_1'] }, { looks: false })).toThrow('nobody has looked')
  })
})

describe('a page that somebody is sent to', () => {
  const url = 'https://checkout.example/cs_1'
  const opened = {
    at: 0,
    payment_id: 'pay_1',
    type: 'fact',
    about_type: 'attempt',
    about_id: 'att_1',
    name: 'opened',
    data: JSON.stringify({ url, providerId: 'cs_1' }),
  }
  const session = { id: 'cs_1', metadata: { payment_id: 'pay_1' } }
  const sentTo = (own: string, sessions: readonly object[] = [session]) => {
    const made = createSentTo(answering({ own }), stripeWith({}, sessions))
    made.follow([opened])
    return made
  }

  it('is stored, and is theirs, however they hear of it', () => {
    const { told } = sentTo('cs_1')
    expect(() => told({ ok: true, value: { checkout: { checkoutUrl: url, paymentId: 'pay_1' } } })).not.toThrow()
    expect(() => told({ template: 'payment_link', url, paymentId: 'pay_1' })).not.toThrow()
    expect(() => told({ ok: true, value: { paymentId: 'pay_1', amount: 1n } })).not.toThrow()
  })

  it.each([
    ['is not stored', () => createSentTo(answering(), stripeWith()), { url }],
    ['is not what its attempt has', () => sentTo('cs_2'), { url }],
    ['is not at Stripe', () => sentTo('cs_1', []), { url }],
    ['is for something else', () => sentTo('cs_1'), { checkoutUrl: url, paymentId: 'pay_2' }],
    ['goes by another name', () => sentTo('cs_1'), { checkoutUrl: url, sessionId: 'cs_2' }],
  ])('is noticed where it %s', (_how, make, page) => {
    expect(() => make().told({ value: [page] })).toThrow('A19')
  })
})
