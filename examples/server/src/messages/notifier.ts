import type { Clock, Notifier } from '@holdfast/core'
import type { GuestBook } from './guest-book.ts'

/**
 * Tells guests things by putting them on their "Messages" page. A host that sends e-mail would hand the message's id to
 * its mail service as the idempotency key; here it is the primary key, so that a message told twice is there once.
 */
export const guestBookNotifier = (guestBook: Pick<GuestBook, 'keepMessage'>, clock: Pick<Clock, 'now'>): Notifier => ({
  send: (message) => guestBook.keepMessage(message, clock.now()),
})
