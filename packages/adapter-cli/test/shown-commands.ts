import { createServer, type AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { day, hour, minute, money } from '@holdfast/core'
import { runCommandLine } from '../src/index.ts'
import { goToPay, openClinicCommands, openLostPage, pay, type ClinicCommands } from './clinic-commands.ts'
import type { Clinic } from './clinic.mjs'

/** A command line, and everything that it said on a terminal. */
export interface Shown {
  readonly args: string
  readonly said: string
}

/** Runs the commands that the README shows, in clinics that have a little of everything. */
export const showCommands = async (): Promise<readonly Shown[]> => [
  ...(await showEach()),
  ...(await showCleanUp()),
  ...(await showReconcile()),
]

/** A clinic that did not hear of a page that was paid, and has lost one that it had opened. */
const showReconcile = (): Promise<readonly Shown[]> =>
  showing(async (clinic, show) => {
    await clinic.inClinic(3 * hour, payAndRefund)
    await clinic.inClinic(2 * hour, async (host) => pay(host, (await goToPay(host)).sessionId))
    await clinic.inClinic(hour, openLostPage)
    await show('reconcile')
    await show('reconcile --fix')
  })

/** A clinic in which two have left what they wanted to buy, and one of the pages was paid without anybody here having heard. */
const showCleanUp = (): Promise<readonly Shown[]> =>
  showing(async (clinic, show) => {
    await clinic.inClinic(2 * hour, goToPay)
    await clinic.inClinic(hour + minute, async (host) => pay(host, (await goToPay(host)).sessionId))
    await show('cleanup-abandoned --hours 1 --dry-run')
    await show('cleanup-abandoned --hours 1')
    await clinic.inClinic(2 * hour, goToPay)
    await show('cleanup-abandoned --hours 1 --json')
  })

const showEach = (): Promise<readonly Shown[]> =>
  showing(async (clinic, show) => {
    clinic.configure("return openClinic(folder, 0, { tables: !['migrate', 'wait-for-database'].includes(command) })")
    await show('wait-for-database --timeout 30')
    await withRedis((port) => show(`wait-for-redis --url redis://127.0.0.1:${port}`))
    await show('migrate')
    await show('start-auto-cleanup --delay 300')
    const expired = await clinic.inClinic(day + hour, goToPay)
    const paid = await clinic.inClinic(2 * hour, payAndRefund)
    const open = await clinic.inClinic(hour, goToPay)
    await show('check-payment-status --user-email ana@example.com')
    await show(`explain ${paid.paymentId}`)
    await show('clean-expired-sessions --dry-run')
    await show('clean-expired-sessions')
    await show(`explain ${expired.paymentId}`)
    await show(`test-cancellation --payment-id ${open.paymentId} --stripe-test`)
    await show('worker', 300)
    await show('stripe-simulator --port 0 --webhook-url http://127.0.0.1:3000/webhooks/stripe', 300)
  })

type Show = (args: string, stopAfterMs?: number) => Promise<void>

/** Runs commands in a clinic of their own, and answers what they said. */
const showing = async (work: (clinic: ClinicCommands, show: Show) => Promise<void>): Promise<readonly Shown[]> => {
  const clinic = openClinicCommands()
  const shown: Shown[] = []
  const show: Show = async (args, stopAfterMs) => {
    const said: string[] = []
    const stream = () =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          said.push(chunk.toString())
          done()
        },
      })
    const stop = stopAfterMs === undefined ? {} : { stop: AbortSignal.timeout(stopAfterMs) }
    const terminal = { out: stream(), err: stream() as unknown as NodeJS.WriteStream }
    await runCommandLine(args.split(' '), { terminal, folder: clinic.folder, environment: {}, ...stop })
    shown.push({ args, said: said.join('') })
  }
  try {
    await work(clinic, show)
    return shown
  } finally {
    clinic.remove()
  }
}

const payAndRefund = async (host: Clinic) => {
  const opened = await goToPay(host)
  const { paymentId, sessionId } = opened
  await pay(host, sessionId)
  await host.holdfast.syncPayment({ actor: { type: 'system' }, paymentId })
  const staff = { type: 'staff', id: 'eve' } as const
  await host.holdfast.refundPayment({ actor: staff, paymentId, amount: money(100_00, 'MXN') })
  await host.holdfast.drainOutbox(20)
  return opened
}

const withRedis = async (work: (port: number) => Promise<void>): Promise<void> => {
  const server = createServer((socket) => void socket.resume().end('+PONG\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await work((server.address() as AddressInfo).port)
  await new Promise((resolve) => server.close(resolve))
}

/** What differs from run to run is made the same: ids, moments, ports and how long something took. */
export const masked = (text: string): string =>
  text
    .replaceAll(/\b(pay|int|att|rf|con|cs_test|re|pi|pm)_[0-9A-Za-z]{16,}/g, '$1_…')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'then')
    .replaceAll(/^\d{4}-\d\d-\d\d$/gm, 'some day')
    .replaceAll(/^\d\d:\d\d:\d\d {2}/gm, 'oclock  ')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:port')
    .replaceAll(/(--port|port:) \d+/g, '$1 port')
    .replaceAll(/\d\.\d s\)/g, 'some time)')
