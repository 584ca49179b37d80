import type { PaymentCase, SyncedPayment } from '@holdfast/core'
import { defineCommand, type Answer } from '../command.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { dataText } from '../explain/data-text.ts'
import { choiceOptions, choosePayments } from '../payments/choose-payments.ts'
import { standingText } from '../payments/standing.ts'
import { tryCancellation, type CancelledAs, type How, type TriedCancellation } from '../payments/try-cancellation.ts'
import { WrongUsage } from '../problem.ts'
import { refuseRealMoney } from '../real-money.ts'
import { table } from '../table.ts'

/** Cancels payments as staff would, and shows what became of them. */
export const testCancellation = defineCommand({
  name: 'test-cancellation',
  summary: 'cancel a payment as staff, and show what became of it',
  description: `Cancels a payment, or all open ones of somebody, as staff would, and shows how each stood before and after.
The provider is asked first, and decides: what was paid there is paid here. It is for trying things out, and
refuses where money is real and in production, but for a dry run without --stripe-test.`,
  options: (line) =>
    choiceOptions(line)
      .option('--dry-run', 'cancel nothing, and say what would become of them')
      .option('--stripe-test', 'ask the provider before and after as well, and show what it answered'),
  async run({ dryRun = false, stripeTest = false, ...choice }, { openHost, environment, progress }) {
    if (choice.paymentId === undefined && choice.userEmail === undefined && !dryRun)
      throw new WrongUsage(
        'Say what to cancel: --payment-id, or --user-email for all open payments of somebody. With --dry-run alone, all open ones are listed.',
      )
    const host = await openHost({ dryRun: dryRun && !stripeTest })
    if (!dryRun || stripeTest)
      refuseRealMoney(
        host,
        environment,
        'A payment is cancelled by staff, over HTTP or in the console; --dry-run changes nothing.',
      )
    const { what, list } = await choosePayments(host, choice, { only: 'open' })
    const chosen = await list()
    const tested: TriedCancellation[] = []
    for (const { payment } of chosen) {
      tested.push(await tryCancellation(host.holdfast, payment.id, { dryRun, stripeTest }))
      progress({ done: tested.length, total: chosen.length })
    }
    return answer(tested, what, { dryRun, stripeTest })
  },
})

const exitCodeOf = (tested: readonly TriedCancellation[]): ExitCode => {
  if (
    tested.some(
      ({ outcome, stripe }) => outcome === 'pending' || stripe?.before === 'unheard' || stripe?.after === 'unheard',
    )
  )
    return exitCodes.notNow
  return tested.length > 0 && tested.every(({ outcome }) => outcome === 'paid') ? exitCodes.refused : exitCodes.done
}

const answer = (tested: readonly TriedCancellation[], what: string, { dryRun, stripeTest }: How): Answer => ({
  exitCode: exitCodeOf(tested),
  json: {
    command: 'test-cancellation',
    dry_run: dryRun,
    stripe_test: stripeTest,
    payments: tested.map(({ before, after, outcome, stripe }) => ({
      payment_id: before.payment.id,
      owner_id: before.payment.owner,
      outcome,
      before: standingJson(before),
      after: standingJson(after),
      stripe:
        stripe === undefined
          ? null
          : {
              before: stripe.before,
              after: stripe.after ?? null,
              answers: stripe.heard.map(({ type, name, about }) => ({ type, name, about })),
            },
    })),
  },
  text: textOf(tested, what, dryRun),
})

const standingJson = ({ payment, attempts }: PaymentCase) => ({
  payment_status: payment.status,
  attempts: attempts.map(({ id, kind, status }) => ({ attempt_id: id, kind, status })),
})

const textOf = (tested: readonly TriedCancellation[], what: string, dryRun: boolean): string => {
  if (tested.length === 0) return `There are no ${what}.\n`
  return [
    table(
      ['PAYMENT', 'BEFORE', ...(dryRun ? ['WOULD BE'] : ['AFTER', 'OUTCOME'])],
      tested.map(({ before, after, outcome }) => [
        before.payment.id,
        standingText(before),
        ...(dryRun ? [] : [standingText(after)]),
        outcome,
      ]),
    ),
    '',
    ...[...new Set(tested.map(({ outcome }) => outcome))].map(
      (outcome) => `  ${outcome}: ${(dryRun ? foreseen : meaning)[outcome]}`,
    ),
    ...tested.flatMap(stripeLines),
    ...(dryRun ? ['This was a dry run, which cancels nothing: it says what would become of them.'] : []),
    '',
  ].join('\n')
}

const meaning: Readonly<Record<CancelledAs, string>> = {
  cancelled: 'cancelled, here and at the provider',
  pending: 'cancelled here; the provider could not be reached, and is asked until it agrees',
  paid: 'not cancelled: it was paid',
}

const foreseen: Readonly<Record<CancelledAs, string>> = {
  cancelled: 'would be cancelled, here and at the provider',
  pending: 'would be cancelled here, and at the provider once it can be reached',
  paid: 'would not be cancelled: it is paid',
}

const stripeLines = ({ before, stripe }: TriedCancellation): readonly string[] =>
  stripe === undefined
    ? []
    : [
        '',
        `The provider about ${before.payment.id}: ${asking[stripe.before]} before${stripe.after === undefined ? '' : `, ${asking[stripe.after]} after`}.`,
        ...stripe.heard.map(
          ({ type, name, at, data }) =>
            `  ${type} ${name}: ${dataText(data, { currency: before.payment.amount.currency, at })}`,
        ),
      ]

const asking: Readonly<Record<SyncedPayment['type'], string>> = {
  asked: 'it answered',
  nothing_to_ask: 'there was nothing that could still be paid',
  unheard: 'it could not be reached',
}
