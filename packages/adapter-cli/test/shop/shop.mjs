// What the shop of the README's example sells, and how it tells people things: nothing, to nobody.
export const fulfilmentKinds = []
export const notifier = { send: async () => {} }
export const returnUrls = {
  of: () => ({ successUrl: 'https://shop.example/ok', cancelUrl: 'https://shop.example/no' }),
}
