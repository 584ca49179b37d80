import { expect, it } from 'vitest'
import { attemptId, intentId, ownerId, paymentId, refundId, reservationId } from '../src/contracts/samples.ts'
import { effectId, type Effect } from '../src/effect/effect.ts'
import type { OrderId, RunId } from '../src/kernel/ids.ts'
import { money } from '../src/kernel/money.ts'
import { taskId } from '../src/task/task.ts'

it('knows an effect by what it does and to what, so that deciding it again adds no second one', () => {
  const attempt = { paymentId: paymentId('pay_1'), attemptId: attemptId('att_1') }
  const refund = { paymentId: paymentId('pay_1'), refundId: refundId('rf_1') }
  const message: Extract<Effect, { readonly type: 'send_message' }> = {
    type: 'send_message',
    paymentId: paymentId('pay_1'),
    message: {
      id: 'refunded:rf_1',
      to: ownerId('ana'),
      paymentId: paymentId('pay_1'),
      template: 'refunded_surplus',
      reason: 'duplicate',
      amount: money(1, 'MXN'),
      destination: 'provider',
    },
  }
  expect(effectId({ type: 'open_session', ...attempt })).toBe('open_session:att_1')
  expect(effectId({ type: 'charge_saved_card', ...attempt })).toBe('charge_saved_card:att_1')
  expect(effectId({ type: 'look_up_attempt', ...attempt })).toBe('look_up_attempt:att_1')
  expect(effectId({ type: 'look_up_charge', ...attempt })).toBe('look_up_charge:att_1')
  expect(effectId({ type: 'close_attempt', ...attempt })).toBe('close_attempt:att_1')
  expect(effectId({ type: 'close_attempt', ...attempt, providerId: 'cs_9' })).toBe('close_attempt:att_1:cs_9')
  expect(effectId({ type: 'send_refund', ...refund })).toBe('send_refund:rf_1')
  expect(effectId({ type: 'look_up_refund', ...refund })).toBe('look_up_refund:rf_1')
  expect(effectId(message)).toBe('send_message:refunded:rf_1')
})

it('knows a task by its kind and what it is about', () => {
  expect(taskId({ type: 'charge_balance', reservationId: reservationId('res_1') })).toBe('charge_balance:res_1')
  expect(taskId({ type: 'complete_reservation', reservationId: reservationId('res_1') })).toBe(
    'complete_reservation:res_1',
  )
  expect(taskId({ type: 'abandon_intent', intentId: intentId('int_1') })).toBe('abandon_intent:int_1')
  expect(taskId({ type: 'expire_order', orderId: 'ord_1' as OrderId })).toBe('expire_order:ord_1')
  expect(taskId({ type: 'pay_from_wallet', intentId: intentId('int_1'), topUpId: paymentId('pay_1') })).toBe(
    'pay_from_wallet:pay_1',
  )
  expect(taskId({ type: 'sweep' })).toBe('sweep')
  expect(taskId({ type: 'sweep_once', runId: 'run_1' as RunId })).toBe('sweep_once:run_1')
})
