import { isLive } from '../../payment/attempt.ts'
import { isCollected } from '../../payment/payment.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import { overlap, type Reservation } from '../../reservation/reservation.ts'
import { brokenShop, brokenShopAtRest } from './shop-oracle.ts'
import type { World } from './world.ts'

/** Everything that is stored, whole, at one moment: what the rules are checked against, beside the provider's own truth. */
export const snapshot = (w: World) =>
  w.unitOfWork.read(async (tx) => {
    const cases: PaymentCase[] = []
    for (const { payment } of await tx.payments.list({ limit })) {
      const found = await tx.payments.find(payment.id)
      if (found !== undefined) cases.push(found.value)
    }
    return {
      cases,
      reservations: await tx.reservations.list({ limit }),
      orders: await tx.orders.list({ limit }),
      stock: await tx.stock.list({ limit }),
      coupons: await tx.coupons.list({ limit }),
    }
  })

/** What {@link snapshot} answers. */
export type Snapshot = Awaited<ReturnType<typeof snapshot>>

// More than the longest story makes.
const limit = 1000

/** What holds at every moment, whatever is under way. Answers what does not, in words. */
export const brokenAlways = async (w: World): Promise<readonly string[]> => {
  const broken: string[] = []
  const stored = await snapshot(w)
  const { cases, reservations } = stored
  for (const kase of cases) {
    const { payment, attempts, refunds } = kase
    if (attempts.filter(isLive).length > 1) broken.push(`1: ${payment.id} has two live attempts`)
    const there = thereOf(w, kase)
    const open = there.filter(({ state }) => state.type === 'opened')
    if (open.length > 1) broken.push(`1: ${payment.id} has ${open.length} pages open at the provider`)
    for (const page of open) {
      const known = attempts.find(({ id }) => id === page.attemptId)
      if (known === undefined || (!isLive(known) && known.status !== 'succeeded'))
        broken.push(`1: ${payment.id} took ${page.id} for dead, and it is open`)
    }
    for (const attempt of attempts)
      if (attempt.status === 'open' && attempt.providerId === undefined)
        broken.push(`2: ${attempt.id} is open without an id`)
    if (isCollected(payment)) {
      const winner = there.find(({ attemptId }) => attemptId === payment.attemptId)
      if (winner?.state.type !== 'captured') broken.push(`4: ${payment.id} is ${payment.status}, and no money came`)
      else if (winner.state.charge.amount.minorUnits !== payment.amount.minorUnits)
        broken.push(
          `13: ${payment.id} counts ${winner.state.charge.amount.minorUnits} for ${payment.amount.minorUnits}`,
        )
    }
    for (const attempt of attempts) {
      if (attempt.status !== 'succeeded') continue
      // One that is only asked for may yet be refused, where somebody was faster at the provider.
      const given = refunds.filter(
        (refund) => refund.attemptId === attempt.id && (refund.status === 'pending' || refund.status === 'succeeded'),
      )
      if (given.reduce((sum, { amount }) => sum + amount.minorUnits, 0n) > attempt.charge.amount.minorUnits)
        broken.push(`3: ${attempt.id} gives back more than came`)
    }
  }
  broken.push(...brokenSlots(reservations))
  for (const reservation of reservations) {
    const deposit = cases.find(({ payment }) => payment.id === reservation.paymentId)
    if (deposit === undefined || !isCollected(deposit.payment)) broken.push(`4: ${reservation.id} exists without money`)
  }
  broken.push(...brokenShop(w, stored))
  const made = w.provider.truth.refunds().flatMap(({ refundId }) => refundId ?? [])
  for (const refundId of new Set(made)) {
    const times = made.filter((each) => each === refundId).length
    if (times > 1) broken.push(`5: refund ${refundId} was made ${times} times`)
  }
  return broken
}

/** What holds once everything has come to rest. */
export const brokenAtRest = async (w: World): Promise<readonly string[]> => {
  const broken: string[] = []
  const stored = await snapshot(w)
  const { cases, reservations } = stored
  for (const kase of cases) {
    const { payment, attempts, refunds } = kase
    const captured = thereOf(w, kase).flatMap(({ attemptId, state }) =>
      state.type === 'captured' ? [{ attemptId, charge: state.charge }] : [],
    )
    const kept = captured.filter(
      ({ charge }) => backAtProvider(w, charge.id) < charge.amount.minorUnits && !isForHumans(w, charge.id),
    )
    if (kept.length > 1) broken.push(`3: ${payment.id} kept ${kept.length} charges`)
    for (const { attemptId, charge } of captured) {
      const attempt = attempts.find(({ id }) => id === attemptId)
      if (attempt?.status !== 'succeeded')
        broken.push(`10: ${attemptId} was paid at the provider, and is ${attempt?.status} here`)
      const counted = isCollected(payment) && payment.attemptId === attemptId
      if (!counted && backAtProvider(w, charge.id) !== charge.amount.minorUnits && !isForHumans(w, charge.id))
        broken.push(`6: ${charge.id} counts for nothing and was kept`)
      if (
        !counted &&
        refunds.filter((refund) => refund.attemptId === attemptId && refund.status !== 'failed').length > 1 &&
        refunds.every(({ reason }) => reason !== 'external')
      )
        broken.push(`6: ${charge.id} was sent back more than once`)
    }
    for (const attempt of attempts)
      if (isLive(attempt) && attempt.status !== 'open') broken.push(`14: ${attempt.id} is ${attempt.status} for ever`)
    for (const refund of refunds) {
      const made = w.provider.truth
        .refunds()
        .filter(({ id, refundId }) => refundId === refund.id || id === refund.providerId)
      if (refund.status === 'requested' || refund.status === 'pending')
        broken.push(`14: ${refund.id} is ${refund.status} for ever`)
      if (refund.status === 'succeeded' && made.length !== 1)
        broken.push(`5: ${refund.id} is ${made.length} refunds at the provider`)
      for (const { state } of made)
        if (state.type !== refund.status) broken.push(`10: ${refund.id} is ${refund.status}, and there ${state.type}`)
    }
    for (const dispute of w.provider.truth.disputes()) {
      const attempt = attempts.find((each) => each.status === 'succeeded' && each.charge.id === dispute.chargeId)
      if (attempt?.status !== 'succeeded') continue
      const known = attempt.disputes.find(({ id }) => id === dispute.id)?.status
      if (known !== (dispute.state === 'opened' ? 'open' : dispute.state))
        broken.push(`10: ${dispute.id} is ${known ?? 'unknown'}, and there ${dispute.state}`)
      if (isCollected(payment) && payment.attemptId === attempt.id && dispute.state !== 'won')
        if (payment.status !== (dispute.state === 'opened' ? 'disputed' : 'refunded'))
          broken.push(`10: ${payment.id} is ${payment.status}, and its dispute is ${dispute.state}`)
    }
    if (payment.status === 'processing') broken.push(`14: ${payment.id} is processing for ever`)
  }
  for (const made of w.provider.truth.refunds())
    if (!cases.some(({ refunds }) => refunds.some(({ providerId }) => providerId === made.id)))
      broken.push(`10: ${made.id} is not known here`)
  for (const { payment, attempts, refunds } of cases) {
    if (payment.subject.type !== 'intent' || !isCollected(payment)) continue
    const record = reservations.find(({ paymentId }) => paymentId === payment.id)
    const givenUp = refunds.some(({ reason }) => reason === 'slot_taken' || reason === 'unavailable')
    if (record !== undefined && givenUp)
      broken.push(`12: ${payment.id} won its slot, and its money went back as if it had not`)
    const chargeIds = attempts.flatMap((attempt) => (attempt.status === 'succeeded' ? [attempt.charge.id] : []))
    const lost = record === undefined && !chargeIds.some((id) => isForHumans(w, id))
    if (lost && payment.status !== 'refunded') broken.push(`6: ${payment.id} was kept for nothing`)
  }
  broken.push(...brokenShopAtRest(w, stored))
  const [outbox, inbox, tasks] = await w.unitOfWork.read(async (tx) => [
    await tx.outbox.depth(w.clock.now()),
    await tx.inbox.depth(w.clock.now()),
    await tx.tasks.list({ status: 'dead', limit: 10 }),
  ])
  if (outbox.waiting + outbox.dead > 0) broken.push(`14: ${outbox.waiting} effects wait and ${outbox.dead} are dead`)
  if (inbox.waiting + inbox.dead > 0) broken.push(`14: ${inbox.waiting} events wait and ${inbox.dead} are dead`)
  for (const task of tasks) broken.push(`14: task ${task.id} is dead: ${task.lastError}`)
  return broken
}

const thereOf = (w: World, { attempts }: PaymentCase) =>
  w.provider.truth.attempts().filter(({ attemptId }) => attempts.some(({ id }) => id === attemptId))

const backAtProvider = (w: World, chargeId: string): bigint =>
  w.provider.truth
    .refunds()
    .filter((refund) => refund.chargeId === chargeId && refund.state.type !== 'failed')
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n)

/** A charge that its payer's bank has asked for, or of which a bank has sent a refund back: what comes of it humans settle. */
const isForHumans = (w: World, chargeId: string): boolean =>
  w.provider.truth.disputes().some((dispute) => dispute.chargeId === chargeId) ||
  w.provider.truth.refunds().some((refund) => refund.chargeId === chargeId && refund.state.type === 'failed')

const brokenSlots = (reservations: readonly Reservation[]): readonly string[] => {
  const holding = reservations.filter(({ status }) => status !== 'cancelled')
  return holding.flatMap((one, index) =>
    holding
      .slice(index + 1)
      .filter((other) => overlap(one.slot, other.slot))
      .map((other) => `5: ${one.id} and ${other.id} hold one slot`),
  )
}
