export type { Configuration, ConfigurationRequest, HostDatabase, HostWiring } from './configuration/configuration.ts'
export { exitCodes, type ExitCode } from './exit-codes.ts'
export { runCommandLine, type RunOptions } from './run-command-line.ts'
export type { Terminal } from './terminal.ts'
