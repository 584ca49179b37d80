import type { PaymentId } from '@holdfast/core'
import { readStored } from '../oracle/truth.ts'
import type { World } from '../world.ts'
import { at, guest, persistAtOnce, staff } from './asking.ts'
import { stillThere } from './browsers.ts'
import type { Doing } from './command.ts'

/** Somebody cancels a payment: now and then the desk, and otherwise whoever was to pay, who may not where they owe it for a stay. */
export const cancel = async (world: World, command: Doing<'cancel'>, index: number): Promise<void> => {
  const { payments } = readStored(world.database)
  const isDesk = index % 3 === 0
  const payment = at(isDesk ? payments : stillThere(world, payments), command.on)
  if (payment === undefined) return
  const request = {
    actor: isDesk ? staff : guest(payment.owner),
    paymentId: payment.id as PaymentId,
    ...(command.key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await persistAtOnce(world, command, (holdfast) => holdfast.cancelPayment(request))
  for (const answer of answers)
    if (answer?.ok === false && answer.error.code === 'payment_already_completed') world.counts.add('cancel_too_late')
    else if (answer?.ok === false && answer.error.code === 'payment_of_reservation')
      world.counts.add('balance_not_for_its_owner_to_cancel')
    else if (answer?.ok === true && isDesk && payment.subject_type === 'reservation') world.counts.add('balance_waived')
}
