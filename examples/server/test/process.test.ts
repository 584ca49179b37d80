import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bookAndPay } from './guest.ts'
import { freePort, run, runUntilListening, serverProgram, type Process } from './processes.ts'
import { stripeAt } from './stripe-payer.ts'
import { createVisitor } from './visitor.ts'

describe('the server as a program', () => {
  let folder = ''
  let port = ''
  const started: Process[] = []
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stays-process-'))
    port = String(await freePort())
  })
  afterEach(async () => {
    for (const each of started.splice(0)) await each.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  const listening = async (environment: Readonly<Record<string, string>> = {}): Promise<Process> => {
    const program = await runUntilListening(serverProgram, folder, { PORT: port, ...environment })
    started.push(program)
    return program
  }
  const refusing = async (environment: Readonly<Record<string, string>>) => {
    const program = run(serverProgram, folder, { PORT: port, ...environment })
    started.push(program)
    return { ...(await program.ended), said: program.output() }
  }

  it('needs no configuration, says where it is and where it keeps things, and answers', async () => {
    const program = await listening()
    expect(program.output()).toContain(`listens on http://127.0.0.1:${port}`)
    expect(program.output()).toContain(join(folder, '.data', 'holdfast.db'))
    const visitor = createVisitor(`http://127.0.0.1:${port}`)
    expect((await visitor.get('/')).text).toContain('Casa del Mar')
    expect((await visitor.send('/readyz')).status).toBe(200)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'drains on %s, exits 0, and has lost nothing when it is started again',
    async (signal) => {
      const origin = `http://127.0.0.1:${port}`
      const program = await listening()
      const ana = createVisitor(origin)
      await ana.signIn('ana@example.com')
      const { bookingPath } = await bookAndPay(ana, stripeAt(origin))
      const before = await stripeAt(origin).ledger()
      // Whether it was taken before the signal is chance. If it was, it is answered.
      const answering = ana.get('/bookings').then(
        ({ status }) => status,
        () => 'not taken',
      )
      expect(await program.stop(signal)).toEqual({ code: 0, signal: null })
      expect([200, 'not taken']).toContain(await answering)
      await listening()
      expect((await ana.get(bookingPath)).text).toContain('Booked. See you there!')
      const after = await stripeAt(origin).ledger()
      expect(after.derived).toEqual(before.derived)
      expect((await ana.get('/messages')).text).toContain('Your booking is confirmed')
    },
  )

  it('writes facts as JSON, and neither secrets nor people into them', async () => {
    const origin = `http://127.0.0.1:${port}`
    const program = await listening({
      LOG_LEVEL: 'debug',
      LOG_FORMAT: 'json',
      SESSION_SECRET: 'a-secret-that-nobody-should-ever-read-anywhere',
    })
    const ana = createVisitor(origin)
    const { csrfToken } = await ana.signIn('ana@example.com')
    await bookAndPay(ana, stripeAt(origin))
    await program.stop()
    const lines = program
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    const facts = lines.map((line) => JSON.parse(line) as { event: string })
    expect(facts.map(({ event }) => event)).toContain('request_answered')
    for (const secret of ['ana@example.com', csrfToken, 'whsec_', 'sk_test', 'nobody-should-ever-read'])
      expect(lines.join('\n')).not.toContain(secret)
  })

  it('says nothing but where it is when it is to be quiet', async () => {
    const program = await listening({ LOG_LEVEL: 'silent' })
    await createVisitor(`http://127.0.0.1:${port}`).send('/api/session', { method: 'POST' })
    await program.stop()
    expect(program.output().trim().split('\n')).toHaveLength(3)
  })

  it('ends with 1 and a sentence on what to do where it cannot start', async () => {
    expect(await refusing({ PORT: 'x' })).toMatchObject({
      code: 1,
      said: expect.stringContaining("PORT: 'x' is not a port.") as string,
    })
    expect(await refusing({ STRIPE_SECRET_KEY: 'sk_test_abc' })).toMatchObject({
      code: 1,
      said: expect.stringContaining('STRIPE_WEBHOOK_SECRET: without it') as string,
    })
  })

  it('says so when its port is taken', async () => {
    await listening()
    expect(await refusing({})).toMatchObject({
      code: 1,
      said: expect.stringContaining(`PORT: ${port} is taken.`) as string,
    })
  })

  it('says so when the folder of the database cannot be made', async () => {
    // Nobody may make a folder there, whoever they are.
    for (const file of ['/proc/none/stays.db', '/dev/null/stays.db'])
      expect(await refusing({ DATABASE_URL: file })).toMatchObject({
        code: 1,
        said: expect.stringContaining('DATABASE_URL: its folder cannot be made') as string,
      })
  })

  it('says so when the database is none, cannot be reached, or the state file is not readable', async () => {
    writeFileSync(
      join(folder, 'notes.txt'),
      'This is no database, but it is long enough to be read as one.\n'.repeat(20),
    )
    expect(await refusing({ DATABASE_URL: 'notes.txt' })).toMatchObject({
      code: 1,
      said: expect.stringContaining('DATABASE_URL: the file cannot be opened') as string,
    })
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toContain('This is no database')
    const nobody = await freePort()
    expect(await refusing({ DATABASE_URL: `postgres://me@127.0.0.1:${nobody}/stays` })).toMatchObject({
      code: 1,
      said: expect.stringContaining('DATABASE_URL: PostgreSQL cannot be reached') as string,
    })
    expect(await refusing({ STRIPE_SIMULATOR_STATE: join(folder, 'notes.txt') })).toMatchObject({ code: 1 })
    expect(
      await refusing({
        STRIPE_API_BASE: `http://127.0.0.1:${nobody}`,
        STRIPE_SECRET_KEY: 'sk_test_abc',
        STRIPE_WEBHOOK_SECRET: 'whsec_abc',
        DEMO_CLOCK: '1',
      }),
    ).toMatchObject({ code: 1, said: expect.stringContaining('STRIPE_API_BASE: The simulator at') as string })
  })
})
