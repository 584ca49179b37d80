import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { runCommandLine } from '../src/index.ts'
import { parseRedisUrl } from '../src/waiting/ping-redis.ts'
import { openClinicCommands } from './clinic-commands.ts'
import { heardTerminal } from './terminals.ts'

const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

/** Something that listens, and answers each connection in this way. Answers its port. */
const listening = async (answer: (asked: string, connection: number) => string | undefined): Promise<number> => {
  let connections = 0
  const server = createServer((socket) => {
    const connection = (connections += 1)
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const reply = answer(chunk.toString(), connection)
      if (reply !== undefined) socket.write(reply)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const run = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const terminal = heardTerminal()
  const code = await runCommandLine(['wait-for-redis', ...args], { terminal, environment, folder: '/' })
  return { code, out: terminal.heard.out(), err: terminal.heard.err() }
}

describe('wait-for-redis', () => {
  it('ends as soon as a PING is answered, and needs no configuration', async () => {
    const asked: string[] = []
    const port = await listening((text) => {
      asked.push(text)
      return '+PONG\r\n'
    })
    const { code, out } = await run(['--url', `redis://127.0.0.1:${port}`])
    expect([code, out]).toEqual([0, expect.stringMatching(`^Redis at 127\\.0\\.0\\.1:${port} answers \\(1 try, `)])
    expect(asked.join('')).toBe('*1\r\n$4\r\nPING\r\n')
  })

  it('runs as a process, and looks where REDIS_URL says', async () => {
    const port = await listening(() => '+PONG\r\n')
    const clinic = openClinicCommands()
    try {
      const { ended } = clinic.start(['wait-for-redis', '--json'], { REDIS_URL: `redis://127.0.0.1:${port}/0` })
      const { code, out } = await ended
      expect(code).toBe(0)
      expect(JSON.parse(out)).toEqual({
        command: 'wait-for-redis',
        host: '127.0.0.1',
        port,
        answered: true,
        tries: 1,
        waited_ms: expect.any(Number),
        last_error: null,
      })
    } finally {
      clinic.remove()
    }
  })

  it.runIf(process.env['TEST_REDIS_URL'] !== undefined || process.env['CI'] !== undefined)(
    'hears a real Redis',
    async () => {
      expect(await run([], { REDIS_URL: process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379' })).toMatchObject({
        code: 0,
      })
    },
  )

  it('says who it is before it asks, where the address says so, and does not say it again', async () => {
    const asked: string[] = []
    const port = await listening((text) => {
      asked.push(text)
      return '+OK\r\n+PONG\r\n'
    })
    const { code, out } = await run(['--url', `redis://eve:s%2Fcret@127.0.0.1:${port}`])
    expect(code).toBe(0)
    expect(out).not.toContain('cret')
    expect(asked.join('')).toBe('*3\r\n$4\r\nAUTH\r\n$3\r\neve\r\n$6\r\ns/cret\r\n*1\r\n$4\r\nPING\r\n')
  })

  it('waits while it loads its data, and while it has too many clients', async () => {
    const answers = ['-LOADING Redis is loading the dataset in memory\r\n', '-ERR max number of clients reached\r\n']
    const port = await listening((_, connection) => answers[connection - 1] ?? '+PONG\r\n')
    const { code, out } = await run(['--url', `redis://127.0.0.1:${port}`, '--interval', '0.05'])
    expect([code, out]).toEqual([0, expect.stringContaining('(3 tries, ')])
  })

  it('does not wait for one that will not be asked: time gives nobody a password', async () => {
    const port = await listening(() => '-NOAUTH Authentication required.\r\n')
    expect(await run(['--url', `redis://127.0.0.1:${port}`])).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/answers, and will not be asked: NOAUTH Authentication required\.\nGive the user/),
    })
  })

  it.each([
    ['nobody listens', async () => 1, 'ECONNREFUSED'],
    ['nobody speaks', () => listening(() => undefined), 'there was no answer in time'],
    [
      'somebody else speaks',
      () => listening(() => 'HTTP/1.1 400 Bad Request\r\n\r\n'),
      'what answers there is no Redis',
    ],
  ])('gives up in time where %s', async (_what, open, why) => {
    const { code, out } = await run([
      '--url',
      `redis://127.0.0.1:${await open()}`,
      '--timeout',
      '0.4',
      '--interval',
      '0.1',
    ])
    expect([code, out]).toEqual([1, expect.stringContaining(why)])
    expect(out).toContain('REDIS_URL or --url says where to look')
  })

  it('refuses what is no address, without saying it', async () => {
    expect(await run(['--url', 'http://secret@127.0.0.1'])).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/^--url is no address of a Redis\. Give one such as redis:\/\//),
    })
    expect((await run([], { REDIS_URL: 'localhost' })).err).toMatch(/^REDIS_URL is no address of a Redis/)
  })

  it('shows how long it waits, to somebody who watches', async () => {
    const terminal = heardTerminal({ isTTY: true })
    const args = ['wait-for-redis', '--url', 'redis://127.0.0.1:1', '--timeout', '0.3', '--interval', '0.1']
    await runCommandLine(args, { terminal, environment: {} })
    expect(terminal.heard.err()).toContain('█')
  })
})

it.each([
  ['redis://cache', { host: 'cache', port: 6379, secure: false }],
  ['rediss://cache:6380/2', { host: 'cache', port: 6380, secure: true }],
  ['redis://[::1]:6379', { host: '::1', port: 6379 }],
  ['redis://:word@cache', { username: undefined, password: 'word' }],
  ['redis://eve:word@cache', { username: 'eve', password: 'word' }],
])('reads %s', (url, place) => {
  expect(parseRedisUrl(url)).toMatchObject(place)
})
