import type { World } from '../src/contracts/rules/world.ts'
import type { Actor } from '../src/index.ts'
import { pageFor } from './shopping.ts'

/** Puts money into somebody's wallet by card: as much as the payload says, or what is missing for its intent. */
export const topUp = async (
  w: World,
  who: Extract<Actor, { readonly type: 'owner' }>,
  payload: Parameters<World['holdfast']['openIntent']>[0]['payload'] = { amount: '500', currency: 'MXN' },
) => {
  const opened = await w.holdfast.openIntent({ actor: who, kind: 'wallet_topup', payload })
  if (!opened.ok) throw new Error(opened.error.code)
  await w.provider.payer.pay(await pageFor(w, opened.value.paymentId, who))
  await w.deliver()
  return opened.value
}
