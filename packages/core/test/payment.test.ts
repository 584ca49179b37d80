import { describe, expect, it } from 'vitest'
import { at, attemptId, everyPayment, paymentId } from '../src/contracts/samples.ts'
import { accept } from '../src/kernel/decision.ts'
import { money } from '../src/kernel/money.ts'
import {
  decidePayment,
  evolvePayment,
  isCollected,
  type Payment,
  type PaymentCommand,
  type PaymentEvent,
} from '../src/payment/payment.ts'
import { answersOf, oneOfEach } from './every-status.ts'

const amount = money(12_500, 'MXN')
const subject = { type: 'intent', id: 'int_1' } as const
const item = { name: 'Deposit', description: 'Casa Azul' }
const savedCard = { customerId: 'cus_1', paymentMethodId: 'pm_1' }
const failure = { code: 'card_declined', retryable: true } as const
/** All samples as one payment, so that nothing but the status tells them apart. */
const states = oneOfEach(everyPayment()).map(
  (payment): Payment => ({ ...payment, id: paymentId('pay_1'), subject, amount, item, saveCard: false, savedCard }),
)
const inStatus = <Status extends Payment['status']>(status: Status): Extract<Payment, { readonly status: Status }> =>
  states.find((payment) => payment.status === status) as Extract<Payment, { readonly status: Status }>
const answers = answersOf<Payment, PaymentCommand, PaymentEvent>({
  states,
  decide: decidePayment,
  evolve: evolvePayment,
})
/** As `answers`, of payments that differ in how much has gone back. */
const standing = answersOf<Payment, PaymentCommand, PaymentEvent>({
  states: states.map((payment): Payment => {
    if (payment.status === 'partially_refunded') return { ...payment, refunded: 500n }
    return payment.status === 'refunded' ? { ...payment, refunded: 12_500n } : payment
  }),
  decide: decidePayment,
  evolve: evolvePayment,
})
const collected = ['completed', 'partially_refunded', 'refunded', 'disputed']

describe('what a payment answers in every status', () => {
  it('to a hosted page that is to be opened', () => {
    expect(answers({ type: 'start_attempt', kind: 'hosted' })).toEqual({
      unchanged: ['pending'],
      'checkout_started → pending': ['failed'],
      payment_cancelled: ['cancelled'],
      payment_already_completed: ['processing', 'authorized', ...collected],
    })
  })

  it('to a saved card that is to be charged', () => {
    expect(answers({ type: 'start_attempt', kind: 'off_session' })).toEqual({
      'charge_started → processing': ['pending', 'failed'],
      payment_cancelled: ['cancelled'],
      payment_already_completed: ['processing', 'authorized', ...collected],
    })
  })

  it('to money that is on its way', () => {
    expect(answers({ type: 'note_processing' })).toEqual({
      'processing_reported → processing': ['pending', 'failed'],
      unchanged: ['processing', 'authorized', 'cancelled', ...collected],
    })
  })

  it('to money that is set aside', () => {
    expect(answers({ type: 'note_authorized', at: at(5) })).toEqual({
      'authorized → authorized': ['pending', 'processing', 'failed'],
      unchanged: ['authorized', 'cancelled', ...collected],
    })
  })

  it('to money that came by the attempt that counts, or the first that does', () => {
    const capture = { type: 'count_capture', at: at(5), attemptId: attemptId('att_1') } as const
    expect(answers({ ...capture, honourLate: false })).toEqual({
      'captured → completed': ['pending', 'processing', 'authorized', 'failed'],
      payment_cancelled: ['cancelled'],
      unchanged: collected,
    })
    expect(answers({ ...capture, honourLate: true })).toEqual({
      'captured → completed': ['pending', 'processing', 'authorized', 'failed', 'cancelled'],
      unchanged: collected,
    })
  })

  it('to money that another attempt brought', () => {
    const capture = { type: 'count_capture', at: at(5), attemptId: attemptId('att_2'), honourLate: true } as const
    expect(answers(capture)).toEqual({
      'captured → completed': ['pending', 'processing', 'authorized', 'failed', 'cancelled'],
      payment_already_completed: collected,
    })
  })

  it('to an attempt that failed', () => {
    expect(answers({ type: 'note_failure', at: at(5), failure })).toEqual({
      'attempt_failed → failed': ['pending', 'processing', 'authorized'],
      unchanged: ['failed', 'cancelled', ...collected],
    })
  })

  it('to an attempt that was withdrawn', () => {
    expect(answers({ type: 'note_withdrawal' })).toEqual({
      'attempt_withdrawn → pending': ['processing', 'authorized'],
      unchanged: ['pending', 'failed', 'cancelled', ...collected],
    })
  })

  it('to another price, and to the same price of something else', () => {
    const refusals = {
      payment_cancelled: ['cancelled'],
      payment_already_completed: ['processing', 'authorized', ...collected],
    }
    const changed = { 'amount_changed → pending': ['pending'], 'amount_changed → failed': ['failed'], ...refusals }
    expect(answers({ type: 'change_amount', amount: money(1, 'MXN'), item })).toEqual(changed)
    expect(answers({ type: 'change_amount', amount: money(12_500, 'USD'), item })).toEqual(changed)
    expect(answers({ type: 'change_amount', amount, item: { ...item, name: 'All of it' } })).toEqual(changed)
    expect(answers({ type: 'change_amount', amount, item: { ...item, description: 'Casa Roja' } })).toEqual(changed)
    expect(answers({ type: 'change_amount', amount, item: { ...item } })).toEqual({
      unchanged: ['pending', 'failed'],
      ...refusals,
    })
  })

  it('to being cancelled', () => {
    expect(answers({ type: 'cancel', at: at(5), reason: 'requested' })).toEqual({
      'cancelled → cancelled': ['pending', 'processing', 'authorized', 'failed'],
      unchanged: ['cancelled'],
      payment_already_completed: collected,
    })
  })

  it('to what has become of its money: so much has gone back', () => {
    const notCollected = { payment_not_completed: ['pending', 'processing', 'authorized', 'failed', 'cancelled'] }
    const refunded = (heard: bigint) => standing({ type: 'note_standing', at: at(5), gone: heard, dispute: 'none' })
    expect(refunded(0n)).toEqual({
      ...notCollected,
      unchanged: ['completed'],
      'refund_undone → completed': ['partially_refunded', 'refunded'],
      'dispute_won → completed': ['disputed'],
    })
    expect(refunded(1n)).toEqual({
      ...notCollected,
      'refunded_in_part → partially_refunded': ['completed', 'partially_refunded', 'refunded'],
      'dispute_won, refunded_in_part → partially_refunded': ['disputed'],
    })
    expect(refunded(500n)).toEqual({
      ...notCollected,
      'refunded_in_part → partially_refunded': ['completed', 'refunded'],
      unchanged: ['partially_refunded'],
      'dispute_won, refunded_in_part → partially_refunded': ['disputed'],
    })
    for (const all of [12_500n, 12_501n])
      expect(refunded(all)).toEqual({
        ...notCollected,
        'refunded_in_full → refunded': ['completed', 'partially_refunded'],
        unchanged: ['refunded'],
        'dispute_won, refunded_in_full → refunded': ['disputed'],
      })
  })

  it('to what has become of its money: it is disputed, or was lost', () => {
    const notCollected = { payment_not_completed: ['pending', 'processing', 'authorized', 'failed', 'cancelled'] }
    const disputed = (dispute: 'open' | 'lost', heard: bigint) =>
      standing({ type: 'note_standing', at: at(5), gone: heard, dispute })
    expect(disputed('open', 0n)).toEqual({
      ...notCollected,
      'dispute_opened → disputed': ['completed'],
      'dispute_opened, refund_noted → disputed': ['partially_refunded', 'refunded'],
      unchanged: ['disputed'],
    })
    expect(disputed('open', 500n)).toEqual({
      ...notCollected,
      'dispute_opened, refund_noted → disputed': ['completed', 'refunded'],
      'dispute_opened → disputed': ['partially_refunded'],
      'refund_noted → disputed': ['disputed'],
    })
    for (const all of [12_500n, 12_501n])
      expect(disputed('lost', all)).toEqual({
        ...notCollected,
        'dispute_opened, dispute_lost → refunded': ['completed', 'partially_refunded'],
        unchanged: ['refunded'],
        'dispute_lost → refunded': ['disputed'],
      })
    expect(disputed('lost', 500n)).toEqual({
      ...notCollected,
      'dispute_opened, dispute_lost_in_part → partially_refunded': ['completed', 'refunded'],
      unchanged: ['partially_refunded'],
      'dispute_lost_in_part → partially_refunded': ['disputed'],
    })
  })
})

describe('the facts of a payment', () => {
  it('say when, by what and why', () => {
    const pending = inStatus('pending')
    expect(decidePayment(pending, { type: 'note_authorized', at: at(5) })).toEqual(
      accept([{ type: 'authorized', at: at(5) }]),
    )
    const capture = { at: at(5), attemptId: attemptId('att_2') }
    expect(decidePayment(pending, { type: 'count_capture', ...capture, honourLate: false })).toEqual(
      accept([{ type: 'captured', ...capture }]),
    )
    expect(decidePayment(pending, { type: 'note_failure', at: at(5), failure })).toEqual(
      accept([{ type: 'attempt_failed', at: at(5), failure }]),
    )
    expect(decidePayment(pending, { type: 'change_amount', amount: money(1, 'MXN'), item })).toEqual(
      accept([{ type: 'amount_changed', amount: money(1, 'MXN'), item }]),
    )
    expect(decidePayment(pending, { type: 'cancel', at: at(5), reason: 'abandoned' })).toEqual(
      accept([{ type: 'cancelled', at: at(5), reason: 'abandoned' }]),
    )
    const standing = { type: 'note_standing', at: at(5) } as const
    expect(decidePayment(inStatus('completed'), { ...standing, gone: 5n, dispute: 'none' })).toEqual(
      accept([{ type: 'refunded_in_part', refunded: 5n }]),
    )
    expect(decidePayment(inStatus('completed'), { ...standing, gone: 12_501n, dispute: 'none' })).toEqual(
      accept([{ type: 'refunded_in_full', refunded: 12_500n }]),
    )
    expect(decidePayment(inStatus('completed'), { ...standing, gone: 5n, dispute: 'open' })).toEqual(
      accept([
        { type: 'dispute_opened', at: at(5) },
        { type: 'refund_noted', refunded: 5n },
      ]),
    )
    expect(decidePayment(inStatus('completed'), { ...standing, gone: 5n, dispute: 'lost' })).toEqual(
      accept([
        { type: 'dispute_opened', at: at(5) },
        { type: 'dispute_lost_in_part', refunded: 5n },
      ]),
    )
    expect(decidePayment(inStatus('disputed'), { ...standing, gone: 12_501n, dispute: 'lost' })).toEqual(
      accept([{ type: 'dispute_lost' }]),
    )
    expect(decidePayment(inStatus('disputed'), { ...standing, gone: 5n, dispute: 'none' })).toEqual(
      accept([{ type: 'dispute_won' }, { type: 'refunded_in_part', refunded: 5n }]),
    )
  })

  it('say in a refusal how far the payment is', () => {
    expect(decidePayment(inStatus('authorized'), { type: 'start_attempt', kind: 'hosted' })).toEqual({
      ok: false,
      refusal: { code: 'payment_already_completed', status: 'authorized' },
    })
    expect(decidePayment(inStatus('pending'), { type: 'note_standing', at: at(5), gone: 1n, dispute: 'none' })).toEqual(
      { ok: false, refusal: { code: 'payment_not_completed', status: 'pending' } },
    )
  })
})

describe('a payment after an event', () => {
  const { status: _pending, ...base } = inStatus('pending')
  const money = { completedAt: at(9), attemptId: attemptId('att_1') }

  it('keeps what it is, and of the status it left only what is still so', () => {
    const after = (status: Payment['status'], event: PaymentEvent): Payment => evolvePayment(inStatus(status), event)
    expect(after('failed', { type: 'checkout_started' })).toStrictEqual({ ...base, status: 'pending' })
    expect(after('failed', { type: 'charge_started' })).toStrictEqual({ ...base, status: 'processing' })
    expect(after('failed', { type: 'processing_reported' })).toStrictEqual({ ...base, status: 'processing' })
    for (const inFlight of ['processing', 'authorized'] as const)
      expect(after(inFlight, { type: 'attempt_withdrawn' })).toStrictEqual({ ...base, status: 'pending' })
    expect(after('failed', { type: 'authorized', at: at(5) })).toStrictEqual({
      ...base,
      status: 'authorized',
      authorizedAt: at(5),
    })
    expect(after('cancelled', { type: 'captured', at: at(5), attemptId: attemptId('att_2') })).toStrictEqual({
      ...base,
      status: 'completed',
      completedAt: at(5),
      attemptId: attemptId('att_2'),
      refunded: 0n,
    })
    expect(after('authorized', { type: 'attempt_failed', at: at(5), failure })).toStrictEqual({
      ...base,
      status: 'failed',
      failedAt: at(5),
      failure,
    })
    expect(after('failed', { type: 'cancelled', at: at(5), reason: 'requested' })).toStrictEqual({
      ...base,
      status: 'cancelled',
      cancelledAt: at(5),
      reason: 'requested',
    })
  })

  it('takes another price, and stays what it was', () => {
    const price = { amount: { ...amount, minorUnits: 1n }, item: { name: 'a', description: 'b' } }
    expect(evolvePayment(inStatus('failed'), { type: 'amount_changed', ...price })).toStrictEqual({
      ...inStatus('failed'),
      ...price,
    })
  })

  it('remembers whose money counts and how much of it went back', () => {
    const disputed = { ...inStatus('disputed'), refunded: 500n }
    expect(evolvePayment(disputed, { type: 'dispute_won' })).toStrictEqual({
      ...base,
      ...money,
      status: 'completed',
      refunded: 0n,
    })
    expect(evolvePayment(disputed, { type: 'refund_noted', refunded: 7n })).toStrictEqual({ ...disputed, refunded: 7n })
    expect(evolvePayment(disputed, { type: 'dispute_lost_in_part', refunded: 9n })).toStrictEqual({
      ...base,
      ...money,
      status: 'partially_refunded',
      refunded: 9n,
    })
    expect(evolvePayment(disputed, { type: 'dispute_lost' })).toStrictEqual({
      ...base,
      ...money,
      status: 'refunded',
      refunded: 12_500n,
    })
    expect(evolvePayment(inStatus('completed'), { type: 'dispute_opened', at: at(5) })).toStrictEqual({
      ...base,
      ...money,
      status: 'disputed',
      refunded: 0n,
      disputedAt: at(5),
    })
    expect(evolvePayment(inStatus('refunded'), { type: 'refunded_in_part', refunded: 5n })).toStrictEqual({
      ...base,
      ...money,
      status: 'partially_refunded',
      refunded: 5n,
    })
    expect(evolvePayment(inStatus('partially_refunded'), { type: 'refunded_in_full', refunded: 7n })).toStrictEqual({
      ...base,
      ...money,
      status: 'refunded',
      refunded: 7n,
    })
    expect(evolvePayment(inStatus('refunded'), { type: 'refund_undone' })).toStrictEqual({
      ...base,
      ...money,
      status: 'completed',
      refunded: 0n,
    })
  })

  it('has no card where none was saved', () => {
    const { savedCard: _none, ...bare } = inStatus('pending')
    expect(Object.keys(evolvePayment(bare, { type: 'charge_started' }))).not.toContain('savedCard')
  })

  it('is collected from its first money on', () => {
    expect(states.filter(isCollected).map(({ status }) => status)).toEqual(collected)
  })
})
