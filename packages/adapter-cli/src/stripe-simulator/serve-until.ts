import { NotNow, WrongUsage } from '../problem.ts'
import { untilStopped } from '../stop-signal.ts'
import { deliverUntil } from './deliver-until.ts'
import type { ServeOptions, SimulatorPackage, SimulatorServer } from './load-simulator.ts'

/**
 * Serves a simulator until `stop` is aborted, closes it, and answers what `onListening` did, which is called as soon as it
 * can be asked.
 *
 * @throws {@link NotNow} where the port is taken, and {@link WrongUsage} where this machine will not have it so, whatever time
 * goes by: an address that is not its own, a port that this user may not have, a state file that cannot be read.
 */
export const serveUntil = async <T>(
  simulator: SimulatorPackage,
  options: ServeOptions,
  stop: AbortSignal,
  onListening: (server: SimulatorServer) => T,
): Promise<T> => {
  const server = await simulator.serveSimulator({ ...options, deliver: deliverUntil(stop) }).catch((error: unknown) => {
    throw error instanceof simulator.UnreadableStateFile ? new WrongUsage(error.message) : explained(error, options)
  })
  try {
    const answer = onListening(server)
    await untilStopped(stop)
    return answer
  } finally {
    await server.close()
  }
}

const explained = (error: unknown, { host, port }: ServeOptions): unknown => {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new NotNow(
        'port_taken',
        `Port ${port} of ${host} is taken. Stop what uses it, or choose another with --port.`,
      )
    case 'EACCES':
      return new WrongUsage(`This user may not listen on port ${port}. Choose one above 1023 with --port.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new WrongUsage(`This machine has no address ${host}. Choose one of its own with --host.`)
    default:
      return error
  }
}
