import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { whyNotReachable } from './reachable.mjs'

/** @import { Binaries } from './binaries.mjs' */
/** @import { Postgres } from './pg-test.d.mts' */

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
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'pg-test-'))
  const forget = () => fs.rmSync(base, { recursive: true, force: true })
  try {
    if (account.uid !== undefined) fs.chownSync(base, account.uid, account.gid)
    const bin = reachableBin(binaries, base)
    const data = initialise(bin, base)
    let log = ''
    for (let attempt = 0; attempt < maxPorts; attempt += 1) {
      const server = await serve(bin, base, data)
      if ('url' in server) return { url: server.url, source, stop: () => server.stop().then(forget) }
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
 * @returns {Promise<{ url: string, stop(): Promise<void> } | { log: string }>}
 */
const serve = async (bin, base, data) => {
  const port = await freePort()
  const flags = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', '', ...settings.flatMap((one) => ['-c', one])]
  const child = spawn('/bin/sh', ['-c', watchdog, 'sh', path.join(bin, 'postgres'), ...flags], {
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
