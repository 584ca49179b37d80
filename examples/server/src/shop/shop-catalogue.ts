import type { ShopCatalogue } from '@holdfast/core'
import type { GuestBook } from '../messages/guest-book.ts'
import { articles, soldAs } from './articles.ts'

/** What the shop sells, the same to everybody. The names that stand on an order are in the language its buyer read last. */
export const createShopCatalogue = (guestBook: Pick<GuestBook, 'findLanguage'>): ShopCatalogue => ({
  find: async (ids, { owner }) => {
    const language = guestBook.findLanguage(owner) ?? 'en'
    const wanted = new Set<string>(ids)
    return articles.filter(({ slug }) => wanted.has(slug)).map((article) => soldAs(article, language))
  },
})
