import { money } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { translateEvent } from '../src/translate.ts'
import { dispute, intent, refund, session } from './samples.ts'

const translate = (type: string, object: unknown, livemode = false) =>
  translateEvent({ type, livemode, data: { object } })

const nothing = { about: 'nothing' }
const ask = { report: 'ask' }
const state = (type: string, more: object = {}) => ({ report: { state: { type, ...more } } })
const hostedMarks = { attempt_id: 'att_1', kind: 'hosted' }
const paid = { status: 'complete', payment_status: 'paid', payment_intent: 'pi_1', url: null, customer: 'cus_1' }
const complete = { status: 'complete', payment_status: 'unpaid', payment_intent: 'pi_1', url: null }
const failed = {
  status: 'requires_payment_method',
  payment_method: null,
  last_payment_error: { code: 'card_declined', decline_code: 'do_not_honor' },
}

/** A PaymentIntent on whose page this went wrong last. */
const declinedOnPage = (error: object = {}) => ({
  ...failed,
  last_payment_error: {
    ...failed.last_payment_error,
    charge: 'ch_1',
    payment_method: { id: 'pm_1', type: 'card' },
    ...error,
  },
})

const table: readonly (readonly [string, string, unknown, object])[] = [
  [
    'a paid page',
    'checkout.session.completed',
    session(paid),
    {
      about: 'attempt',
      providerId: 'cs_1',
      attemptId: 'att_1',
      report: {
        providerId: 'cs_1',
        livemode: false,
        state: { type: 'captured', charge: { id: 'pi_1', amount: money(10_00, 'EUR'), customerId: 'cus_1' } },
      },
    },
  ],
  [
    'a paid page that kept a card',
    'checkout.session.completed',
    session({ ...paid, metadata: { ...hostedMarks, save_card: 'true' } }),
    { providerId: 'cs_1', ...ask },
  ],
  ['a page left with money on its way', 'checkout.session.completed', session(complete), state('processing')],
  [
    'a page that asked for no payment',
    'checkout.session.completed',
    session({ ...complete, payment_status: 'no_payment_required', payment_intent: null }),
    ask,
  ],
  ['a page in a status from the future', 'checkout.session.completed', session({ status: 'folded' }), ask],
  ['money that came later', 'checkout.session.async_payment_succeeded', session(paid), state('captured')],
  [
    'money that came later for a page that kept a card',
    'checkout.session.async_payment_succeeded',
    session({ ...paid, metadata: { ...hostedMarks, save_card: 'true' } }),
    ask,
  ],
  [
    'money that did not come',
    'checkout.session.async_payment_failed',
    session(complete),
    state('declined', { failure: { code: 'card_declined', retryable: true } }),
  ],
  [
    'a page that ran out',
    'checkout.session.expired',
    session({ status: 'expired' }),
    { providerId: 'cs_1', attemptId: 'att_1', ...ask },
  ],
  [
    'a page marked with its payment',
    'checkout.session.completed',
    session({ ...paid, metadata: { ...hostedMarks, payment_id: 'pay_1' } }),
    { attemptId: 'att_1', paymentId: 'pay_1' },
  ],
  ['another program’s page', 'checkout.session.completed', session({ ...paid, metadata: {} }), nothing],
  [
    'another program’s page of any shape',
    'checkout.session.completed',
    { object: 'checkout.session', id: 'cs_9' },
    nothing,
  ],
  [
    'a page whose mark cannot be ours',
    'checkout.session.completed',
    session({ ...paid, metadata: { attempt_id: "' OR 1=1--" } }),
    nothing,
  ],

  [
    'money of a page',
    'payment_intent.succeeded',
    intent({ metadata: hostedMarks }),
    {
      about: 'attempt',
      attemptId: 'att_1',
      report: {
        livemode: false,
        state: { type: 'captured', charge: { id: 'pi_1', customerId: 'cus_1', paymentMethodId: 'pm_1' } },
      },
    },
  ],
  [
    'money of a page on its way',
    'payment_intent.processing',
    intent({ status: 'processing', metadata: hostedMarks }),
    ask,
  ],
  [
    'money of a page set aside',
    'payment_intent.amount_capturable_updated',
    intent({ status: 'requires_capture', metadata: hostedMarks }),
    state('authorized'),
  ],
  [
    'a card declined on a page',
    'payment_intent.payment_failed',
    intent({ ...declinedOnPage(), metadata: { ...hostedMarks, payment_id: 'pay_1' } }),
    {
      about: 'attempt',
      attemptId: 'att_1',
      paymentId: 'pay_1',
      report: {
        state: {
          type: 'page_declined',
          declined: { id: 'ch_1', failure: { code: 'card_declined', retryable: true, providerCode: 'do_not_honor' } },
        },
        livemode: false,
      },
    },
  ],
  [
    'a payer who did not prove to be a card’s owner on a page',
    'payment_intent.payment_failed',
    intent({
      ...declinedOnPage({ charge: null, code: 'payment_intent_authentication_failure', decline_code: null }),
      metadata: hostedMarks,
    }),
    state('page_declined', {
      declined: { id: expect.stringMatching(/^pi_1:[\da-f]{16}$/), failure: { code: 'authentication_required' } },
    }),
  ],
  [
    'a debit that failed, of a page that may be complete',
    'payment_intent.payment_failed',
    intent({ ...declinedOnPage({ payment_method: { id: 'pm_1', type: 'us_bank_account' } }), metadata: hostedMarks }),
    ask,
  ],
  ['a failure that says nothing', 'payment_intent.payment_failed', intent({ metadata: hostedMarks }), nothing],
  [
    'a page that asks its payer to authenticate',
    'payment_intent.requires_action',
    intent({ status: 'requires_action', metadata: hostedMarks }),
    nothing,
  ],
  [
    'a page cancelled under its payer',
    'payment_intent.canceled',
    intent({ status: 'canceled', metadata: hostedMarks }),
    ask,
  ],

  [
    'a saved card’s money',
    'payment_intent.succeeded',
    intent(),
    { providerId: 'pi_1', attemptId: 'att_1', ...state('captured') },
  ],
  [
    'a saved card’s decline',
    'payment_intent.payment_failed',
    intent(failed),
    { providerId: 'pi_1', ...state('declined', { failure: { providerCode: 'do_not_honor' } }) },
  ],
  ['a saved card’s decline, overtaken', 'payment_intent.payment_failed', intent({ status: 'succeeded' }), ask],
  ['a saved card that wants its owner', 'payment_intent.requires_action', intent({ status: 'requires_action' }), ask],
  [
    'a saved card’s charge under way',
    'payment_intent.processing',
    intent({ status: 'processing' }),
    state('processing'),
  ],
  ['a saved card’s charge, cancelled', 'payment_intent.canceled', intent({ status: 'canceled' }), state('expired')],
  [
    'a saved card’s charge, declined and cancelled',
    'payment_intent.canceled',
    intent({ ...failed, status: 'canceled' }),
    state('declined'),
  ],
  ['another program’s charge', 'payment_intent.succeeded', intent({ metadata: null }), nothing],

  [
    'our refund',
    'refund.created',
    refund({ status: 'pending', payment_intent: 'pi_1' }),
    {
      about: 'refund',
      refundId: 'rf_1',
      report: {
        providerId: 're_1',
        chargeId: 'pi_1',
        amount: money(10_00, 'EUR'),
        livemode: false,
        state: { type: 'pending' },
      },
    },
  ],
  ['our refund, done', 'refund.updated', refund({ payment_intent: 'pi_1' }), state('succeeded')],
  [
    'our refund, sent back',
    'refund.failed',
    refund({ payment_intent: 'pi_1', status: 'failed', failure_reason: 'lost_or_stolen_card' }),
    state('failed', { detail: 'lost_or_stolen_card' }),
  ],
  [
    'our refund, taken back',
    'refund.updated',
    refund({ payment_intent: 'pi_1', status: 'canceled' }),
    state('failed', { detail: 'canceled' }),
  ],
  [
    'our refund that waits for its owner',
    'refund.updated',
    refund({ payment_intent: 'pi_1', status: 'requires_action' }),
    state('pending'),
  ],
  [
    'our refund in a status from the future',
    'charge.refund.updated',
    refund({ payment_intent: 'pi_1', status: 'folded' }),
    state('unrecognized', { status: 'folded' }),
  ],
  [
    'a refund that somebody else made',
    'refund.created',
    refund({ payment_intent: 'pi_1', metadata: {} }),
    { about: 'refund', report: { chargeId: 'pi_1' } },
  ],
  ['a refund of no PaymentIntent', 'refund.created', refund({ payment_intent: null }), nothing],

  [
    'a dispute',
    'charge.dispute.created',
    dispute({ status: 'needs_response' }),
    {
      about: 'dispute',
      providerId: 'dp_1',
      chargeId: 'pi_1',
      outcome: 'opened',
      amount: money(10_00, 'EUR'),
    },
  ],
  [
    'a dispute of a part of a charge',
    'charge.dispute.created',
    dispute({ status: 'needs_response', amount: 100 }),
    { outcome: 'opened', amount: money(1_00, 'EUR') },
  ],
  [
    'a dispute in another currency than its charge, lost',
    'charge.dispute.closed',
    dispute({ status: 'lost', amount: 500, currency: 'jpy' }),
    { outcome: 'lost', amount: money(500, 'JPY') },
  ],
  ['an inquiry', 'charge.dispute.created', dispute({ status: 'warning_needs_response' }), nothing],
  [
    'an inquiry that became a dispute',
    'charge.dispute.funds_withdrawn',
    dispute({ status: 'needs_response' }),
    { outcome: 'opened' },
  ],
  ['a dispute won', 'charge.dispute.closed', dispute({ status: 'won' }), { outcome: 'won' }],
  ['a dispute lost', 'charge.dispute.closed', dispute({ status: 'lost' }), { outcome: 'lost' }],
  ['an inquiry closed', 'charge.dispute.closed', dispute({ status: 'warning_closed' }), { outcome: 'won' }],
  ['a dispute prevented', 'charge.dispute.created', dispute({ status: 'prevented' }), nothing],
  [
    'a dispute of no PaymentIntent',
    'charge.dispute.created',
    dispute({ status: 'needs_response', payment_intent: null }),
    nothing,
  ],

  [
    'a card that was kept',
    'payment_method.attached',
    { object: 'payment_method', id: 'pm_1', customer: 'cus_1' },
    { about: 'payment_methods', customerId: 'cus_1' },
  ],
  [
    'a card whose customer is expanded',
    'payment_method.updated',
    { object: 'payment_method', id: 'pm_1', customer: { id: 'cus_1', object: 'customer' } },
    { about: 'payment_methods', customerId: 'cus_1' },
  ],
  [
    'a card that its bank has renewed',
    'payment_method.automatically_updated',
    { object: 'payment_method', id: 'pm_1', customer: 'cus_1' },
    { about: 'payment_methods', customerId: 'cus_1' },
  ],
  ['a card of nobody', 'payment_method.updated', { object: 'payment_method', id: 'pm_1', customer: null }, nothing],
  ['a card of any shape', 'payment_method.attached', 'anything', nothing],
  [
    'a customer that changed',
    'customer.updated',
    { object: 'customer', id: 'cus_1' },
    { about: 'payment_methods', customerId: 'cus_1' },
  ],
  [
    'a customer that was deleted',
    'customer.deleted',
    { object: 'customer', id: 'cus_1' },
    { about: 'payment_methods', customerId: 'cus_1' },
  ],
  ['a customer of any shape', 'customer.updated', { object: 'customer' }, nothing],
  ['a customer that was made', 'customer.created', { object: 'customer', id: 'cus_1' }, nothing],

  ['a charge refunded, of which the refund’s own event tells', 'charge.refunded', { object: 'charge' }, nothing],
  ['a PaymentIntent that was made', 'payment_intent.created', intent(), nothing],
  ['a type that nobody listed', 'moon.rose', 'anything', nothing],
]

describe('news', () => {
  it.each(table)('of %s (%s)', (_name, type, object, expected) => {
    expect(translate(type, object)).toMatchObject({ ok: true, value: expected })
  })

  it('of a page’s PaymentIntent names no page: the mark does', () => {
    const translated = translate('payment_intent.succeeded', intent({ metadata: hostedMarks }))
    expect(translated.ok && translated.value).not.toHaveProperty('providerId')
    expect(translated.ok && translated.value.about === 'attempt' && translated.value.report).not.toHaveProperty(
      'providerId',
    )
  })

  it('of a card that is nobody’s any more is about whose it was', () => {
    const object = { object: 'payment_method', id: 'pm_1', customer: null }
    const detached = (previous_attributes: unknown) =>
      translateEvent({ type: 'payment_method.detached', livemode: false, data: { object, previous_attributes } })
    expect(detached({ customer: 'cus_1' })).toEqual({
      ok: true,
      value: { about: 'payment_methods', customerId: 'cus_1' },
    })
    for (const before of [undefined, null, {}, { customer: null }, 'anything'])
      expect(detached(before)).toEqual({ ok: true, value: nothing })
  })

  it('takes the mode of a refund from its event', () => {
    expect(translate('refund.created', refund({ payment_intent: 'pi_1' }), true)).toMatchObject({
      value: { report: { livemode: true } },
    })
  })

  it.each([
    ['checkout.session.completed', session({ expires_at: 'soon' }), 'expires_at'],
    ['payment_intent.succeeded', intent({ amount_received: -1 }), 'amount_received'],
    ['refund.created', refund({ amount: 1.5 }), 'amount'],
    ['refund.created', refund({ currency: 'euros' }), 'currency'],
    ['charge.dispute.closed', { object: 'dispute' }, 'id'],
    ['charge.dispute.closed', dispute({ status: 'lost', amount: undefined }), 'amount'],
  ])('of %s that cannot be read is refused, and names the field', (type, object, field) => {
    expect(translate(type, object)).toEqual({ ok: false, error: expect.stringContaining(field) })
  })
})
