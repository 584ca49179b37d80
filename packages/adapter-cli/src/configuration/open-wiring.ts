import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { NoHost } from '../problem.ts'
import { findBelow } from './find-below.ts'
import type { Configuration, ConfigurationRequest, HostWiring } from './configuration.ts'

/** The files that are looked for in the working directory, the first that is there. */
export const configurationNames = [
  'holdfast.config.mjs',
  'holdfast.config.js',
  'holdfast.config.ts',
  'holdfast.config.mts',
] as const

/** Where a configuration is looked for. `file`: one that was named, relative to `folder`. */
export interface ConfigurationPlace {
  readonly folder: string
  readonly file: string | undefined
}

/** What a configuration answered, and where it stands: a complaint about it names its file. */
export interface OpenedWiring {
  readonly wiring: HostWiring
  readonly file: string
  /** What to write, for whoever has to. */
  readonly sample: string
}

/**
 * Finds the host's configuration, and has it put the host together.
 *
 * @throws {@link NoHost} that says what to write, where there is none, where it is not one, and where it fails.
 */
export const openWiring = async (place: ConfigurationPlace, request: ConfigurationRequest): Promise<OpenedWiring> => {
  const file = findConfiguration(place)
  const configure = configurationIn(file, await load(file))
  return { wiring: (await answerOf(file, configure, request)) ?? {}, file, sample }
}

const findConfiguration = ({ folder, file }: ConfigurationPlace): string => {
  const names = file === undefined ? configurationNames : [file]
  const found = names.map((name) => path.resolve(folder, name)).find((each) => existsSync(each))
  if (found !== undefined) return found
  throw new NoHost({
    code: 'configuration_missing',
    message:
      file === undefined
        ? `There is no configuration in ${folder}: none of ${configurationNames.join(', ')}.\n${whereElse(folder)}\n\n${sample}`
        : `There is no file ${path.resolve(folder, file)}. Name one that is there, or write it:\n\n${sample}`,
  })
}

/** What to do where there is none: those in folders below are named. */
const whereElse = (folder: string): string => {
  const below = findBelow(folder, configurationNames)
  return below.length === 0
    ? 'Name one with --config, or write holdfast.config.mjs:'
    : `In folders below there is ${below.join(', ')}. Run the command in its folder, or name it with --config ${below[0]}. Or write holdfast.config.mjs here:`
}

const load = async (file: string): Promise<Readonly<Record<string, unknown>>> => {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    const readsNoTypes = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    throw failed(
      readsNoTypes && /\.m?ts$/.test(file)
        ? `This Node (${process.version}) reads no TypeScript, and so not ${file}. Take Node 22.18 or later, or write it as holdfast.config.mjs.`
        : `${file} cannot be loaded: ${messageOf(error)}`,
      error,
    )
  }
}

const configurationIn = (file: string, exported: Readonly<Record<string, unknown>>): Configuration => {
  const configure = exported['holdfast'] ?? exported['default']
  if (typeof configure === 'function') return configure as Configuration
  throw new NoHost({
    code: 'configuration_invalid',
    message: `${file} exports no function as 'holdfast', and none as its default. Write:\n\n${sample}`,
  })
}

const answerOf = async (
  file: string,
  configure: Configuration,
  request: ConfigurationRequest,
): Promise<HostWiring | undefined> => {
  try {
    return await configure(request)
  } catch (error) {
    throw failed(`${file} could not put Holdfast together: ${messageOf(error)}`, error)
  }
}

const failed = (message: string, cause: unknown): NoHost =>
  new NoHost({ code: 'configuration_failed', message }, { cause })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const sample = `  import { createHoldfast } from '@holdfast/core'

  export const holdfast = async () => {
    const database = …
    return { holdfast: createHoldfast({ … }), close: () => database.close() }
  }`
