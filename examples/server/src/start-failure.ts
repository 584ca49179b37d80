import { StoreUnavailable } from '@holdfast/core'
import { UnreadableStateFile } from '@holdfast/stripe-simulator'
import type { Config } from './config.ts'
import { SimulatorUnreachable } from './stripe/demo-control.ts'

/** Why the server did not start, in a sentence that says what to do. */
export const explainFailure = (thrown: unknown, config: Config): string => {
  const error = thrown instanceof StoreUnavailable ? thrown.cause : thrown
  if (error instanceof UnreadableStateFile) return error.message
  if (error instanceof SimulatorUnreachable)
    return `STRIPE_API_BASE: ${error.message} Start it first, or leave out DEMO_CLOCK.`
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const detail = error instanceof Error ? error.message || code : String(error)
  switch (code) {
    case 'EADDRINUSE':
      return `PORT: ${config.port} is taken. Stop what uses it, or set PORT to another.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST: this machine has no address ${config.host}. Set HOST to one of its own, or leave it out.`
    case 'EACCES':
      return `Not allowed: ${detail}. Choose a PORT above 1023 and a DATABASE_URL in a folder that you may write to.`
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EROFS':
      // That is the only folder that is made here: anything else that is missing says so itself.
      if (code === 'ENOENT' && !(error instanceof Error && 'syscall' in error && error.syscall === 'mkdir')) break
      return `DATABASE_URL: its folder cannot be made (${detail}). Name a file in a folder that you may write to.`
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_NOTADB':
      return `DATABASE_URL: the file cannot be opened as a SQLite database (${detail}). Name another, or remove it.`
    case 'SQLITE_READONLY':
    case 'SQLITE_READONLY_DIRECTORY':
      return `DATABASE_URL: the file may not be written to (${detail}). Let this user write to it and to its folder, or name another.`
    case 'ECONNREFUSED':
    case '28P01':
    case '3D000':
      return `DATABASE_URL: PostgreSQL cannot be reached as it says (${detail}). Start it, or correct the address.`
  }
  return detail
}
