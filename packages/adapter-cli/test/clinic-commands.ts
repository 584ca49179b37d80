import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { hour, instant, money, type OwnerId, type PaymentId } from '@holdfast/core'
import { randomIds } from '@holdfast/core/system'
import { openClinic, type Clinic } from './clinic.mjs'

const bin = fileURLToPath(new URL('../bin/holdfast.mjs', import.meta.url))
const ana = { type: 'owner', id: 'ana' as OwnerId } as const

/** How a command ended, and what it had said. */
export interface Ended {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess
  /** What it has said so far, on standard output and standard error. */
  readonly said: () => string
  /** Resolves once it has said this. @throws what it said instead, when it ended. */
  readonly says: (text: string) => Promise<void>
  readonly ended: Promise<Ended>
}

/** A folder with a clinic in it, and its `holdfast` command. */
export interface ClinicCommands {
  readonly folder: string
  /** Writes the configuration of the folder, whose function has this body. */
  readonly configure: (body: string) => void
  /** Runs the command as a shell would, in a process of its own. */
  readonly holdfast: (...args: readonly string[]) => Promise<Ended>
  /** As {@link ClinicCommands.holdfast}, for a command that goes on. */
  readonly start: (args: readonly string[], environment?: Readonly<Record<string, string>>) => Running
  /** What is done in the clinic so long ago, without any command. */
  readonly inClinic: <T>(agoMs: number, work: (clinic: Clinic) => Promise<T>) => Promise<T>
  /** What is so by now: the payment, its intent, and its page at Stripe. */
  readonly standing: (paymentId: PaymentId) => Promise<readonly (string | null | undefined)[]>
  readonly remove: () => void
}

/** Makes a clinic in a folder of its own. */
export const openClinicCommands = (): ClinicCommands => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-cli-'))
  const configure = (body: string): void =>
    writeFileSync(
      path.join(folder, 'holdfast.config.mjs'),
      `import { openClinic } from ${JSON.stringify(new URL('./clinic.mjs', import.meta.url).href)}
     const folder = ${JSON.stringify(folder)}
     export const holdfast = async ({ command, dryRun }) => { ${body} }\n`,
    )
  configure('return openClinic(folder)')
  const start: ClinicCommands['start'] = (args, environment = {}) => {
    const { NODE_ENV: _, STRIPE_SECRET_KEY: __, REDIS_URL: ___, ...inherited } = process.env
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: { ...inherited, ...environment } })
    const said = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
    let isOver = false
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code, signal) => {
        isOver = true
        resolve({ code: code ?? signal, ...said })
      })
    })
    return {
      child,
      ended,
      said: () => said.out + said.err,
      says: async (text) => {
        while (!(said.out + said.err).includes(text)) {
          if (isOver) throw new Error(`It ended without saying '${text}': ${said.out}${said.err}`)
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      },
    }
  }
  const inClinic: ClinicCommands['inClinic'] = async (agoMs, work) => {
    const clinic = await openClinic(folder, agoMs)
    try {
      return await work(clinic)
    } finally {
      await clinic.close()
    }
  }
  return {
    folder,
    configure,
    start,
    holdfast: (...args) => start(args).ended,
    inClinic,
    standing: (paymentId) =>
      inClinic(0, ({ unitOfWork, simulator }) =>
        unitOfWork.read(async (tx) => {
          const payment = (await tx.payments.find(paymentId))?.value.payment
          const intent = await tx.intents.find(payment?.subject.id as never)
          const session = simulator
            .ledger()
            .derived.sessions.find(({ metadata }) => metadata['payment_id'] === paymentId)
          return [payment?.status, intent?.value.status, session?.status]
        }),
      ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Ana opens an intent for a consultation, and nothing else. */
export const openIntent = async ({ holdfast }: Clinic) => {
  const opened = await holdfast.openIntent({ actor: ana, kind: 'consultation', payload: {} })
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}

/** Ana goes as far as the payment page. */
export const goToPay = async (clinic: Clinic) => {
  const opened = await openIntent(clinic)
  const page = await clinic.holdfast.startCheckout({ actor: ana, paymentId: opened.paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
  return { ...opened, sessionId: page.value.sessionId }
}

/** A page is paid at Stripe. Nobody is told of it here. */
export const pay = async (clinic: Clinic, sessionId: string): Promise<void> => {
  const answer = await confirm(clinic, sessionId, 'pm_card_visa')
  if (!answer.ok) throw new Error(await answer.text())
}

/** A card is declined on a page at Stripe: there is not enough money on it. Nobody is told of it here. */
export const decline = async (clinic: Clinic, sessionId: string): Promise<void> => {
  const answer = await confirm(clinic, sessionId, 'pm_card_chargeDeclinedInsufficientFunds')
  if (answer.status !== 402) throw new Error(await answer.text())
}

const confirm = ({ simulator }: Clinic, sessionId: string, paymentMethod: string): Promise<Response> =>
  simulator.fetch(`http://127.0.0.1:12111/v1/payment_pages/${sessionId}/confirm`, {
    method: 'POST',
    body: new URLSearchParams({ payment_method: paymentMethod }),
  })

/** A page that this clinic has opened, and of which its database knows nothing. */
export const openLostPage = async ({ paymentProvider }: Clinic): Promise<string> => {
  const ids = randomIds()
  const attemptId = ids.next('attempt')
  const opened = await paymentProvider.openSession({
    attemptId,
    paymentId: ids.next('payment'),
    idempotencyKey: attemptId,
    amount: money(400_00, 'MXN'),
    item: { name: 'Consultation · Dr Vega', description: 'By chat' },
    purpose: 'consultation',
    owner: ana.id,
    metadata: {},
    saveCard: false,
    successUrl: 'https://host.example/ok',
    cancelUrl: 'https://host.example/no',
    expiresAt: instant(Date.now() + 12 * hour),
  })
  if (opened.type !== 'reported') throw new Error('No page.')
  return opened.report.providerId ?? ''
}
