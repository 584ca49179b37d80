import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as simulatorPackage from '@holdfast/stripe-simulator'
import Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodes, runCommandLine } from '../src/index.ts'
import { listeningAnswer, type Listening } from '../src/stripe-simulator/listening-answer.ts'
import { WrongUsage } from '../src/problem.ts'
import { serveUntil } from '../src/stripe-simulator/serve-until.ts'
import { openClinicCommands, type ClinicCommands, type Running } from './clinic-commands.ts'
import {
  factsIn,
  receiveWebhooks,
  runSimulator,
  sdkOf,
  type Receiver,
  type RunningSimulator,
} from './running-simulator.ts'
import { heardTerminal } from './terminals.ts'

const given: (() => unknown)[] = []
/** Gives it back when the test has ended. */
const until = <T>(thing: T, giveBack: (thing: T) => unknown): T => {
  given.push(() => giveBack(thing))
  return thing
}
let folder = ''
beforeEach(() => {
  folder = until(mkdtempSync(path.join(tmpdir(), 'holdfast-simulator-')), (made) =>
    rmSync(made, { recursive: true, force: true }),
  )
})
afterEach(async () => {
  for (const giveBack of given.splice(0).reverse()) await giveBack()
})

const simulator = async (...args: readonly string[]): Promise<RunningSimulator> =>
  until(await runSimulator(...args), ({ stop }) => stop())
const receiver = async (answerAfterMs = 0): Promise<Receiver> =>
  until(await receiveWebhooks(answerAfterMs), ({ close }) => close())

/** What it says where it cannot start. */
const refusal = async (...args: readonly string[]) => {
  const terminal = heardTerminal()
  const code = await runCommandLine(['stripe-simulator', ...args], { terminal, folder: '/', environment: {} })
  return { code, out: terminal.heard.out(), err: terminal.heard.err() }
}

describe('stripe-simulator', () => {
  it('says what to put into the SDK, and how to make a call fail, and is not done before it is stopped', async () => {
    const { out, err, stop } = await simulator()
    const [, key = '', host = '', port = '', protocol = ''] =
      /new Stripe\('(.+)', \{ host: '(.+)', port: (\d+), protocol: '(.+)' \}\)/.exec(out()) ?? []
    const stripe = new Stripe(key, { host, port: Number(port), protocol: protocol as 'http', maxNetworkRetries: 0 })
    const [, url = '', body = ''] = /curl (\S+) -d '(.+)'/.exec(out()) ?? []
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200)
    await expect(stripe.refunds.create({ payment_intent: 'pi_1' })).rejects.toMatchObject({ statusCode: 500 })
    await expect(stripe.refunds.create({ payment_intent: 'pi_1' })).rejects.toMatchObject({ statusCode: 400 })
    expect(err()).toBe('')
    const said = out()
    expect(await stop()).toBe(exitCodes.done)
    expect([out(), err()]).toEqual([said, 'Stopped.\n'])
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('says it to a program in one line, with where it is controlled', async () => {
    const running = await simulator('--json', '--webhook-url', 'http://127.0.0.1:1/a')
    const facts = factsIn(running)
    const { port } = facts.sdk
    expect(facts).toEqual({
      command: 'stripe-simulator',
      url: `http://127.0.0.1:${port}`,
      sdk: { api_key: 'sk_test_anything', host: '127.0.0.1', port, protocol: 'http' },
      api_version: expect.stringMatching(/^\d{4}-\d\d-\d\d\.[a-z]+$/),
      webhooks: [{ url: 'http://127.0.0.1:1/a', secret: 'whsec_simulator' }],
      faults_url: `http://127.0.0.1:${port}/_simulator/faults`,
      ledger_url: `http://127.0.0.1:${port}/_simulator/ledger`,
      public_url: null,
      state_file: null,
    })
    expect(await (await fetch(facts.faults_url)).json()).toEqual({ faults: [] })
    expect((await fetch(facts.ledger_url)).status).toBe(200)
    await running.stop()
    expect(running.out().split('\n')).toEqual([JSON.stringify(facts), ''])
  })

  it('signs what it sends to each address with the secret of that address, and does not say it again', async () => {
    const [one, other] = [await receiver(), await receiver()]
    const addresses = [one, other].flatMap(({ url }) => ['--webhook-url', url])
    const running = await simulator('--json', ...addresses, '--webhook-secret', 'word1', '--webhook-secret', 'word2')
    expect(running.out()).not.toContain('word')
    const stripe = sdkOf(factsIn(running))
    const { id } = await stripe.customers.create({ email: 'ana@example.com' })
    for (const [{ heard }, secret, wrong] of [
      [one, 'word1', 'word2'],
      [other, 'word2', 'word1'],
    ] as const) {
      const { body, signature } = await heard(1)
      expect(stripe.webhooks.constructEvent(body, signature, secret)).toMatchObject({
        type: 'customer.created',
        data: { object: { id } },
      })
      expect(() => stripe.webhooks.constructEvent(body, signature, wrong)).toThrow(/signature/)
    }
    expect((await simulator('--webhook-url', one.url, '--webhook-secret', 'word3')).out()).toContain(
      `webhooks  ${one.url}, signed with the secret that was given\n`,
    )
  })

  it('keeps everything in a file, where it is told one', async () => {
    const args = ['--json', '--state', path.join(folder, 'stripe.jsonl')]
    const before = await simulator(...args)
    const { id } = await sdkOf(factsIn(before)).customers.create({ email: 'ana@example.com' })
    await before.stop()
    expect((await sdkOf(factsIn(await simulator(...args))).customers.retrieve(id)).id).toBe(id)
  })

  it('gives the same ids for the same seed, and pages the address that they were given', async () => {
    const create = async () => {
      const running = await simulator('--json', '--seed', 'a', '--public-url', 'https://pay.example')
      const { id, url } = await sdkOf(factsIn(running)).checkout.sessions.create({
        mode: 'setup',
        currency: 'eur',
        success_url: 'https://host.example/ok',
      })
      expect(url).toMatch(/^https:\/\/pay\.example\//)
      return id
    }
    expect(await create()).toBe(await create())
  })

  it('may be tried again where its port is taken', async () => {
    const { port } = factsIn(await simulator('--json')).sdk
    const taken = `Port ${port} of 127.0.0.1 is taken. Stop what uses it, or choose another with --port.`
    expect(await refusal('--port', String(port))).toEqual({ code: exitCodes.notNow, out: '', err: `${taken}\n` })
    const { code, out } = await refusal('--port', String(port), '--json')
    expect([code, JSON.parse(out)]).toEqual([exitCodes.notNow, { error: { code: 'port_taken', message: taken } }])
  })

  it.each([
    [['--port', 'x'], "'x' is invalid. Give a port from 0 to 65535, such as 12111."],
    [['--port', ''], 'Give a port from 0 to 65535'],
    [['--port', '-1'], 'Give a port from 0 to 65535'],
    [['--port', '65536'], 'Give a port from 0 to 65535'],
    [['--port', '12111.5'], 'Give a port from 0 to 65535'],
    [['--port', '1e4'], 'Give a port from 0 to 65535'],
    [['--host', ''], 'It is empty.'],
    [
      ['--host', '192.0.2.1', '--port', '0'],
      'This machine has no address 192.0.2.1. Choose one of its own with --host.',
    ],
    [['--webhook-url', 'nowhere'], 'Give an address such as http://127.0.0.1:3000/webhooks.'],
    [['--webhook-url', 'ftp://127.0.0.1/'], 'Give an address such as http://'],
    [['--public-url', 'nowhere'], 'Give an address such as http://'],
    [['--webhook-secret', 'word'], 'give one of those, too.'],
    [['--webhook-url', 'http://127.0.0.1:1', '--webhook-secret', ''], 'It is empty.'],
    [
      ['--webhook-url', 'http://127.0.0.1:1', '--webhook-secret', 'a', '--webhook-secret', 'b'],
      'Give --webhook-secret once, or once for each --webhook-url.',
    ],
    [['--state', tmpdir(), '--port', '0'], `Cannot use the state file ${tmpdir()}: EISDIR`],
  ])('refuses %j', async (args, message) => {
    expect(await refusal(...args)).toEqual({
      code: exitCodes.usage,
      out: '',
      err: expect.stringContaining(message),
    })
  })
})

describe('a simulator that cannot be served', () => {
  const failing = (error: unknown) =>
    serveUntil(
      { ...simulatorPackage, serveSimulator: () => Promise.reject(error) },
      { host: 'here.example', port: 80 },
      AbortSignal.abort(),
      () => 'listens',
    )

  it.each([
    ['EACCES', 'This user may not listen on port 80. Choose one above 1023 with --port.'],
    ['ENOTFOUND', 'This machine has no address here.example. Choose one of its own with --host.'],
    ['EAI_AGAIN', 'This machine has no address here.example. Choose one of its own with --host.'],
  ])('because of %s says what to do', async (code, message) => {
    await expect(failing(Object.assign(new Error(code), { code }))).rejects.toEqual(new WrongUsage(message))
  })

  it('for a reason that nobody thought of tells that reason', async () => {
    const odd = new TypeError('Odd.')
    await expect(failing(odd)).rejects.toBe(odd)
  })
})

describe('what is said of a simulator', () => {
  const listening: Listening = {
    host: '127.0.0.1',
    port: 12_111,
    apiVersion: '2026-10-28.endive',
    webhooks: [],
    stateFile: undefined,
    publicUrl: undefined,
  }

  it('is how to have webhooks and keep its state, where it has none', () => {
    const { text } = listeningAnswer(listening)
    expect(text).toContain('webhooks  none: --webhook-url says where they go\n')
    expect(text).toContain('state     in memory, and gone when it stops; --state <file> keeps it\n')
    expect(text).not.toContain('It has no lock')
  })

  it('is where they are, where it has them', () => {
    const { text } = listeningAnswer({ ...listening, stateFile: 'stripe.jsonl', publicUrl: 'https://pay.example' })
    expect(text).toContain('pages     https://pay.example\n')
    expect(text).toContain('state     stripe.jsonl\n')
  })

  it.each(['0.0.0.0', '::'])('is an address that can be called, and a warning, where it listens on %s', (host) => {
    const { text, json } = listeningAnswer({ ...listening, host })
    expect(json).toMatchObject({ url: 'http://127.0.0.1:12111', sdk: { host: '127.0.0.1' } })
    expect(text).toContain(`It has no lock: whoever reaches ${host} from elsewhere can use it, too.\n`)
  })

  it('has an address of IPv6 in brackets, but for the SDK', () => {
    expect(listeningAnswer({ ...listening, host: '::1' }).json).toMatchObject({
      url: 'http://[::1]:12111',
      sdk: { host: '::1' },
    })
  })
})

describe('the simulator as a process', () => {
  let commands: ClinicCommands
  beforeEach(() => {
    commands = until(openClinicCommands(), ({ remove }) => remove())
    rmSync(path.join(commands.folder, 'holdfast.config.mjs'))
  })
  const start = (...args: readonly string[]): Running =>
    until(commands.start(['stripe-simulator', '--json', '--port', '0', ...args]), ({ child }) => child.kill('SIGKILL'))

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'needs no configuration, serves the SDK, sends signed webhooks, and ends by %s',
    async (signal) => {
      const { url, heard } = await receiver()
      const { child, said, says, ended } = start('--webhook-url', url, '--webhook-secret', 'whsec_word')
      await says('}\n')
      const stripe = sdkOf(factsIn({ out: said }))
      const session = await stripe.checkout.sessions.create({
        mode: 'payment',
        success_url: 'https://host.example/ok',
        line_items: [
          { quantity: 1, price_data: { currency: 'eur', unit_amount: 2500, product_data: { name: 'Chair' } } },
        ],
      })
      expect(await (await fetch(session.url ?? '')).text()).toContain('Chair')
      const paid = await fetch(`${factsIn({ out: said }).url}/v1/payment_pages/${session.id}/confirm`, {
        method: 'POST',
        body: new URLSearchParams({ payment_method: 'pm_card_visa' }),
      })
      expect(paid.status).toBe(200)
      const { body, signature } = await heard(1)
      expect(stripe.webhooks.constructEvent(body, signature, 'whsec_word').object).toBe('event')
      child.kill(signal)
      expect(await ended).toEqual({ code: 0, out: expect.stringMatching(/^\{.*\}\n$/), err: 'Stopped.\n' })
    },
  )

  it('ends at once and well, with a webhook under way, which is sent again by the next one', async () => {
    const slow = await receiver(1_000)
    const args = ['--state', path.join(folder, 'stripe.jsonl'), '--webhook-url', slow.url]
    const one = start(...args)
    await one.says('}\n')
    await sdkOf(factsIn({ out: one.said })).customers.create({ email: 'ana@example.com' })
    const { body } = await slow.heard(1)
    one.child.kill('SIGTERM')
    expect(await one.ended).toMatchObject({ code: 0, err: 'Stopped.\n' })
    await start(...args).says('}\n')
    expect((await slow.heard(2)).body).toBe(body)
  })

  it('says what to install where its package is missing, and lets every other command be', () => {
    const bin = installWithoutSimulator(folder)
    const holdfast = (...args: readonly string[]) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
    const { status, stdout, stderr } = holdfast('stripe-simulator')
    expect([status, stdout]).toEqual([exitCodes.usage, ''])
    expect(stderr).toBe(
      'The simulator is a package of its own, and is not installed here. Install it beside @holdfast/adapter-cli:\n\n  npm install --save-dev @holdfast/stripe-simulator\n',
    )
    const asked = holdfast('stripe-simulator', '--json')
    expect(asked.status).toBe(exitCodes.usage)
    expect(JSON.parse(asked.stdout)).toMatchObject({ error: { code: 'package_missing' } })
    expect(holdfast('stripe-simulator', '--help').status).toBe(0)
    expect(holdfast('wait-for-redis', '--url', 'redis://127.0.0.1:1', '--timeout', '0.1')).toMatchObject({
      status: exitCodes.notNow,
      stderr: '',
    })
  })
})

/** Installs the command as npm does for somebody who wants no simulator. Answers its file. */
const installWithoutSimulator = (into: string): string => {
  const own = fileURLToPath(new URL('..', import.meta.url))
  const modules = path.join(into, 'node_modules')
  const installed = path.join(modules, '@holdfast/adapter-cli')
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(path.join(own, part), path.join(installed, part), { recursive: true })
  for (const name of ['@holdfast/core', '@commander-js/extra-typings', 'commander', 'cli-progress']) {
    const found = [own, path.join(own, '../..')].map((at) => path.join(at, 'node_modules', name)).find(existsSync)
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
    symlinkSync(found ?? name, path.join(modules, name))
  }
  return path.join(installed, 'bin/holdfast.mjs')
}
