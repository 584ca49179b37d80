import { Command as CommandLine, type CommandUnknownOpts, type OptionValues } from '@commander-js/extra-typings'
import type { HostDatabase } from './configuration/configuration.ts'
import type { Host } from './configuration/host.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Progress, Terminal } from './terminal.ts'

/** What a command has done, for both who may have asked: every command answers a program as it answers a person. */
export interface Answer {
  readonly exitCode: ExitCode
  /** For `--json`: names in snake_case, times in ISO 8601, amounts as decimal text. */
  readonly json: Readonly<Record<string, unknown>>
  /** The JSON takes one line: it is the last of several documents, or said while the command goes on. */
  readonly oneLine?: true
  readonly text: string
}

/** What a command works with. */
export interface CommandContext {
  /** Puts the host together by its configuration. It is closed when the command has ended. @throws {@link NoHost} */
  readonly openHost: (request: { readonly dryRun: boolean }) => Promise<Host>
  /** As {@link CommandContext.openHost}, for commands that need nothing but the database. */
  readonly openDatabase: (request: { readonly dryRun: boolean }) => Promise<HostDatabase>
  readonly progress: Progress
  /** Where something is shown while the command runs. What it has done at last, it answers. */
  readonly terminal: Terminal
  /** Says an answer while the command goes on. The command answers the very same at its end, and it is not said again. */
  readonly announce: (answer: Answer) => void
  /** Whether `--json` was given: standard output is a program's then. */
  readonly wantsJson: boolean
  /** For commands that go on until they are told: from the first call on, Ctrl-C and SIGTERM abort this instead of ending the process. */
  readonly stopSignal: () => AbortSignal
  /** Environment variables by name. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A command, as {@link defineCommand} takes it. */
export interface CommandDefinition<Options extends OptionValues> {
  readonly name: string
  /** One line, in the list of commands. */
  readonly summary: string
  /** What its own `--help` says beyond the summary. */
  readonly description: string
  /** What has to be given without a name, for commands that take one such thing. `check` throws where it will not do. */
  readonly argument?: {
    readonly name: string
    readonly description: string
    readonly check: (text: string) => string
  }
  /** Declares what it takes; `--json` and `--config` are there already. */
  readonly options: (line: CommandLine) => CommandLine<[], Options>
  /** `argument`: empty for commands that declare none. */
  readonly run: (options: Options, context: CommandContext, argument: string) => Promise<Answer>
}

/** What every command takes. */
export interface CommonOptions {
  readonly json?: true
  readonly config?: string
}

/** Runs what was asked for, wherever it is run. */
export type Execute = (
  name: string,
  common: CommonOptions,
  run: (context: CommandContext) => Promise<Answer>,
) => Promise<void>

/** A row in the table of commands. */
export interface Command {
  readonly name: string
  /** The part of the command line that it understands. */
  readonly line: (execute: Execute) => CommandUnknownOpts
}

/** A command whose `run` is typed by the options that it declares. */
export const defineCommand = <Options extends OptionValues>({
  name,
  summary,
  description,
  argument,
  options,
  run,
}: CommandDefinition<Options>): Command => ({
  name,
  line: (execute) => {
    const line: CommandUnknownOpts = options(new CommandLine(name).summary(summary).description(description))
    if (argument !== undefined) line.argument(`<${argument.name}>`, argument.description, argument.check)
    return line
      .option('--json', 'print the outcome as JSON, for programs')
      .option('--config <file>', 'how the host is wired (default: holdfast.config.mjs in this folder)')
      .action(() => {
        const values = line.opts()
        const [given] = line.processedArgs
        return execute(name, values as CommonOptions, (context) =>
          run(values as Options, context, typeof given === 'string' ? given : ''),
        )
      })
  },
})
