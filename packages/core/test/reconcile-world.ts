import { ana, start, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import {
  after,
  day,
  hour,
  minute,
  reconcile,
  second,
  type Attempt,
  type AttemptId,
  type Drift,
  type PaymentCase,
  type PaymentId,
  type Reconciled,
  type ReconcileDependencies,
  type ReconcileRequest,
} from '../src/index.ts'
import { auditedMemoryProvider, memoryClock, sequentialIds, type MemoryProviderAudit } from '../src/memory/index.ts'

/** A world whose provider can be audited. */
export interface AuditedWorld extends World {
  readonly audit: MemoryProviderAudit
  /** Compares the last hundred days, until now, unless told otherwise. */
  readonly reconcile: (
    request?: Partial<ReconcileRequest>,
    other?: Partial<ReconcileDependencies>,
  ) => Promise<Reconciled>
}

export const auditedWorld = (options: WorldOptions & { readonly sharing?: AuditedWorld } = {}): AuditedWorld => {
  const { sharing, ...rest } = options
  const clock = sharing?.clock ?? memoryClock(start)
  const { provider, audit } = sharing ?? auditedMemoryProvider({ clock })
  const w = world({ clock, provider, ...rest })
  return {
    ...w,
    audit,
    reconcile: async (request, other) => {
      const { performEffect, receiveEvent } = w.holdfast
      const deps = { ...w, paymentProvider: provider, audit, performEffect, receiveEvent, ...other }
      const now = clock.now()
      const outcome = await reconcile(deps)({ from: after(now, -100 * day), to: now, ...request })
      if (!outcome.ok) throw new Error(outcome.error.code)
      return outcome.value
    },
  }
}

/** The same provider, and another database: one that was put back to before everything, or that of another installation. */
export const elsewhere = (w: AuditedWorld): AuditedWorld => {
  const ids = sequentialIds()
  const next: typeof ids.next = (kind) => `${ids.next(kind)}_elsewhere` as ReturnType<typeof ids.next<typeof kind>>
  return auditedWorld({ sharing: w, ids: { ...ids, next } })
}

/** The only drift there is. @throws Error for any other number. */
export const only = ({ drift }: Reconciled): Drift => {
  const [found, ...rest] = drift
  if (found === undefined || rest.length > 0) throw new Error(`Not one drift: ${drift.map(({ code }) => code).join()}.`)
  return found
}

/** Long enough for everything until now to be compared. Nobody works meanwhile. */
export const mature = (w: World): Promise<void> => w.clock.advance(11 * minute)

/** Ana's night is booked, paid and heard of. */
export const sold = async (w: World, night = 0) => {
  const booked = await w.book(ana, night)
  await w.provider.payer.pay(booked.sessionId)
  await w.deliver()
  return { ...booked, chargeId: await chargeIdOf(w, booked.paymentId) }
}

export const chargeIdOf = async (w: World, id: PaymentId): Promise<string> => {
  const paid = (await w.get(id)).attempts.find(({ status }) => status === 'succeeded')
  if (paid?.status !== 'succeeded') throw new Error(`Payment ${id} is not paid.`)
  return paid.charge.id
}

/** Alters what is stored, as nobody should. */
export const alter = (w: World, id: PaymentId, change: (kase: PaymentCase) => PaymentCase): Promise<void> =>
  w.unitOfWork.run(async (tx) => {
    const found = await tx.payments.find(id)
    if (found === undefined) throw new Error(`No payment ${id}.`)
    await tx.payments.save(change(found.value), found.version, w.clock.now())
  })

/** Alters the first attempt of a payment. */
export const alterAttempt = (w: World, id: PaymentId, change: (attempt: Attempt) => Attempt): Promise<void> =>
  alter(w, id, (kase) => ({ ...kase, attempts: kase.attempts.map((each, at) => (at === 0 ? change(each) : each)) }))

/** Takes an attempt for dead, whatever the provider holds. */
export const ended = (attempt: Attempt): Attempt => {
  const { id, paymentId, kind, amount, idempotencyKey, requestedAt, announce, page, providerId } = attempt
  return {
    id,
    paymentId,
    kind,
    amount,
    idempotencyKey,
    requestedAt,
    announce,
    ...(page && { page }),
    ...(providerId && { providerId }),
    status: 'expired',
    expiredAt: after(requestedAt, second),
  }
}

/** Opens a second page for an attempt at the provider, as two processes do that do not agree on its key. */
export const doubled = async (w: World, id: PaymentId): Promise<string> => {
  const { payment, attempts } = await w.get(id)
  const [attempt] = attempts
  const answer = await w.provider.openSession({
    attemptId: attempt?.id ?? ('' as AttemptId),
    paymentId: id,
    idempotencyKey: 'another',
    amount: payment.amount,
    item: payment.item,
    purpose: payment.purpose,
    owner: payment.owner,
    metadata: {},
    saveCard: false,
    successUrl: '',
    cancelUrl: '',
    expiresAt: after(w.clock.now(), 20 * hour),
  })
  if (answer.type !== 'reported') throw new Error('No second page.')
  return answer.report.providerId ?? ''
}

/** Everything that is listed. */
export const listed = async <Row>(pages: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for await (const page of pages) rows.push(...page)
  return rows
}

/** A list of one page. */
export const shown = async function* <Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows
}
