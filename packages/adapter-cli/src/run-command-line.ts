import { readFileSync } from 'node:fs'
import { Command as CommandLine, CommanderError } from '@commander-js/extra-typings'
import type { Answer, Command, Execute } from './command.ts'
import { commands as allCommands } from './commands.ts'
import { databaseOf, hostOf } from './configuration/host.ts'
import { openWiring, type OpenedWiring } from './configuration/open-wiring.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { problemOf, type Problem } from './problem.ts'
import { listenForStop } from './stop-signal.ts'
import { showProgress, type Terminal } from './terminal.ts'

/** Where a command line is run. Default: in this process. */
export interface RunOptions {
  readonly terminal?: Terminal
  /** Where the configuration is looked for. */
  readonly folder?: string
  /** Environment variables by name. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** What tells a command that goes on until it is stopped to come to an end. Default: Ctrl-C and SIGTERM. */
  readonly stop?: AbortSignal
}

/**
 * Runs one command line, without the program's own name, and answers how it ended. What goes wrong is not thrown: it is
 * said on standard error, or with `--json` as `{ "error": { code, message } }` on standard output.
 */
export const runCommandLine = async (
  args: readonly string[],
  {
    terminal = { out: process.stdout, err: process.stderr },
    folder = process.cwd(),
    environment = process.env,
    stop,
  }: RunOptions = {},
): Promise<ExitCode> => {
  const wantsJson = args.includes('--json')
  let exitCode: ExitCode = exitCodes.done
  const execute: Execute = async (name, { config }, run) => {
    const opened: OpenedWiring[] = []
    const open = async (request: { readonly dryRun: boolean }): Promise<OpenedWiring> => {
      const found = await openWiring({ folder, file: config }, { command: name, ...request })
      opened.push(found)
      return found
    }
    const progress = showProgress(terminal)
    const listener = listenForStop()
    let announced: Answer | undefined
    const ended = await run({
      terminal,
      wantsJson,
      environment,
      progress,
      stopSignal: () => stop ?? listener.signal(),
      announce: (answer) => {
        announced = answer
        say(terminal, wantsJson, answer)
      },
      openHost: async (request) => {
        const found = await open(request)
        return hostOf(found.wiring, found)
      },
      openDatabase: async (request) => {
        const found = await open(request)
        return databaseOf(found.wiring, found)
      },
    }).catch(problemOf)
    progress.stop()
    listener.dispose()
    if (ended !== announced) say(terminal, wantsJson, ended)
    exitCode = (await close(opened, terminal)) ? ended.exitCode : exitCodes.unexpected
  }
  const heard: string[] = []
  const program = programOf(allCommands, execute, {
    writeOut: (text) => void terminal.out.write(text),
    writeErr: (text) => void heard.push(text),
  })
  try {
    await program.parseAsync(behindCommand(args), { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help that was asked for is an answer; help in place of a command is a complaint.
    if (error.exitCode === 0) return exitCodes.done
    const message = heard
      .join('')
      .trim()
      .replace(/^error: /, '')
      // Help in place of a command has said it all.
      .replace(
        /^(unknown|missing|too many) .*$/s,
        (mistake) => `${mistake}\nSee holdfast --help, or holdfast <command> --help.`,
      )
    say(terminal, wantsJson, { code: 'usage', message, exitCode: exitCodes.usage })
    return exitCodes.usage
  }
}

/** What every command takes may stand before its name as well: `holdfast --json explain …`. */
const behindCommand = (args: readonly string[]): string[] => {
  const rest = [...args]
  const leading: string[] = []
  for (let option = rest[0]; option !== undefined && isOfEvery.test(option); option = rest[0])
    leading.push(...rest.splice(0, option === '--config' ? 2 : 1))
  const [name, ...more] = rest
  return name === undefined || name.startsWith('-') ? [...args] : [name, ...leading, ...more]
}

const isOfEvery = /^--(json|config(=.*)?)$/

const programOf = (
  commands: readonly Command[],
  execute: Execute,
  output: { readonly writeOut: (text: string) => void; readonly writeErr: (text: string) => void },
): CommandLine => {
  const program = new CommandLine('holdfast')
    .description('What an operator does for Holdfast by hand, or by a schedule.')
    .version(version())
    .helpCommand(false)
    .addHelpText('after', exitCodesText)
  for (const command of commands) program.addCommand(command.line(execute))
  for (const line of [program, ...program.commands])
    line.exitOverride().configureHelp({ helpWidth: 110 }).configureOutput(output)
  return program
}

const say = ({ out, err }: Terminal, wantsJson: boolean, ended: Answer | Problem): void => {
  if ('json' in ended)
    out.write(wantsJson ? `${JSON.stringify(ended.json, undefined, ended.oneLine ? 0 : 2)}\n` : ended.text)
  else if (wantsJson) out.write(`${JSON.stringify({ error: { code: ended.code, message: ended.message } })}\n`)
  else err.write(`${ended.message}\n`)
}

/** Gives back what was opened, after all was said: what was done is done, whether its host can be closed or not. */
const close = async (opened: readonly OpenedWiring[], { err }: Terminal): Promise<boolean> => {
  try {
    for (const { wiring } of opened) await wiring.close?.()
    return true
  } catch (error) {
    err.write(`What the configuration opened could not be closed. ${problemOf(error).message}\n`)
    return false
  }
}

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string })
    .version

const exitCodesText = `
Exit codes:
  ${exitCodes.done}  all that was asked for is done
  ${exitCodes.notNow}  some of it could not be done now: the provider or the database was away, or a port taken; run it again
  ${exitCodes.usage}  the command line or the configuration is wrong, or a package is missing; nothing was done
  ${exitCodes.unexpected}  something that should not happen
  ${exitCodes.refused}  as things stand it cannot be had: no such payment or person, it is paid already, or it is real money
  ${exitCodes.differs}  something is not the same here and at the provider (reconcile)

Every command explains itself: holdfast <command> --help.`
