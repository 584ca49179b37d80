import type { Attempt } from '../../payment/attempt.ts'
import type { AuditedCharge, AuditedRefund, AuditedSession } from '../../ports/provider-audit.ts'
import {
  chargeDrift,
  madeRefunds,
  missingThere,
  refundDrift,
  sessionDrift,
  twinOf,
  wrongMode,
  type Here,
} from './find-drift.ts'
import { meet, type Comparing } from './comparing.ts'
import type { Drift } from './drift.ts'
import { locate, type Names } from './here.ts'
import { askAbout, askAgain, closePage, hearOfCharge } from './mend.ts'

/** Compares a page of sessions at the provider with what is known of them here. */
export const sessionsOf = async (c: Comparing, page: readonly AuditedSession[]): Promise<void> => {
  for (const [session, here] of await locateAll(c, page, sessionNames)) {
    const { attempt } = here
    if (attempt !== undefined && attempt.providerId === session.id) meet(c, 'sessions', attempt.id)
    if (!(await isComparable(c, 'session', session, here))) continue
    c.tally.count('sessions', 'there')
    if (attempt !== undefined) c.tally.count('sessions', 'here')
    const found = sessionDrift(session, here, c.fresh)
    if (found === undefined) continue
    await c.report(found, () =>
      attempt === undefined || found.code === 'session_beside_attempt'
        ? closePage(c, session.id)
        : askAgain(
            () => askAbout(c, attempt),
            async () => sessionDrift(session, await locateNow(c, sessionNames(session)), c.fresh)?.code === found.code,
          ),
    )
  }
}

/** Compares a page of charges at the provider with what is known of them here, and what has become of them. */
export const chargesOf = async (c: Comparing, page: readonly AuditedCharge[]): Promise<void> => {
  for (const [charge, here] of await locateAll(c, page, chargeNames)) {
    const { attempt } = here
    const counted = attempt?.status === 'succeeded' && attempt.charge.id === charge.id ? attempt : undefined
    if (counted !== undefined) meet(c, 'charges', counted.id)
    if (!(await isComparable(c, 'charge', charge, here))) continue
    const found = chargeDrift(charge, here, c.fresh)
    // What nobody here counts, and went back or never came, is no money of either side.
    if (counted === undefined && found === undefined) continue
    if (charge.captured) {
      c.tally.count('charges', 'there')
      c.tally.add('charged', 'there', charge.amount)
    }
    if (counted !== undefined) {
      c.tally.count('charges', 'here')
      c.tally.add('charged', 'here', counted.charge.amount)
      if (charge.captured) await aftermathOf(c, charge, { ...here, attempt: counted })
    }
    if (found === undefined) continue
    const isStill = async () =>
      chargeDrift(charge, await locateNow(c, chargeNames(charge)), c.fresh)?.code === found.code
    await c.report(found, attempt && (() => askAgain(() => hearOfCharge(c, attempt, charge, isStill), isStill)))
  }
}

/** Compares a page of refunds at the provider with what is known of them here. */
export const refundsOf = async (c: Comparing, page: readonly AuditedRefund[]): Promise<void> => {
  for (const [refund, here] of await locateAll(c, page, refundNames)) {
    const twin = twinOf(refund, here)
    if (twin !== undefined) meet(c, 'refunds', twin.id)
    if (!(await isComparable(c, 'refund', refund, here))) continue
    c.tally.count('refunds', 'there')
    if (refund.state.type !== 'failed') c.tally.add('refunded', 'there', refund.amount)
    if (twin !== undefined && twin.status !== 'requested') {
      c.tally.count('refunds', 'here')
      if (twin.status !== 'failed') c.tally.add('refunded', 'here', twin.amount)
    }
    const found = refundDrift(refund, here, c.fresh)
    const { attempt } = here
    if (found !== undefined)
      await c.report(
        found,
        attempt &&
          (() =>
            askAgain(
              () => askAbout(c, attempt),
              async () => refundDrift(refund, await locateNow(c, refundNames(refund)), c.fresh)?.code === found.code,
            )),
      )
  }
}

/** What has become of a charge that counts here. Where the list lets one doubt it, the charge is asked about by name. */
const aftermathOf = async (
  c: Comparing,
  charge: AuditedCharge,
  here: Here & { readonly attempt: Extract<Attempt, { readonly status: 'succeeded' }> },
): Promise<void> => {
  const { attempt, kase } = here
  const made = madeRefunds(here)
  const isDisputed = charge.disputed && attempt.disputes.length === 0
  const isShort = made.reduce((sum, { amount }) => sum + amount.minorUnits, 0n) > charge.refunded
  if (kase === undefined || (!isDisputed && !isShort)) return
  const answer = await c.paymentProvider.findCharge({ chargeId: charge.id, hasDisputes: isDisputed })
  if (answer.type !== 'reported') {
    c.tally.other.unheard += 1
    return
  }
  // An inquiry has asked about it, and for nothing: it is no dispute.
  if (isDisputed && answer.report.disputes.length > 0)
    await c.report(disputeDrift(charge, { kase, attempt }), () =>
      askAgain(
        () => askAbout(c, attempt),
        async () => {
          const now = (await locateNow(c, chargeNames(charge))).attempt
          return now?.status === 'succeeded' && now.disputes.length === 0
        },
      ),
    )
  const isThere = (id: string, providerId: string | undefined): boolean =>
    answer.report.refunds.some((each) => each.refundId === id || each.providerId === providerId)
  for (const refund of made)
    if (!isThere(refund.id, refund.providerId) && refund.requestedAt <= c.fresh) {
      meet(c, 'refunds', refund.id)
      c.tally.count('refunds', 'here')
      c.tally.add('refunded', 'here', refund.amount)
      await c.report(missingThere('refund_without_twin', { kase, attempt }, refund))
    }
}

const disputeDrift = (charge: AuditedCharge, { kase, attempt }: Required<Here>): Drift => ({
  code: 'dispute_not_known',
  about: 'charge',
  at: charge.createdAt,
  providerId: charge.id,
  paymentId: kase.payment.id,
  attemptId: attempt.id,
  there: { status: 'disputed', amount: charge.amount },
  here: { status: kase.payment.status, amount: kase.payment.amount },
  mendable: true,
})

/** False for what is not compared: another program's, what is too young, and money of the other kind, which is told of. */
const isComparable = async (
  c: Comparing,
  about: Drift['about'],
  object: AuditedSession | AuditedCharge | AuditedRefund,
  here: Here,
): Promise<boolean> => {
  const isMarked = 'marks' in object || 'refundId' in object
  if (here.kase === undefined && !isMarked) {
    c.tally.other.strangers += 1
    return false
  }
  if (object.createdAt > c.fresh) {
    c.tally.other.young += 1
    return false
  }
  const { livemode = object.livemode } = c.settings
  if (object.livemode === livemode) return true
  await c.report(wrongMode(about, object, here))
  return false
}

const sessionNames = ({ marks, id }: AuditedSession): Names => ({
  ...(marks === undefined ? {} : { marks }),
  providerId: id,
})
const chargeNames = ({ marks, id }: AuditedCharge): Names => ({
  ...(marks === undefined ? {} : { marks }),
  providerId: id,
  chargeId: id,
})
const refundNames = ({ chargeId }: AuditedRefund): Names => (chargeId === undefined ? {} : { chargeId })

/** Oldest first, so that what is mended is heard of in the order in which it came about. Read after the provider was. */
const locateAll = <Row>(
  { unitOfWork }: Comparing,
  page: readonly Row[],
  names: (row: Row) => Names,
): Promise<readonly (readonly [Row, Here])[]> =>
  unitOfWork.read(async (tx) => {
    const located: (readonly [Row, Here])[] = []
    for (const row of page.toReversed()) located.push([row, await locate(tx, names(row))])
    return located
  })

const locateNow = ({ unitOfWork }: Comparing, names: Names): Promise<Here> => unitOfWork.read((tx) => locate(tx, names))
