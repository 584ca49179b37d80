import type { AttemptId } from '../../kernel/ids.ts'
import type { AuditPeriod } from '../../ports/provider-audit.ts'
import { missingThere, type Here } from './find-drift.ts'
import type { Comparing } from './comparing.ts'
import { unmetPages, unmetPayments, unmetRefunds, type AttemptHere } from './here.ts'
import { askAbout, askAgain } from './mend.ts'

// What counts here and was not met at the provider may only have been made outside the period: it is asked for by name, and
// called missing where the provider says so.

/** Payments that count as paid, of which the provider holds no money. */
export const paymentsWithout = async (c: Comparing, period: AuditPeriod): Promise<void> => {
  for await (const { kase, attempt } of unmetPayments(c.unitOfWork, matured(c, period), c.met.charges)) {
    if (attempt.status !== 'succeeded') continue
    const { id: chargeId, amount } = attempt.charge
    const answer = await c.paymentProvider.findCharge({ chargeId, hasDisputes: false })
    if (answer.type === 'reported') continue
    if (answer.type !== 'absent') {
      c.tally.other.unheard += 1
      continue
    }
    c.tally.count('charges', 'here')
    c.tally.add('charged', 'here', amount)
    await c.report(missingThere('payment_without_charge', { kase, attempt }))
  }
}

/** Refunds that count as made, of which the provider holds none. Those of charges within the period were looked at with these. */
export const refundsWithout = async (c: Comparing, period: AuditPeriod): Promise<void> => {
  for await (const { kase, attempt, refund } of unmetRefunds(c.unitOfWork, matured(c, period), c.met)) {
    if (attempt.status !== 'succeeded') continue
    const answer = await c.paymentProvider.findRefund({
      refundId: refund.id,
      chargeId: attempt.charge.id,
      ...(refund.providerId === undefined ? {} : { providerId: refund.providerId }),
    })
    if (answer.type === 'reported') continue
    if (answer.type !== 'absent') {
      c.tally.other.unheard += 1
      continue
    }
    c.tally.count('refunds', 'here')
    c.tally.add('refunded', 'here', refund.amount)
    await c.report(missingThere('refund_without_twin', { kase, attempt }, refund))
  }
}

/** Pages on which somebody is waited for here, and which the provider does not have or has closed. */
export const pagesWithout = async (c: Comparing, period: AuditPeriod): Promise<void> => {
  for await (const { kase, attempt } of unmetPages(c.unitOfWork, matured(c, period), c.met.sessions)) {
    const { providerId, requestedAt } = attempt
    if (providerId === undefined) continue
    const answer = await c.paymentProvider.findAttempt({
      kind: 'hosted',
      attemptId: attempt.id,
      providerId,
      requestedAt,
    })
    if (answer.type === 'reported' && answer.report.state.type !== 'expired') continue
    if (answer.type !== 'absent' && answer.type !== 'reported') {
      c.tally.other.unheard += 1
      continue
    }
    c.tally.count('sessions', 'here')
    const gone = missingThere('attempt_open_session_gone', { kase, attempt })
    const isStill = async () => (await readAttempt(c, attempt.id, { kase, attempt }))?.status === 'open'
    await c.report(answer.type === 'absent' ? gone : { ...gone, there: { status: 'expired' }, mendable: true }, () =>
      askAgain(() => askAbout(c, attempt), isStill),
    )
  }
}

const readAttempt = async ({ unitOfWork }: Comparing, id: AttemptId, { kase }: AttemptHere): Promise<Here['attempt']> =>
  (await unitOfWork.read((tx) => tx.payments.find(kase.payment.id)))?.value.attempts.find((each) => each.id === id)

/** The part of a period that is old enough to be compared. */
const matured = ({ fresh }: Comparing, { from, to }: AuditPeriod): AuditPeriod => ({
  from,
  to: fresh < to ? fresh : to,
})
