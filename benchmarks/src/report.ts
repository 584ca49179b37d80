import type { CheckoutFigures } from './checkout.ts'
import { byHand, subject } from './lines/lines.ts'
import type { Machine } from './machine.ts'
import { median, percentile } from './measure/statistics.ts'
import type { ThroughputFigures } from './measure/throughput.ts'
import type { MemoryFigures } from './memory.ts'
import type { SweepingFigures } from './sweep/sweep.ts'

/** The machine, in a few lines. */
export const machineText = ({ cpu, cores, memoryGiB, node, sqlite, drivers, syncMs }: Machine): string =>
  [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, SQLite ${sqlite}`,
    Object.entries(drivers)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `4 KiB written to the disk and synced: ${syncMs.toFixed(2)} ms`,
  ].join('\n')

/** What every line does per second, and what Holdfast reaches of each. */
export const throughputText = (
  figures: readonly ThroughputFigures[],
  { one, many }: { readonly one: string; readonly many: string },
): string => {
  const lines = [...new Set(figures.map(({ line }) => line))]
  const levels = [...new Set(figures.map(({ concurrency }) => concurrency))]
  const at = (line: string, concurrency: number) =>
    figures.find((each) => each.line === line && each.concurrency === concurrency)
  return table([
    [
      `${many}/s`,
      ...levels.map((level) => `at ${level}`),
      ...levels.map((level) => `holdfast at ${level}`),
      'cpu µs',
      `rows/${one}`,
    ],
    ...lines.map((line) => [
      line,
      ...levels.map((level) => median(at(line, level)?.perSecond ?? []).toFixed(0)),
      ...levels.map((level) => ratioText(at(subject, level)?.perSecond, at(line, level)?.perSecond, line)),
      levels.map((level) => median(at(line, level)?.cpuUs ?? []).toFixed(0)).join(' '),
      figures.findLast((each) => each.line === line)?.rowsEach?.toFixed(1) ?? '',
    ]),
  ])
}

/** What opening a page added to the provider's time. */
export const checkoutText = (figures: readonly CheckoutFigures[]): string =>
  table([
    ['ms beyond the provider', 'provider', 'median', 'p95', 'holdfast / this', 'calls each'],
    ...figures.map(({ line, latencyMs, addedMs, callsPerCheckout }) => {
      const ours = figures.find((each) => each.line === subject && each.latencyMs === latencyMs)
      return [
        line,
        `${latencyMs} ms`,
        median(addedMs.flat()).toFixed(2),
        percentile(addedMs.flat(), 95).toFixed(2),
        ratioText(ours?.addedMs.map(median), addedMs.map(median), line),
        callsPerCheckout.toFixed(2),
      ]
    }),
  ])

/** Memory before and after. */
export const memoryText = (figures: readonly MemoryFigures[]): string =>
  table([
    ['MB', 'events', 'rss before', 'rss after', 'heap before', 'heap after'],
    ...figures.map(({ line, events, before, after }) => [
      line,
      String(events),
      ...[before.rss, after.rss, before.heap, after.heap].map((bytes) => (bytes / 1e6).toFixed(0)),
    ]),
  ])

/** What listing what is due reads and takes, and then whole sweeps, beside the shortest history there is. */
export const sweepText = ({ listings, sweeps }: SweepingFigures): string => {
  const shortest = Math.min(...sweeps.map(({ payments }) => payments))
  const beside = `beside ${shortest}`
  const listed = listings.map(({ payments, due, reads, ms }) => {
    const first = listings.find((each) => each.payments === shortest && each.due === due)
    return [
      String(payments),
      String(due),
      String(reads.rows),
      reads.pages === undefined ? '' : String(reads.pages),
      String(reads.pagesInAll),
      median(ms[subject] ?? []).toFixed(3),
      median(ms[byHand] ?? []).toFixed(3),
      ratiosText(ms[subject], ms[byHand]),
      first?.payments === payments ? '' : ratiosText(ms[subject], first?.ms[subject]),
    ]
  })
  const swept = sweeps.map(({ payments, due, perSecond, cpuUs }) => {
    const first = sweeps.find((each) => each.payments === shortest)
    return [
      String(payments),
      String(due),
      median(perSecond).toFixed(0),
      median(cpuUs).toFixed(0),
      first?.payments === payments ? '' : ratiosText(perSecond, first?.perSecond),
    ]
  })
  const through = [...new Set(listings.map(({ reads }) => reads.through.join(', ')))]
  return [
    table([
      ['payments', 'due', 'rows read', 'pages read', 'of pages', 'ms', 'by hand ms', 'holdfast / by hand', beside],
      ...listed,
    ]),
    ...through.map((names) => `found through: ${names}`),
    '',
    table([['payments', 'due', 'looks/s', 'cpu µs', beside], ...swept]),
  ].join('\n')
}

/** What Holdfast has of what a line has; of Holdfast itself, nothing is said. */
const ratioText = (ours: readonly number[] | undefined, theirs: readonly number[] | undefined, line: string): string =>
  line === subject ? '' : ratiosText(ours, theirs)

/** The median of the rounds' ratios, with the least and the greatest: both samples of a round were taken side by side. */
const ratiosText = (ours: readonly number[] = [], theirs: readonly number[] = []): string => {
  const ratios = ours.flatMap((value, round) => {
    const other = theirs[round]
    return other === undefined ? [] : [value / other]
  })
  if (ratios.length === 0) return ''
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`
}

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n')
}
