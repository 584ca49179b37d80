import { describe, expect, it } from 'vitest'
import type { Entry } from '../src/oracle/edges.ts'
import { checkHonoured, createPolicyWatch, type HostPolicy } from '../src/oracle/host-policy.ts'
import type { Readable } from '../src/system/database.ts'

type Rows = readonly object[]

/** A database of which only what is asked from each of its tables is known. */
const tables = (rows: Readonly<Record<string, Rows>>): Readable => ({
  query: <Row>(sql: string) => {
    const [, table = ''] = /FROM holdfast_(\w+)/.exec(sql) ?? []
    return (rows[table] ?? []) as readonly Row[]
  },
})

const refund = {
  id: 'rf_1',
  reason: 'late_payment',
  destination: 'provider',
  attempt_id: 'att_1',
  kind: 'hosted',
  disputes: null,
  payment_id: 'pay_1',
  purpose: 'full',
  status: 'cancelled',
  counted_attempt_id: null,
  subject_type: 'intent',
  subject_id: 'pin_1',
}

const fact = (about: string, id: string, name: string): Entry => ({
  at: 5_000,
  payment_id: 'pay_1',
  type: 'fact',
  about_type: about,
  about_id: id,
  name,
  data: '{}',
})
const cancelled = fact('payment', 'pay_1', 'cancelled')
const requested = fact('refund', 'rf_1', 'requested')

const judge = (policy: Partial<HostPolicy>, rows: Readonly<Record<string, Rows>>, ...entries: readonly Entry[]) => {
  const watch = createPolicyWatch(tables(rows), {
    lateMoney: 'refund',
    walletRefunds: [],
    capacityOf: () => 1,
    ...policy,
  })
  return () => watch.follow(entries)
}
const of = (changes: Partial<Omit<typeof refund, 'disputes'>> & { readonly disputes?: string }) => ({
  refunds: [{ ...refund, ...changes }],
})

describe('what comes too late', () => {
  it('goes back, or counts, as the host wants', () => {
    const captured = fact('payment', 'pay_1', 'captured')
    expect(judge({ lateMoney: 'refund' }, of({}), cancelled, requested)).not.toThrow()
    expect(judge({ lateMoney: 'honour' }, of({}), cancelled, requested)).toThrow('A20')
    expect(judge({ lateMoney: 'refund' }, {}, cancelled, captured)).toThrow('A20')
    expect(judge({ lateMoney: 'honour' }, {}, cancelled, captured)).not.toThrow()
    expect(judge({ lateMoney: 'refund' }, {}, captured)).not.toThrow()
  })

  it('goes back whatever the host wants where the stay it is for is cancelled', () => {
    const rows = { ...of({ subject_type: 'reservation' }), reservations: [{ id: 'res_1' }] }
    expect(judge({ lateMoney: 'honour' }, rows, requested)).not.toThrow()
    expect(judge({ lateMoney: 'honour' }, of({ subject_type: 'reservation' }), requested)).toThrow('A20')
  })

  it('is late: nothing was cancelled that is not', () => {
    expect(judge({ lateMoney: 'refund' }, of({}), requested)).toThrow('not late')
  })

  it('counts at rest where the host wants that', () => {
    const payments = [{ id: 'pay_1', status: 'cancelled', amount_minor: 100, amount_currency: 'MXN' }]
    const charges = [{ paymentId: 'pay_1', intentId: 'pi_1', amount: 100, currency: 'MXN' }]
    const atRest = (lateMoney: HostPolicy['lateMoney'], amount = 100) =>
      checkHonoured(
        { payments } as unknown as Parameters<typeof checkHonoured>[0],
        charges.map((each) => ({ ...each, amount })) as unknown as Parameters<typeof checkHonoured>[1],
        { lateMoney },
      )
    expect(() => atRest('honour')).toThrow('A20')
    expect(() => atRest('honour', 90)).not.toThrow()
    expect(() => atRest('refund')).not.toThrow()
  })
})

describe('where money goes back to', () => {
  const goes = (
    changes: Parameters<typeof of>[0],
    walletRefunds: HostPolicy['walletRefunds'],
    ...before: readonly Entry[]
  ) => judge({ walletRefunds }, of({ reason: 'order_cancelled', ...changes }), ...before, requested)

  it('is what the host says of its reason', () => {
    expect(goes({}, [])).not.toThrow()
    expect(goes({}, ['order_cancelled'])).toThrow('has to go to the wallet')
    expect(goes({ destination: 'wallet' }, ['order_cancelled'])).not.toThrow()
    expect(goes({ destination: 'wallet' }, ['unavailable'])).toThrow('has to go to the provider')
  })

  it('is the wallet for what came from there, and the card for what was to fill one', () => {
    expect(goes({ kind: 'wallet' }, [])).toThrow('has to go to the wallet')
    expect(goes({ purpose: 'wallet_topup', destination: 'wallet' }, ['order_cancelled'])).toThrow('A20')
  })

  it('is the card while a bank holds the money', () => {
    const disputes = JSON.stringify([{ id: 'dp_1', status: 'open' }])
    const [opened, won, lost] = ['opened', 'won', 'lost'].map((name) => fact('dispute', 'dp_1', name)) as [
      Entry,
      Entry,
      Entry,
    ]
    expect(goes({ disputes }, ['order_cancelled'], opened)).not.toThrow()
    expect(goes({ disputes, destination: 'wallet' }, ['order_cancelled'], opened)).toThrow('A20')
    expect(goes({ disputes, destination: 'wallet' }, ['order_cancelled'], opened, won)).not.toThrow()
    // Of a part, or there would be nothing to give back.
    expect(goes({ disputes, destination: 'wallet' }, ['order_cancelled'], opened, lost)).not.toThrow()
    // It was opened after the refund was decided, in the same commit.
    expect(goes({ disputes, destination: 'wallet' }, ['order_cancelled'])).not.toThrow()
  })

  it('is what staff say where they give it back', () => {
    expect(goes({ reason: 'requested_by_customer', destination: 'wallet' }, [])).not.toThrow()
    expect(goes({ reason: 'duplicate', destination: 'wallet', status: 'completed' }, [])).toThrow('A20')
  })
})

describe('what could not be had', () => {
  const slot = { resource_id: 'casa', starts_at: 1_000, ends_at: 9_000 }
  const taken = (status: string) => ({
    ...of({ reason: 'slot_taken' }),
    intents: [slot],
    reservations: [{ id: 'res_2', unit: 0, status }],
  })

  it('is a slot that somebody has, or had when the money came', () => {
    expect(judge({}, taken('confirmed'), requested)).not.toThrow()
    expect(judge({}, taken('cancelled'), requested)).toThrow('A20')
    expect(judge({}, taken('cancelled'), requested, fact('reservation', 'res_2', 'cancelled'))).not.toThrow()
  })

  it('is over', () => {
    const rows = (ends: number) => ({ ...of({ reason: 'unavailable' }), intents: [{ ...slot, ends_at: ends }] })
    expect(judge({}, rows(5_000), requested)).not.toThrow()
    expect(judge({}, rows(5_001), requested)).toThrow('A20')
  })

  it('is not on the shelf any more, or its coupon is used', () => {
    const rows = (free: number, coupon: string | null = null, uses = 0) => ({
      ...of({ reason: 'unavailable', subject_type: 'order', subject_id: 'ord_1' }),
      orders: [{ owner: 'ana', coupon, lines: JSON.stringify([{ articleId: 'mug', quantity: 2 }]) }],
      stock: [{ id: 'mug', free }],
      coupons: [{ code: 'TENTH', free: uses }],
    })
    expect(judge({}, rows(1), requested)).not.toThrow()
    expect(judge({}, rows(2), requested)).toThrow('A20')
    expect(judge({}, rows(2, 'TENTH'), requested)).not.toThrow()
    // What somebody else did in the same commit may have been in the way.
    expect(judge({}, rows(2), fact('order', 'ord_2', 'cancelled'), requested)).not.toThrow()
  })
})
