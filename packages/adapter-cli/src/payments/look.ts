import { isoTime, type Instant, type ReadPaymentCase, type SyncedPayment } from '@holdfast/core'
import type { Host } from '../configuration/host.ts'
import { table } from '../table.ts'
import { forEach, getCase, operator } from './read-cases.ts'
import { attemptText, caseJson, moneyText, tellingAttempt } from './standing.ts'

/** A payment as it was seen. `asked`: how asking the provider went; absent where it was not asked. */
export interface Seen {
  readonly kase: ReadPaymentCase
  readonly asked?: SyncedPayment['type']
}

/** Some payments as they were at one moment. */
export interface Look {
  readonly at: Instant
  readonly seen: readonly Seen[]
  /** About how many the provider was asked in vain. */
  readonly unheard: number
}

/** Looks at payments that were just read. With `sync` the provider is asked about each first. */
export const lookAt = async (host: Host, cases: readonly ReadPaymentCase[], sync: boolean): Promise<Look> => {
  const { holdfast, clock } = host
  const seen: readonly Seen[] = sync
    ? await forEach(cases, async ({ payment: { id: paymentId } }): Promise<Seen> => {
        const synced = await holdfast.syncPayment({ actor: operator, paymentId })
        return { kase: await getCase(holdfast, paymentId), ...(synced.ok ? { asked: synced.value.type } : {}) }
      })
    : cases.map((kase) => ({ kase }))
  return { at: clock.now(), seen, unheard: seen.filter(({ asked }) => asked === 'unheard').length }
}

/** A look, for programs. */
export const lookJson = ({ at, seen, unheard }: Look) => ({
  at: isoTime(at),
  unheard,
  payments: seen.map(({ kase, asked }) => ({ ...caseJson(kase, kase.updatedAt), asked: asked ?? null })),
})

/** The cells of each payment's row, in the order of {@link headings}. */
export const lookRows = ({ seen }: Look): readonly (readonly string[])[] =>
  seen.map(({ kase, asked }) => {
    const { payment, updatedAt } = kase
    const attempt = tellingAttempt(kase)
    return [
      payment.id,
      payment.status,
      moneyText(payment.amount),
      (attempt === undefined ? 'nothing was asked for' : attemptText(attempt)) +
        (asked === 'unheard' ? ' (no answer just now)' : ''),
      isoTime(updatedAt),
      payment.purpose,
      payment.owner,
    ]
  })

/** A look as a table. */
export const lookTable = (look: Look): string => table(headings, lookRows(look))

const headings = ['PAYMENT', 'STATUS', 'AMOUNT', 'AT THE PROVIDER', 'CHANGED', 'PURPOSE', 'OWNER']
