import { ana, type World } from '../src/contracts/rules/world.ts'
import type { PaymentId } from '../src/index.ts'

/** Ana wants the second night, and has no page yet: the payment of her deposit. */
export const openIntent = async (w: World): Promise<PaymentId> => {
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value.paymentId
}
