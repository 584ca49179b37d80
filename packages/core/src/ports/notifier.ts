import type { Message } from '../effect/effect.ts'

/** Tells owners things, in the host's words and by the host's means. */
export interface Notifier {
  /**
   * Hands over one message. It may be handed over again after a crash: the message's `id` says that it is the same.
   *
   * @throws anything to have the message tried again later.
   */
  send(message: Message): Promise<void>
}
