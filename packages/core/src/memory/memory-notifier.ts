import type { Message } from '../effect/effect.ts'
import type { Notifier } from '../ports/notifier.ts'

/** A notifier that keeps what it is given. */
export interface MemoryNotifier extends Notifier {
  /** What owners were told, oldest first: each message once, however often it was handed over. */
  readonly sent: readonly Message[]
  /** How often a message was handed over and taken. */
  timesHandedOver(id: string): number
  /** Throws for the next `times` messages, as a mail server that is away would. */
  failNext(times: number): void
}

/** Keeps messages by id instead of sending them. */
export const memoryNotifier = (): MemoryNotifier => {
  const messages = new Map<string, { readonly message: Message; readonly times: number }>()
  let failures = 0
  return {
    get sent() {
      return [...messages.values()].map(({ message }) => message)
    },
    timesHandedOver: (id) => messages.get(id)?.times ?? 0,
    failNext(times) {
      failures = times
    },
    async send(message) {
      if (failures > 0) {
        failures -= 1
        throw new Error('The notifier was told to fail.')
      }
      const known = messages.get(message.id)
      messages.set(message.id, { message: known?.message ?? message, times: (known?.times ?? 0) + 1 })
    },
  }
}
