import type { AttemptId } from '../../kernel/ids.ts'
import { sameMoney, type Money } from '../../kernel/money.ts'
import { isLive, type Charge } from '../../payment/attempt.ts'
import { isCollected } from '../../payment/payment.ts'
import type { PaymentCase } from '../../payment/payment-case.ts'
import { brokenDestinations, brokenRecords, brokenSlots, recordsOf } from './clinic-oracle.ts'
import { backAtProvider, isForHumans, lostAtProvider, thereOf } from './provider-truth.ts'
import { brokenShop, brokenShopAtRest } from './shop-oracle.ts'
import { snapshot, type Snapshot } from './snapshot.ts'
import { brokenWallets, brokenWalletsAtRest } from './wallet-oracle.ts'
import type { World } from './world.ts'

/** What holds at every moment, whatever is under way. Answers what does not, in words. */
export const brokenAlways = async (w: World): Promise<readonly string[]> => {
  const broken: string[] = []
  const stored = await snapshot(w)
  const { cases } = stored
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
    // By hand a payment is cancelled here while its page may still be open; time ends nothing that can still be paid.
    if (payment.status === 'cancelled' && (payment.reason === 'abandoned' || payment.reason === 'expired'))
      for (const page of open)
        broken.push(`7: the time of ${payment.id} has ended it, and ${page.id} can still be paid`)
    for (const attempt of attempts)
      if (attempt.status === 'open' && attempt.providerId === undefined)
        broken.push(`2: ${attempt.id} is open without an id`)
    if (isCollected(payment)) {
      const came = moneyOf(w, stored, kase, payment.attemptId)
      if (came === undefined) broken.push(`4: ${payment.id} is ${payment.status}, and no money came`)
      else if (!sameMoney(came, payment.amount))
        broken.push(`13: ${payment.id} counts ${came.minorUnits} for ${payment.amount.minorUnits}`)
    }
    for (const attempt of attempts) {
      if (attempt.status !== 'succeeded') continue
      // One that is only asked for may yet be refused, where somebody was faster at the provider.
      const given = refunds.filter(
        (refund) => refund.attemptId === attempt.id && (refund.status === 'pending' || refund.status === 'succeeded'),
      )
      if (
        given.reduce((sum, { amount }) => sum + amount.minorUnits, 0n) > attempt.charge.amount.minorUnits &&
        !isKnownToBeTooMuch(stored, kase, attempt.id)
      )
        broken.push(`3: ${attempt.id} gives back more than came`)
    }
  }
  broken.push(...brokenRecords(stored), ...brokenSlots(w, stored.reservations), ...brokenDestinations(w, stored))
  broken.push(...brokenWallets(stored), ...brokenShop(w, stored))
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
  const { cases } = stored
  for (const kase of cases) {
    const { payment, attempts, refunds } = kase
    const captured = thereOf(w, kase).flatMap(({ attemptId, state }) =>
      state.type === 'captured' ? [{ attemptId, charge: state.charge }] : [],
    )
    const gone = (charge: Charge, attemptId: AttemptId): bigint =>
      backAtProvider(w, charge.id) + creditedFrom(kase, attemptId)
    const kept = captured.filter(
      ({ charge, attemptId }) => gone(charge, attemptId) < charge.amount.minorUnits && !isForHumans(w, charge.id),
    )
    if (kept.length > 1) broken.push(`3: ${payment.id} kept ${kept.length} charges`)
    for (const { attemptId, charge } of captured) {
      const attempt = attempts.find(({ id }) => id === attemptId)
      if (attempt?.status !== 'succeeded')
        broken.push(`10: ${attemptId} was paid at the provider, and is ${attempt?.status} here`)
      const counted = isCollected(payment) && payment.attemptId === attemptId
      const isWhole =
        gone(charge, attemptId) === charge.amount.minorUnits || isKnownToBeTooMuch(stored, kase, attemptId)
      if (!counted && !isWhole && !isForHumans(w, charge.id))
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
      const due = refund.destination === 'wallet' ? 0 : 1
      if (refund.status === 'succeeded' && made.length !== due)
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
      if (!isCollected(payment) || payment.attemptId !== attempt.id || dispute.state === 'won') continue
      const { amount } = attempt.charge
      const left = amount.minorUnits - gone(attempt.charge, attempt.id) - lostAtProvider(w, attempt.charge.id, amount)
      const due = dispute.state === 'opened' ? 'disputed' : left > 0n ? 'partially_refunded' : 'refunded'
      if (payment.status !== due)
        broken.push(`10: ${payment.id} is ${payment.status}, and its dispute is ${dispute.state}`)
    }
    if (payment.status === 'processing') broken.push(`14: ${payment.id} is processing for ever`)
  }
  for (const made of w.provider.truth.refunds())
    if (!cases.some(({ refunds }) => refunds.some(({ providerId }) => providerId === made.id)))
      broken.push(`10: ${made.id} is not known here`)
  const records = recordsOf(stored)
  for (const { payment, attempts, refunds } of cases) {
    if (payment.subject.type !== 'intent' || !isCollected(payment)) continue
    const record = records.find(({ paymentId }) => paymentId === payment.id)
    const givenUp = refunds.filter(({ reason }) => reason === 'slot_taken' || reason === 'unavailable')
    if (record !== undefined && givenUp.length > 0)
      broken.push(`12: ${payment.id} won its slot, and its money went back as if it had not`)
    const chargeIds = attempts.flatMap((attempt) => (attempt.status === 'succeeded' ? [attempt.charge.id] : []))
    const lost = record === undefined && !chargeIds.some((id) => isForHumans(w, id))
    if (lost && payment.status !== 'refunded') broken.push(`6: ${payment.id} was kept for nothing`)
    const times = givenUp.filter(({ status }) => status !== 'failed').length
    if (lost && times > 1) broken.push(`5: ${payment.id} lost its slot, and its money went back ${times} times`)
  }
  broken.push(...(await brokenWalletsAtRest(w, stored)), ...brokenShopAtRest(w, stored))
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

/** What an attempt has brought: by what the provider knows; or, from a wallet, by the entry that took it out. */
const moneyOf = (w: World, { wallets }: Snapshot, kase: PaymentCase, id: AttemptId): Money | undefined => {
  if (kase.attempts.find((attempt) => attempt.id === id)?.kind !== 'wallet') {
    const there = thereOf(w, kase).find(({ attemptId }) => attemptId === id)
    return there?.state.type === 'captured' ? there.state.charge.amount : undefined
  }
  const spent = wallets
    .flatMap(({ entries }) => entries)
    .find(({ type, paymentId }) => type === 'spend' && paymentId === kase.payment.id)
  return spent && { minorUnits: -spent.change, currency: spent.currency }
}

/** Minor units of what an attempt brought that were put into a wallet instead of going back to where they came from. */
const creditedFrom = ({ refunds }: PaymentCase, attemptId: AttemptId): bigint =>
  refunds
    .filter((refund) => refund.attemptId === attemptId && refund.destination === 'wallet')
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n)

/** By the wallet here and in the dashboard there, more may go back than came: a human is told of it then. */
const isKnownToBeTooMuch = ({ attention }: Snapshot, { refunds }: PaymentCase, attemptId: AttemptId): boolean =>
  refunds.some(
    (refund) => refund.attemptId === attemptId && attention.some(({ id }) => id === `refunded_twice:${refund.id}`),
  )
