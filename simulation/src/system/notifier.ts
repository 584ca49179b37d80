import type { Message, Notifier } from '@holdfast/core'
import type { Epoch, Kernel } from '../kernel/kernel.ts'

/** The host's way to tell its guests something, shared by all processes. */
export interface Messenger {
  /** What a process sends its messages with: with a gate before one is taken, and one before the process knows. */
  notifierOf(epoch: Epoch): Notifier
}

/** What can go wrong with a message: it is not taken, it is taken and nobody hears of it, it takes long. */
export const notifierFaults = ['away', 'unheard', 'slow'] as const
export type NotifierFault = (typeof notifierFaults)[number]

/** What a messenger is told, and tells. */
export interface MessengerOptions {
  readonly kernel: Kernel
  /** True while no message is taken. */
  readonly isAway: () => boolean
  /** How likely a message is not taken, or taken and not heard of. */
  readonly faultRate: () => number
  /** Says what goes wrong with a message, all sent counted from 1, instead of chance. */
  readonly faultAt?: (count: number) => NotifierFault | undefined
  readonly count: (what: string) => void
  /** Told, by whoever wants to send something, before anything is. */
  readonly onAsk: () => void
  readonly onTaken: (message: Message) => void
}

/** Takes messages; now and then it does not, takes long, or takes one and says that it has not. */
export const createMessenger = ({
  kernel,
  isAway,
  faultRate,
  faultAt,
  count,
  onAsk,
  onTaken,
}: MessengerOptions): Messenger => {
  let sent = 0
  const chooseFault = (): NotifierFault | undefined => {
    sent += 1
    if (faultAt !== undefined) return faultAt(sent)
    if (isAway()) return 'away'
    if (!kernel.tape.chance(faultRate(), 'notifier')) return undefined
    return notifierFaults[kernel.tape.choose(notifierFaults.length, 'notifier fault')]
  }
  return {
    notifierOf: (epoch) => ({
      async send(message) {
        onAsk()
        await epoch.gate('ask notifier')
        const fault = chooseFault()
        if (fault !== undefined) count(`notifier:${fault}`)
        // Longer than a lease lasts: somebody else may send it meanwhile.
        if (fault === 'slow') await epoch.sleep(90_000, 'hear notifier')
        if (fault === 'away') throw new Error('The notifier is away.')
        onTaken(message)
        await epoch.gate('hear notifier')
        if (fault === 'unheard') throw new Error('The notifier did not answer.')
      },
    }),
  }
}
