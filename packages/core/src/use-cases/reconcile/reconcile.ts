import { after, minute, type Instant } from '../../kernel/instant.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { ListingInterrupted } from '../../ports/listing-interrupted.ts'
import type { AuditPeriod } from '../../ports/provider-audit.ts'
import type { Comparing, ReconcileDependencies } from './comparing.ts'
import { reconcileTally, type ReconcileTally } from './tally.ts'
import { chargesOf, refundsOf, sessionsOf } from './there.ts'
import { pagesWithout, paymentsWithout, refundsWithout } from './without.ts'

/** What is asked of {@link reconcile}: all that was made from `from` until just before `to`. */
export interface ReconcileRequest {
  readonly from: Instant
  /** What is later than now counts as now. */
  readonly to: Instant
  /** Default: false, and nothing is changed anywhere. */
  readonly fix?: boolean
  /** What was made later than so long ago is not compared: the news of it may be on its way. Default: 10 minutes. */
  readonly graceMs?: number
  /** Of how many findings to tell. All are counted, and mended. Default: 1,000. */
  readonly limit?: number
  /**
   * Of how many pages, charges and refunds that were met at the provider the ids are kept. Fewer take less memory, and more
   * questions by name. Default: 100,000 of each, which are some ten megabytes.
   */
  readonly keepIds?: number
  /** Told after each page that was read, for whoever watches. */
  readonly onProgress?: (progress: ReconcileProgress) => void
}

/** How far it has come, in parts of a hundred: nobody knows before how much there is. */
export interface ReconcileProgress {
  readonly done: number
  readonly total: 100
}

/** What {@link reconcile} answers. Numbers and sums are as they were found, before anything was mended. */
export type Reconciled = ReturnType<ReconcileTally['read']> &
  AuditPeriod & {
    /** When it was begun. */
    readonly at: Instant
    readonly fix: boolean
    /** The provider could not be asked any further: there may be more. What was found until then is told. */
    readonly interrupted?: { readonly detail: string; readonly retryAfterMs?: number }
  }

/** It would end before it begins. */
export interface InvalidPeriod {
  readonly code: 'invalid_period'
}

/** The use case {@link reconcile}, wired. */
export type Reconcile = (request: ReconcileRequest) => Promise<Result<Reconciled, InvalidPeriod>>

/**
 * Compares what the provider holds with what is known here, both ways: pages, charges and refunds that were made there in a
 * period, and payments and refunds that count here. What differs is told, with what it means and what to do.
 *
 * Without `fix` it only reads, here and there. With it, what can be mended by asking again is asked about, and pages that nobody
 * must pay are closed; sums are never mended. Nothing is believed of a list alone that a question by name can answer: what
 * is missing there is asked for before it is called missing.
 *
 * Both sides are read newest first and by pages, and of what was met no more than `keepIds` are remembered, however long the
 * period. Payments are found that were made due up to 400 days before it. Safe to end at any time, and to run beside
 * everything else.
 *
 * It asks the provider through what it is handed: `guardedAudited` puts a host's circuit breaker around that, and where that is open
 * what is told is `interrupted`.
 *
 * Refuses: `invalid_period`.
 */
export const reconcile =
  (deps: ReconcileDependencies): Reconcile =>
  async ({
    from,
    to: until,
    fix = false,
    graceMs = 10 * minute,
    limit = 1_000,
    keepIds = 100_000,
    onProgress = () => {},
  }) => {
    const at = deps.clock.now()
    const to = until < at ? until : at
    if (!(from < to)) return err({ code: 'invalid_period' })
    const tally = reconcileTally(limit)
    const period = { from, to }
    const comparing: Comparing = {
      ...deps,
      fresh: after(at, -graceMs),
      tally,
      keepIds,
      met: { sessions: new Set(), charges: new Set(), refunds: new Set() },
      report: async (drift, mend) => tally.note(drift, fix && drift.mendable && mend ? await mend() : undefined),
    }
    const progress = (stage: Stage, reached: Instant): void => {
      const [begin, share] = stages[stage]
      onProgress({ done: Math.round(begin + (share * (to - reached)) / (to - from)), total: 100 })
    }
    const told = (interrupted?: Reconciled['interrupted']): Reconciled => ({
      ...period,
      at,
      fix,
      ...tally.read(),
      ...(interrupted === undefined ? {} : { interrupted }),
    })
    try {
      for await (const page of deps.audit.sessions(period)) {
        await sessionsOf(comparing, page)
        progress('sessions', oldestOf(page, from))
      }
      await pagesWithout(comparing, period)
      let end = to
      for await (const page of deps.audit.charges(period)) {
        await chargesOf(comparing, page)
        const reached = oldestOf(page, from)
        progress('charges', reached)
        if (comparing.met.charges.size < keepIds) continue
        await paymentsWithout(comparing, { from: reached, to: end })
        comparing.met.charges.clear()
        end = reached
      }
      await paymentsWithout(comparing, { from, to: end })
      for await (const page of deps.audit.refunds(period)) {
        await refundsOf(comparing, page)
        progress('refunds', oldestOf(page, from))
      }
      await refundsWithout(comparing, period)
      onProgress({ done: 100, total: 100 })
      return ok(told())
    } catch (error) {
      if (!(error instanceof ListingInterrupted)) throw error
      const { message: detail, retryAfterMs } = error
      return ok(told({ detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }))
    }
  }

type Stage = 'sessions' | 'charges' | 'refunds'
const stages: Readonly<Record<Stage, readonly [begin: number, share: number]>> = {
  sessions: [0, 35],
  charges: [35, 45],
  refunds: [80, 19],
}

const oldestOf = (page: readonly { readonly createdAt: Instant }[], otherwise: Instant): Instant =>
  page.at(-1)?.createdAt ?? otherwise
