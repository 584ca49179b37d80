import { signedCookie, type CookieOptions } from '@holdfast/adapter-http'
import { decodeCart, emptyCart, encodeCart, type ShopCart } from './cart.ts'

/** Carts live in a signed cookie: one for each browser, whoever is signed in, and nothing of them is stored here. */
export interface CartCookie {
  /** The cart that came with a request: empty where there is none, or none that we wrote. */
  readonly read: (request: Request) => Promise<ShopCart>
  /** The `Set-Cookie` header that keeps a cart. */
  readonly write: (cart: ShopCart) => Promise<string>
  /** The `Set-Cookie` header that forgets it. */
  readonly clear: () => Promise<string>
}

/** The cookie that carts live in, signed by the same secrets as sessions are. */
export const cartCookie = (options: CookieOptions): CartCookie => {
  const cookie = signedCookie(options, { name: 'estancias_cart', maxAgeS: 30 * 24 * 3600 })
  return {
    read: async (request) => {
      const value = await cookie.read(request)
      return (value === undefined ? undefined : decodeCart(value)) ?? emptyCart
    },
    write: (cart) => cookie.write(encodeCart(cart)),
    clear: () => cookie.clear(),
  }
}
