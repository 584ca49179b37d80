import type { ReturnUrls } from '@holdfast/core'
import type { Language } from './language/language.ts'
import type { GuestBook } from './messages/guest-book.ts'

/** Where people come back to from the payment page: told which payment it was and, once there is one, which booking or order. */
export const createReturnUrls = (publicUrl: string, guestBook: Pick<GuestBook, 'findLanguage'>): ReturnUrls => ({
  of: ({ id, subject, owner }) => {
    const about = new URLSearchParams({
      ...(subject.type === 'reservation' ? { booking_id: subject.id } : {}),
      ...(subject.type === 'order' ? { order_id: subject.id } : {}),
      payment_id: id,
    })
    const language = guestBook.findLanguage(owner)
    return {
      successUrl: `${publicUrl}/payment/success?${about.toString()}`,
      cancelUrl: `${publicUrl}/payment/cancel?${about.toString()}`,
      ...(language === undefined ? {} : { locale: pageLocales[language] }),
    }
  },
})

/** In whose Spanish and English the payment page is: the stays are in Mexico. It speaks no Persian, and chooses by itself. */
const pageLocales: Readonly<Record<Language, string>> = { en: 'en', es: 'es-MX', fa: 'fa' }
