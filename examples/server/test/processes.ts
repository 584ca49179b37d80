import { spawn, type ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A program of ours in a process of its own. */
export interface Process {
  /** Everything it has written so far. */
  readonly output: () => string
  /** Ends it without a word, as a power cut would, and waits until it is gone. */
  readonly kill: () => Promise<void>
  /** Stops it where it stands, as a machine that swaps or is moved does, until it is resumed. */
  readonly pause: () => void
  readonly resume: () => void
  /** Asks it to stop. Answers the exit code, and the signal where one ended it. */
  readonly stop: (
    signal?: 'SIGTERM' | 'SIGINT',
  ) => Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** As {@link Process.stop}, for one that ends by itself. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

/** The server as `npm start` runs it. Everything that could be set in this process's own environment is left out. */
export const serverProgram = [fileURLToPath(new URL('../dist/main.js', import.meta.url))] as const

const simulatorPackage = createRequire(import.meta.url).resolve('@holdfast/stripe-simulator/package.json')

/** The simulator as a program, which keeps its state in `folder` and sends webhooks to each of these servers. */
export const simulatorProgram = ({
  port,
  folder,
  servers,
  webhookSecret,
}: {
  readonly port: number
  readonly folder: string
  readonly servers: readonly string[]
  readonly webhookSecret: string
}): readonly string[] => [
  join(dirname(simulatorPackage), 'dist', 'bin.js'),
  ...['--port', String(port), '--state', join(folder, 'stripe.state')],
  ...servers.flatMap((origin) => ['--webhook-url', `${origin}/api/webhooks/stripe`]),
  ...['--webhook-secret', webhookSecret],
]

/** Runs a program with Node in `folder`. Nothing of it is waited for. */
export const run = (
  command: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Process => {
  const child = spawn(process.execPath, [...command], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  // Nothing started here outlives the tests, however they end.
  const endWithTests = () => void child.kill('SIGKILL')
  process.once('exit', endWithTests)
  void ended.then(() => process.off('exit', endWithTests))
  const send = async (signal: NodeJS.Signals) => {
    if (isRunning(child)) child.kill(signal)
    return ended
  }
  return {
    output: () => output,
    ended,
    kill: async () => void (await send('SIGKILL')),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop: (signal = 'SIGTERM') => send(signal),
  }
}

/** Runs a program and waits until it says that it listens. @throws what it said instead, when it ends. */
export const runUntilListening = async (...command: Parameters<typeof run>): Promise<Process> => {
  const started = run(...command)
  let over = false
  void started.ended.then(() => (over = true))
  while (!started.output().includes('listens on')) {
    if (over) throw new Error(`It ended without listening: ${started.output()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return started
}

/** A port that was free a moment ago: for a program that has to come back to the same one. */
export const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null
