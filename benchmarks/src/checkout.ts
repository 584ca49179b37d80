import { instantProvider, type InstantProvider } from './instant-provider.ts'
import type { CheckoutEntry, CheckoutLine } from './lines/line.ts'
import { takeTurns } from './measure/take-turns.ts'
import type { Options } from './options.ts'
import type { Scratch } from './scratch.ts'

/** What opening a page cost beyond the provider's own time. */
export interface CheckoutFigures {
  readonly line: string
  /** How long the provider took to answer. */
  readonly latencyMs: number
  /** Milliseconds of each checkout, the provider's time taken off, one list for each round. */
  readonly addedMs: readonly (readonly number[])[]
  /** Calls to the provider per checkout. */
  readonly callsPerCheckout: number
}

/**
 * Measures what opening a page takes beyond the provider's answer: one checkout at a time, each of a payment of its own
 * that had no page, under a key of its own.
 */
export const measureCheckout = async (
  scratch: Scratch,
  entries: readonly CheckoutEntry[],
  { seconds, rounds, warmUps, latenciesMs }: Pick<Options, 'seconds' | 'rounds' | 'warmUps' | 'latenciesMs'>,
): Promise<readonly CheckoutFigures[]> => {
  const figures: CheckoutFigures[] = []
  for (const [turn, latencyMs] of latenciesMs.entries()) {
    const runners = await Promise.all(
      entries.map(async ({ name, open }) => {
        const provider = instantProvider(latencyMs)
        return { name, run: checkoutRunner(await open(await scratch.create(), provider), provider) }
      }),
    )
    // The code is the same at each latency: it has to get warm only once.
    if (turn === 0) for (const { run } of runners) await run.warmUp(warmUps)
    for (const { run } of runners) await run.size(Math.ceil(warmUps / 8), seconds / rounds, rounds)
    const samples = await takeTurns(
      runners.map(({ name, run }) => ({ name, turn: run.slice })),
      rounds,
    )
    for (const { name, run } of runners)
      figures.push({ line: name, latencyMs, addedMs: samples.get(name) ?? [], callsPerCheckout: await run.finish() })
  }
  return figures
}

const checkoutRunner = (line: CheckoutLine, provider: InstantProvider) => {
  const payments: string[] = []
  let perSlice = 0
  let opened = 0

  const slice = async (count: number): Promise<readonly number[]> => {
    const addedMs: number[] = []
    for (const paymentId of payments.splice(0, count)) {
      const spentBefore = provider.spentMs()
      const startedAt = performance.now()
      await line.startCheckout(paymentId, `key-${paymentId}`)
      addedMs.push(performance.now() - startedAt - (provider.spentMs() - spentBefore))
      opened += 1
    }
    return addedMs
  }

  return {
    async warmUp(count: number): Promise<void> {
      payments.push(...(await line.addPayments(count)))
      await slice(count)
    },
    /** Finds out how many checkouts make a slice of this length, and has the payments ready for all of them. */
    async size(count: number, sliceSeconds: number, rounds: number): Promise<void> {
      payments.push(...(await line.addPayments(count)))
      const startedAt = performance.now()
      await slice(count)
      perSlice = Math.max(5, Math.round((sliceSeconds * 1_000) / ((performance.now() - startedAt) / count)))
      payments.push(...(await line.addPayments(perSlice * rounds)))
    },
    slice: () => slice(perSlice),
    /** Closes the line and answers how often the provider was asked per checkout. @throws unless all are stored. */
    async finish(): Promise<number> {
      const stored = await line.countOpen()
      await line.close()
      if (stored !== opened) throw new Error(`${opened} pages were answered, ${stored} are stored as open.`)
      return provider.calls() / opened
    },
  }
}
