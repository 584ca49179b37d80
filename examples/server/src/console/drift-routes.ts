import {
  after,
  day,
  defaultSettings,
  reconcile,
  type PaymentId,
  type Reconciled,
  type UnitOfWork,
} from '@holdfast/core'
import type { Hono } from 'hono'
import type { Desk, Env } from '../pages/desk.ts'
import { driftDays, driftPage, driftsShown, type DriftDays } from './drift-page.ts'

/** What is not the same here and at Stripe. It is only looked at: mending is the command's. */
export const driftRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, unitOfWork } = desk
  const compare = comparing(desk)

  app.get('/console/drift', async (c) => {
    const days = driftDays.find((each) => String(each) === c.req.query('days'))
    if (days === undefined) return show(c, driftPage(c.get('visitor'), undefined))
    const compared = await compare(days)
    const known = await knownAmong(unitOfWork, compared)
    return show(c, driftPage(c.get('visitor'), { days, compared, known }))
  })
}

/** Compares the last days until now. Whoever asks for as many while that is under way gets the same: Stripe is asked once. */
const comparing = ({
  unitOfWork,
  audited,
  clock,
  holdfast: { performEffect, receiveEvent },
  livemode,
}: Pick<Desk, 'unitOfWork' | 'audited' | 'clock' | 'holdfast' | 'livemode'>): ((
  days: DriftDays,
) => Promise<Reconciled>) => {
  const { leaseMs } = defaultSettings
  const compare = reconcile({
    unitOfWork,
    ...audited,
    clock,
    performEffect,
    receiveEvent,
    settings: { leaseMs, livemode },
  })
  const begin = async (days: DriftDays): Promise<Reconciled> => {
    const to = clock.now()
    const compared = await compare({ from: after(to, -days * day), to, limit: driftsShown })
    if (!compared.ok) throw new Error('The last days are no time to compare.')
    return compared.value
  }
  const underWay = new Map<DriftDays, Promise<Reconciled>>()
  return async (days) => {
    const begun = underWay.get(days) ?? begin(days).finally(() => underWay.delete(days))
    underWay.set(days, begun)
    return begun
  }
}

/** Of the payments that findings are about, those that there are here. */
const knownAmong = (
  unitOfWork: Pick<UnitOfWork, 'read'>,
  { drift }: Pick<Reconciled, 'drift'>,
): Promise<ReadonlySet<PaymentId>> => {
  const ids = new Set(drift.flatMap(({ paymentId }) => (paymentId === undefined ? [] : [paymentId])))
  return unitOfWork.read(async (tx) => {
    const known = new Set<PaymentId>()
    for (const id of ids) if ((await tx.payments.find(id)) !== undefined) known.add(id)
    return known
  })
}
