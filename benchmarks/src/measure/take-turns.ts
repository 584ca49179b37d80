import { collectGarbage } from './collect-garbage.ts'
import { unwatched, type Watch } from './profiler.ts'

/** Something that is measured beside others. */
export interface Contender<Sample> {
  readonly name: string
  /** One turn: does a slice of its work and answers what it took. */
  readonly turn: () => Promise<Sample>
}

/**
 * Lets all contenders take turns, A B C, B C A, C A B, so that whatever else the machine does meanwhile hits them alike,
 * and answers the samples of each in the order of the rounds: samples of one round were taken next to each other in time.
 */
export const takeTurns = async <Sample>(
  contenders: readonly Contender<Sample>[],
  rounds: number,
  watch: Watch = unwatched,
): Promise<ReadonlyMap<string, readonly Sample[]>> => {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const first = round % contenders.length
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      collectGarbage()
      samples.get(contender.name)?.push(await watch(contender.name, contender.turn))
    }
  }
  return samples
}
