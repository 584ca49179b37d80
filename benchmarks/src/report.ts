import type { CheckoutFigures } from './checkout.ts'
import type { EventFigures } from './events.ts'
import { subject } from './lines/lines.ts'
import type { Machine } from './machine.ts'
import { median, percentile } from './measure/statistics.ts'
import type { MemoryFigures } from './memory.ts'

/** The machine, in a few lines. */
export const machineText = ({ cpu, cores, memoryGiB, node, sqlite, drivers, syncMs }: Machine): string =>
  [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, SQLite ${sqlite}`,
    Object.entries(drivers)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `4 KiB written to the disk and synced: ${syncMs.toFixed(2)} ms`,
  ].join('\n')

/** Events per second of every line, and what Holdfast reaches of each. */
export const eventsText = (figures: readonly EventFigures[]): string => {
  const lines = [...new Set(figures.map(({ line }) => line))]
  const levels = [...new Set(figures.map(({ concurrency }) => concurrency))]
  const at = (line: string, concurrency: number) =>
    figures.find((each) => each.line === line && each.concurrency === concurrency)
  return table([
    [
      'events/s',
      ...levels.map((level) => `at ${level}`),
      ...levels.map((level) => `holdfast at ${level}`),
      'cpu µs',
      'rows/event',
    ],
    ...lines.map((line) => [
      line,
      ...levels.map((level) => median(at(line, level)?.perSecond ?? []).toFixed(0)),
      ...levels.map((level) => ratioText(at(subject, level)?.perSecond, at(line, level)?.perSecond, line)),
      levels.map((level) => median(at(line, level)?.cpuUs ?? []).toFixed(0)).join(' '),
      figures.findLast((each) => each.line === line)?.rowsPerEvent?.toFixed(1) ?? '',
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

/** The median of the rounds' ratios, with the least and the greatest: both samples of a round were taken side by side. */
const ratioText = (ours: readonly number[] = [], theirs: readonly number[] = [], line: string): string => {
  const ratios = ours.flatMap((value, round) => {
    const other = theirs[round]
    return other === undefined ? [] : [value / other]
  })
  if (line === subject || ratios.length === 0) return ''
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
