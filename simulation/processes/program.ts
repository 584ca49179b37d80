import { runUntilListening, type Process } from '../../examples/server/test/processes.ts'

/** A program that is killed, paused and started again, on one port and in one folder. */
export interface Program {
  readonly name: string
  readonly origin: string
  /** True between a start and the end of what was started. */
  readonly isUp: () => boolean
  /** Starts it where it is not up. Resolves when it listens. @throws what it said instead. */
  readonly start: () => Promise<void>
  readonly kill: () => Promise<void>
  /** Asks it to stop and waits until it has. Answers its exit code. */
  readonly stop: () => Promise<number | null>
  readonly pause: () => void
  readonly resume: () => void
  /** Everything that all its lives have written. */
  readonly output: () => string
}

/** What {@link createProgram} runs. */
export interface ProgramOptions {
  readonly name: string
  readonly port: number
  readonly command: readonly string[]
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
}

/** A program that is not up yet. */
export const createProgram = ({ name, port, command, folder, environment = {} }: ProgramOptions): Program => {
  const lives: Process[] = []
  let up: Process | undefined
  return {
    name,
    origin: `http://127.0.0.1:${port}`,
    isUp: () => up !== undefined,
    start: async () => {
      if (up !== undefined) return
      const life = await runUntilListening(command, folder, environment)
      lives.push(life)
      up = life
      void life.ended.then(() => {
        if (up === life) up = undefined
      })
    },
    kill: async () => up?.kill(),
    stop: async () => (await up?.stop())?.code ?? null,
    pause: () => up?.pause(),
    resume: () => up?.resume(),
    output: () => lives.map((life) => life.output()).join(''),
  }
}
