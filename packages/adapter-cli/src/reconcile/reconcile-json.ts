import {
  decimalString,
  driftMeaning,
  isoTime,
  money,
  type Drift,
  type DriftSide,
  type Reconciled,
} from '@holdfast/core'

/** All that was compared and found, for programs. */
export const reconcileJson = (compared: Reconciled, foreseen: boolean) => {
  const { from, to, at, fix, sums, counts, drift, more, strangers, young, unheard, interrupted } = compared
  return {
    command: 'reconcile',
    from: isoTime(from),
    to: isoTime(to),
    at: isoTime(at),
    fix,
    dry_run: foreseen,
    compared: compared.compared,
    sums: sums.map(({ currency, charged, refunded }) => ({
      currency,
      charged: sumJson(charged, currency),
      refunded: sumJson(refunded, currency),
    })),
    not_compared: { strangers, young },
    counts,
    drift: drift.map(driftJson),
    more,
    unheard,
    interrupted:
      interrupted === undefined
        ? null
        : {
            detail: interrupted.detail,
            retry_after_s: interrupted.retryAfterMs === undefined ? null : interrupted.retryAfterMs / 1000,
          },
  }
}

const driftJson = (drift: Drift) => ({
  code: drift.code,
  about: drift.about,
  at: isoTime(drift.at),
  provider_id: drift.providerId ?? null,
  payment_id: drift.paymentId ?? null,
  attempt_id: drift.attemptId ?? null,
  refund_id: drift.refundId ?? null,
  there: sideJson(drift.there),
  here: sideJson(drift.here),
  mendable: drift.mendable,
  outcome: drift.outcome ?? null,
  ...driftMeaning[drift.code],
})

const sideJson = (side: DriftSide | undefined) =>
  side === undefined
    ? null
    : {
        status: side.status,
        amount: side.amount === undefined ? null : decimalString(side.amount),
        currency: side.amount?.currency ?? null,
      }

const sumJson = ({ there, here }: { readonly there: bigint; readonly here: bigint }, currency: string) => ({
  there: decimalString(money(there, currency)),
  here: decimalString(money(here, currency)),
  difference: signedDecimal(there - here, currency),
})

/** An amount that may be below zero: how much more there is at the provider. */
export const signedDecimal = (minorUnits: bigint, currency: string): string =>
  minorUnits < 0n ? `-${decimalString(money(-minorUnits, currency))}` : decimalString(money(minorUnits, currency))
