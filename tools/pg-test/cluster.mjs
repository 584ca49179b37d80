import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { whyNotReachable } from './reachable.mjs'

/** @import { Binaries } from './binaries.mjs' */
/** @import { CrashingPostgres, Postgres } from './pg-test.d.mts' */

const startTimeoutMs = 20_000
/** The port found free may be taken by somebody else before postgres has it. */
const maxPorts = 3

/** Nothing here outlives the tests, so nothing waits for a disk. A deadlock should show itself at once. */
const settings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'shared_buffers=64MB',
  'log_min_messages=fatal',
  'deadlock_timeout=200ms',
]

/**
 * Runs postgres, and stops it when the pipe to this process closes, however this process ended: no `kill -9` leaves a
 * server behind. Its folder goes with it.
 */
const watchdog = [
  'exec 3<&0; "$@" 3<&- & p=$!;',
  '(cat <&3 >/dev/null 2>&1; kill -INT $p 2>/dev/null) >/dev/null 2>&1 &',
  'wait $p; rm -rf "$PG_TEST_BASE"',
].join(' ')

/**
 * Runs postgres, and again whenever it ends, until the pipe to this process closes. Its folder goes with it.
 *
 * Whoever ends it waits until there is one to end: it may just be starting again.
 */
const supervisor = [
  'exec 3<&0; cd "$PG_TEST_BASE" || exit 1;',
  '(cat <&3; : > over; while [ -e over ] && ! kill -INT "$(head -n 1 data/postmaster.pid)"; do sleep 0.1; done)',
  '>/dev/null 2>&1 &',
  'until [ -e over ]; do "$@" 3<&-; done; cd /; rm -rf "$PG_TEST_BASE"',
].join(' ')

/** PostgreSQL refuses to run as root, so under root the server runs as the account `nobody`. */
const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }

/**
 * Starts an empty PostgreSQL on a free port of 127.0.0.1, in a new folder under the system's temporary one.
 *
 * @param {string} source
 * @param {Binaries} binaries
 * @returns {Promise<Postgres>}
 * @throws {Error} with what `initdb` or `postgres` said.
 */
export async function runCluster(source, binaries) {
  const { url, stop } = await start(binaries, { script: watchdog, settings })
  return { url, source, stop }
}

/**
 * The same, of a server that starts again by itself whenever it ends, and that forgets nothing it has answered.
 *
 * @param {string} source
 * @param {Binaries} binaries
 * @returns {Promise<CrashingPostgres>}
 */
export async function runCrashingCluster(source, binaries) {
  const { url, stop, base } = await start(binaries, {
    script: supervisor,
    settings: [...settings, 'synchronous_commit=on'],
  })
  return {
    url,
    source,
    stop,
    crash: async () => {
      const pid = Number(fs.readFileSync(path.join(base, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(pid, 'SIGQUIT')
      while (isAlive(pid)) await sleep(10)
    },
  }
}

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/**
 * @typedef {{ readonly script: string, readonly settings: readonly string[] }} Running
 *
 * @param {Binaries} binaries
 * @param {Running} running
 * @returns {Promise<{ url: string, base: string, stop(): Promise<void> }>}
 */
const start = async (binaries, running) => {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'pg-test-'))
  const forget = () => fs.rmSync(base, { recursive: true, force: true })
  try {
    if (account.uid !== undefined) fs.chownSync(base, account.uid, account.gid)
    const bin = reachableBin(binaries, base)
    const data = initialise(bin, base)
    let log = ''
    for (let attempt = 0; attempt < maxPorts; attempt += 1) {
      const server = await serve(bin, base, data, running)
      if ('url' in server) return { url: server.url, base, stop: () => server.stop().then(forget) }
      log = server.log
    }
    throw new Error(`postgres did not start: ${log}`)
  } catch (error) {
    forget()
    throw error
  }
}

/**
 * A clone under a folder that only root may enter cannot be entered by `nobody`: the binaries are copied out.
 *
 * @param {Binaries} binaries
 * @param {string} base
 */
const reachableBin = ({ bin, native }, base) => {
  const runs = () => spawnSync(path.join(bin, 'postgres'), ['--version'], account).status === 0
  if (account.uid === undefined || native === undefined || runs()) return bin
  const copy = path.join(base, 'native')
  fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return path.join(copy, 'bin')
}

/**
 * @param {string} bin
 * @param {string} base
 */
const initialise = (bin, base) => {
  const data = path.join(base, 'data')
  const flags = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C']
  const made = spawnSync(path.join(bin, 'initdb'), flags, { ...account, env, cwd: base, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`)
  return data
}

/**
 * One try at one port: a server that answers, or what it said before it did not.
 *
 * @param {string} bin
 * @param {string} base
 * @param {string} data
 * @param {Running} running
 * @returns {Promise<{ url: string, stop(): Promise<void> } | { log: string }>}
 */
const serve = async (bin, base, data, running) => {
  const port = await freePort()
  const flags = [
    '-D',
    data,
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-k',
    '',
    ...running.settings.flatMap((one) => ['-c', one]),
  ]
  const child = spawn('/bin/sh', ['-c', running.script, 'sh', path.join(bin, 'postgres'), ...flags], {
    ...account,
    env: { ...env, PG_TEST_BASE: base },
    cwd: os.tmpdir(),
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let log = ''
  let ended = false
  child.stderr.on('data', (text) => {
    log += text
  })
  const gone = once(child, 'exit').then(() => {
    ended = true
  })
  const stop = async () => {
    child.ref()
    child.stdin.end()
    await gone
  }

  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const deadline = Date.now() + startTimeoutMs
  while (!ended && Date.now() < deadline) {
    if ((await whyNotReachable(url)) === undefined) {
      release(child)
      return { url, stop }
    }
    await sleep(20)
  }
  await stop()
  return { log: log || `no answer within ${startTimeoutMs} ms` }
}

/**
 * Lets this process end while the server still runs: the watchdog then stops it.
 *
 * @param {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, null, import('node:stream').Readable>} child
 */
const release = (child) => {
  child.unref()
  for (const pipe of [child.stdin, child.stderr]) /** @type {net.Socket} */ (/** @type {unknown} */ (pipe)).unref()
}

/** @returns {Promise<number>} */
const freePort = async () => {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {net.AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}
