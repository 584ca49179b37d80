import {
  decimalString,
  driftMeaning,
  isoTime,
  money,
  type Drift,
  type DriftCode,
  type DriftSide,
  type MendedAs,
  type Reconciled,
} from '@holdfast/core'
import { moneyText } from '../payments/standing.ts'
import { table } from '../table.ts'
import { signedDecimal } from './reconcile-json.ts'
import { remaining } from './remaining.ts'

/** The report for people: how much was compared, what differs by what it means, and what to do. */
export const reconcileText = (compared: Reconciled, foreseen: boolean): string => {
  const { from, to, fix, drift, more } = compared
  const codes = (Object.keys(driftMeaning) as DriftCode[]).filter((code) => compared.counts[code] !== undefined)
  return [
    `What was made from ${isoTime(from)} until ${isoTime(to)}${fix ? ', as it was found' : ''}:`,
    '',
    table(['', 'AT THE PROVIDER', 'HERE', 'DIFFERENCE'], rowsOf(compared)),
    ...notCompared(compared),
    '',
    ...codes.flatMap((code) => [...chapter(compared, code), '']),
    ...(more ? [`Of ${countOf(compared)} findings, ${drift.length} are shown: --limit shows more.`] : []),
    ...ending(compared, foreseen),
    '',
  ].join('\n')
}

const rowsOf = ({ compared, sums }: Reconciled): readonly (readonly string[])[] => [
  ...(
    [
      ['pages', compared.sessions],
      ['charges', compared.charges],
      ['refunds', compared.refunds],
    ] as const
  ).map(([what, { there, here }]) => [what, String(there), String(here), said(there - here)]),
  ...sums.flatMap(({ currency, charged, refunded }) => [
    sumRow(`charged ${currency}`, charged, currency),
    sumRow(`refunded ${currency}`, refunded, currency),
  ]),
]

const said = (difference: number): string => (difference === 0 ? '' : String(difference))

const sumRow = (
  what: string,
  { there, here }: { readonly there: bigint; readonly here: bigint },
  currency: string,
): readonly string[] => [
  what,
  decimalString(money(there, currency)),
  decimalString(money(here, currency)),
  there === here ? '' : signedDecimal(there - here, currency),
]

const notCompared = ({ strangers, young }: Reconciled): readonly string[] => [
  ...(strangers > 0 ? [`Not ours, and not compared: ${strangers} made by other programs or by hand.`] : []),
  ...(young > 0 ? [`Too young to be compared: ${young}. Their news may be on its way.`] : []),
]

const chapter = ({ drift, counts, fix }: Reconciled, code: DriftCode): readonly string[] => {
  const { found = 0, mended = 0 } = counts[code] ?? {}
  const { means, todo } = driftMeaning[code]
  const shown = drift.filter((each) => each.code === code)
  const canMend = shown.filter(({ mendable }) => mendable).length
  return [
    `${code}: ${found}${fix ? (mended > 0 ? `, ${mended} mended` : '') : canMend > 0 ? `, --fix mends ${partOf(canMend, found)}` : ''}`,
    ...wrapped(means),
    ...(mended < found && (fix || canMend < shown.length || shown.length === 0) ? wrapped(`To do: ${todo}`) : []),
    ...shown.flatMap(lines),
  ]
}

const partOf = (some: number, all: number): string => (some < all ? String(some) : all === 1 ? 'it' : 'all')

/** Sentences on lines of their own length, indented. */
const wrapped = (text: string): readonly string[] => {
  const folded: string[] = []
  for (const word of text.split(' ')) {
    const last = folded.at(-1)
    if (last === undefined || last.length + word.length >= widest) folded.push(`  ${word}`)
    else folded[folded.length - 1] = `${last} ${word}`
  }
  return folded
}
const widest = 110

const lines = (drift: Drift): readonly string[] => [
  `  ${isoTime(drift.at)}  ${sideText('there', drift.there)}; ${sideText('here', drift.here)}${drift.outcome === undefined ? '' : ` -> ${outcomes[drift.outcome]}`}`,
  ...namesOf(drift).map((name) => `    ${name}`),
]

const sideText = (where: string, side: DriftSide | undefined): string =>
  side === undefined
    ? `${where} nothing`
    : `${where} ${side.status}${side.amount === undefined ? '' : ` ${moneyText(side.amount)}`}`

const outcomes: Readonly<Record<MendedAs, string>> = {
  mended: 'mended',
  unchanged: 'asked again, and nothing changed',
  unheard: 'no answer; run it again',
}

const words = { session: 'page', charge: 'charge', refund: 'refund' } as const

const namesOf = (drift: Drift): readonly string[] => {
  const { about, providerId, refundId, attemptId, paymentId } = drift
  return [
    ...(providerId === undefined ? [] : [`${words[about]} ${providerId}`]),
    ...(refundId === undefined ? [] : [`our refund ${refundId}`]),
    ...(attemptId === undefined ? [] : [`attempt ${attemptId}`]),
    ...(paymentId === undefined
      ? []
      : [isKnownHere(drift) ? `holdfast explain ${paymentId}` : `payment ${paymentId}, which is not known here`]),
  ]
}

const isKnownHere = ({ code, paymentId, here }: Drift): boolean =>
  paymentId !== undefined && (code === 'charge_without_attempt' || (here !== undefined && code !== 'livemode_differs'))

const countOf = ({ counts }: Reconciled): number => Object.values(counts).reduce((all, { found }) => all + found, 0)

/** Whether there was nothing of that time on either side that could be compared. */
const isEmpty = ({ compared: { sessions, charges, refunds } }: Reconciled): boolean =>
  [sessions, charges, refunds].every(({ there, here }) => there === 0 && here === 0)

const ending = (compared: Reconciled, foreseen: boolean): readonly string[] => {
  const { fix, drift, more, unheard, interrupted } = compared
  const mendable = drift.filter((each) => each.mendable).length
  return [
    ...(interrupted === undefined
      ? []
      : [
          `The provider could not be asked any further, and there may be more: ${interrupted.detail}${interrupted.retryAfterMs === undefined ? '' : ` It may be asked again in ${interrupted.retryAfterMs / 1000} s.`}`,
        ]),
    ...(unheard > 0 ? [`No answer to ${unheard} ${unheard === 1 ? 'question' : 'questions'}: run it again.`] : []),
    ...(countOf(compared) === 0
      ? interrupted === undefined && unheard === 0
        ? [isEmpty(compared) ? 'There was nothing to compare.' : 'It is the same on both sides.']
        : []
      : remaining(compared) === 0
        ? ['All of it is mended.']
        : fix
          ? [`Left for a human: ${remaining(compared)}.`]
          : foreseen
            ? [`This was a dry run, which mends nothing: --fix alone would mend ${mendable} of ${countOf(compared)}.`]
            : mendable > 0
              ? [
                  mendable === countOf(compared)
                    ? 'holdfast reconcile --fix mends all of it.'
                    : `holdfast reconcile --fix mends ${mendable} of ${more ? 'those shown' : countOf(compared)}. The rest is for a human.`,
                ]
              : ['Nothing of it can be mended by itself: it is for a human.']),
  ]
}
