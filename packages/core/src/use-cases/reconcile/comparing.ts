import type { AttemptId, RefundId } from '../../kernel/ids.ts'
import type { Instant } from '../../kernel/instant.ts'
import type { ProviderAudit } from '../../ports/provider-audit.ts'
import type { Settings } from '../dependencies.ts'
import type { Drift, MendedAs } from './drift.ts'
import type { MendDependencies } from './mend.ts'
import type { ReconcileTally } from './tally.ts'

/** What `reconcile` needs: the audit, and of a host's dependencies and its Holdfast what reads, asks and takes in news. */
export interface ReconcileDependencies extends Omit<MendDependencies, 'settings'> {
  readonly audit: ProviderAudit
  /** Without `livemode`, it is not looked whether money is real. */
  readonly settings: MendDependencies['settings'] & Partial<Pick<Settings, 'livemode'>>
}

/** What was met at the provider, by our ids: no more than {@link Comparing.keepIds} of each. What is not among them is asked about by name. */
export interface Met {
  readonly sessions: Set<AttemptId>
  readonly charges: Set<AttemptId>
  readonly refunds: Set<RefundId>
}

/** What is at hand while the two sides are compared. */
export interface Comparing extends ReconcileDependencies {
  /** What was made later is not compared. */
  readonly fresh: Instant
  readonly tally: ReconcileTally
  readonly met: Met
  readonly keepIds: number
  /** Tells of a drift, and mends it first where that is wanted. */
  readonly report: (drift: Drift, mend?: () => Promise<MendedAs>) => Promise<void>
}

/** Remembers that it was met, while there is room. */
export const meet = <Kind extends keyof Met>({ met, keepIds }: Comparing, kind: Kind, id: SetItem<Met[Kind]>): void => {
  const ids: Set<string> = met[kind]
  if (ids.size < keepIds) ids.add(id)
}

type SetItem<T> = T extends Set<infer Item extends string> ? Item : never
