import { exhaust, type Exhaustion } from './exhaust.ts'
import { exitCodeOf } from './oracle/violation.ts'
import type { RunOptions } from './run.ts'
import { goldenStory } from './workload/golden.ts'

/** What came of trouble at every point of one golden flow. Plain data, as a whole {@link ExhaustReport} is. */
interface FlowReport {
  readonly name: string
  readonly gates: number
  readonly calls: number
  readonly messages: number
  readonly runs: number
  readonly failures: readonly string[]
}

/** What came of trouble at every point of golden flows. */
export interface ExhaustReport {
  readonly flows: readonly FlowReport[]
  readonly code: number
}

const inWords = ({ name, gates, calls, messages, runs, failures }: FlowReport): string =>
  `${name}: ${gates} points, ${calls} calls, ${messages} messages, ${runs} runs, ${failures.length} failures`

/** These golden flows, with webhooks and without, with trouble at every point. Tells of each when it is done. */
export const exhaustAll = async (
  options: Pick<RunOptions, 'databases'>,
  names: readonly string[],
  exhaustion: Exhaustion,
  onFlow: (line: string) => void,
): Promise<ExhaustReport> => {
  const flows: FlowReport[] = []
  let code = 0
  for (const name of names)
    for (const webhooks of [true, false]) {
      const { gates, calls, messages, runs, failures } = await exhaust(
        goldenStory(name, { webhooks }),
        options,
        exhaustion,
      )
      code = Math.max(code, ...failures.map(({ run }) => exitCodeOf(run.failure)))
      const flow = {
        name: `${name}, ${webhooks ? 'with webhooks' : 'by asking alone'}`,
        gates,
        calls,
        messages,
        runs,
        failures: failures.map(({ where, run }) => `${where}: ${String(run.failure)}`),
      }
      flows.push(flow)
      onFlow(inWords(flow))
    }
  return { flows, code }
}

/** Adds up the shares of several processes. */
export const addUpExhausted = (reports: readonly ExhaustReport[]): ExhaustReport => ({
  flows: (reports[0]?.flows ?? []).map((flow, index) => {
    const shares = reports.flatMap((report) => report.flows[index] ?? [])
    return {
      ...flow,
      runs: shares.reduce((sum, { runs }) => sum + runs, 0),
      failures: shares.flatMap(({ failures }) => failures),
    }
  }),
  code: Math.max(...reports.map(({ code }) => code)),
})

/** Prints each flow and, last, the sums. */
export const printExhausted = ({ flows }: ExhaustReport, seconds: number): void => {
  for (const flow of flows) {
    console.log(inWords(flow))
    for (const failure of flow.failures) console.log(`  ${failure}`)
  }
  const sum = (of: (flow: FlowReport) => number): number => flows.reduce((total, flow) => total + of(flow), 0)
  console.log(
    `${sum(({ gates }) => gates)} points, ${sum(({ calls }) => calls)} calls, ${sum(({ messages }) => messages)} messages, ` +
      `${sum(({ runs }) => runs)} runs, ` +
      `${sum(({ failures }) => failures.length)} failures in ${Math.round(seconds)} s`,
  )
}
