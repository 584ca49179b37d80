import { ana, type World } from '../src/contracts/rules/world.ts'

/** Ana has booked, and paid the deposit: her reservation, and the balance that is still to be paid. */
export const paidStay = async (w: World) => {
  const { paymentId, sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  await w.deliver()
  const [reservation] = await w.reservations()
  if (reservation?.balance === undefined) throw new Error('No reservation with a balance.')
  const { balance } = reservation
  return { paymentId, reservation, reservationId: reservation.id, balanceId: balance.paymentId, dueAt: balance.dueAt }
}
