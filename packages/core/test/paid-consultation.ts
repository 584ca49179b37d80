import { ana, type World } from '../src/contracts/rules/world.ts'

/** Ana has asked a doctor by chat, and paid by card or from her wallet: her consultation, which is open. */
export const paidConsultation = async (w: World, by: 'card' | 'wallet' = 'card') => {
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'consultation', payload: {} })
  if (!opened.ok) throw new Error(opened.error.code)
  const { paymentId } = opened.value
  if (by === 'card') {
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await w.provider.payer.pay(page.value.sessionId)
    await w.deliver()
  } else {
    const paid = await w.holdfast.payFromWallet({ actor: ana, paymentId })
    if (!paid.ok) throw new Error(paid.error.code)
  }
  const [consultation] = await w.unitOfWork.read((tx) => tx.consultations.list({ limit: 1 }))
  if (consultation === undefined) throw new Error('No consultation.')
  return { paymentId, consultation, consultationId: consultation.id }
}
