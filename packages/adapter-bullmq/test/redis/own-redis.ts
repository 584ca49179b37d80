import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A Redis of one's own, which may be killed. */
export interface OwnRedis {
  readonly url: string
  /** Ends it at once: everything in it is lost, since it writes nothing to disk. */
  kill(): Promise<void>
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>
  /** Lets it stand still: it takes connections and commands, and answers nothing. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/** Whether a Redis of one's own can be started here. */
export const hasRedisServer = (): boolean => spawnSync('redis-server', ['--version']).status === 0

/** Starts one on a free port of 127.0.0.1; `undefined` where `redis-server` is not installed. */
export const startRedis = async (): Promise<OwnRedis | undefined> => {
  if (!hasRedisServer()) return undefined
  const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-redis-'))
  const port = await freePort()
  let server = await serve(port, folder)
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill()
      server = await serve(port, folder)
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** None outlives the tests. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const server of running) server.kill('SIGKILL')
})

const serve = async (port: number, folder: string): Promise<ChildProcess> => {
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const server = spawn('redis-server', flags, { stdio: 'ignore' })
  running.add(server)
  server.once('exit', () => running.delete(server))
  while (!(await listens(port))) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}.`)
    await sleep(10)
  }
  return server
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => socket.write('PING\r\n'))
    socket.on('data', (answer) => {
      socket.destroy()
      resolve(answer.toString().startsWith('+PONG'))
    })
    socket.on('error', () => resolve(false))
  })

/** A port that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
