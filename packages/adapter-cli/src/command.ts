import { Command as CommandLine, type CommandUnknownOpts, type OptionValues } from '@commander-js/extra-typings'
import type { HostWiring } from './configuration/configuration.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Progress } from './terminal.ts'

/** What a command has done, for both who may have asked: every command answers a program as it answers a person. */
export interface Answer {
  readonly exitCode: ExitCode
  /** For `--json`: names in snake_case, times in ISO 8601, amounts as decimal text. */
  readonly json: Readonly<Record<string, unknown>>
  readonly text: string
}

/** What a command works with. */
export interface CommandContext {
  /** Puts the host together by its configuration. It is closed when the command has ended. @throws {@link NoHost} */
  readonly openHost: (request: { readonly dryRun: boolean }) => Promise<HostWiring>
  readonly progress: Progress
}

/** A command, as {@link defineCommand} takes it. */
export interface CommandDefinition<Options extends OptionValues> {
  readonly name: string
  /** One line, in the list of commands. */
  readonly summary: string
  /** What its own `--help` says beyond the summary. */
  readonly description: string
  /** Declares what it takes; `--json` and `--config` are there already. */
  readonly options: (line: CommandLine) => CommandLine<[], Options>
  readonly run: (options: Options, context: CommandContext) => Promise<Answer>
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
  options,
  run,
}: CommandDefinition<Options>): Command => ({
  name,
  line: (execute) => {
    const line = options(new CommandLine(name).summary(summary).description(description))
    return line
      .option('--json', 'print the outcome as JSON, for programs')
      .option('--config <file>', 'how the host is wired (default: holdfast.config.mjs in this folder)')
      .action((values) => execute(name, values as CommonOptions, (context) => run(values as Options, context)))
  },
})
