/** What Stripe's hosted page speaks, besides choosing by itself. Source: the types of SDK 23.1. */
const spoken = (
  'bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ' +
  'ro ru sk sl sv th tr vi zh zh-HK zh-TW'
).split(' ')

/** Tags whose page has another name. */
const elsewhere = [
  ['no', 'nb'],
  ['nn', 'nb'],
  ['tl', 'fil'],
  ['hi', 'hi-IN'],
  ['zh-hant', 'zh-TW'],
  ['zh-mo', 'zh-HK'],
  ['zh-hant-hk', 'zh-HK'],
] as const

const pages = new Map<string, string>([...spoken.map((tag) => [tag.toLowerCase(), tag] as const), ...elsewhere])

/** The Spanish of the Americas is one page. */
const americas = new Set('ar bo cl co cr cu do ec gt hn mx ni pa pe pr py sv us uy ve'.split(' '))

/** The language of the page for a BCP 47 tag; `undefined` leaves the choice to the page, as for a language it lacks. */
export const toStripeLocale = (tag: string): string | undefined => {
  const wanted = tag.toLowerCase().replaceAll('_', '-')
  const [language = '', ...rest] = wanted.split('-')
  if (language === 'es' && rest.some((part) => americas.has(part))) return 'es-419'
  for (const candidate of [wanted, ...(rest[0] === undefined ? [] : [`${language}-${rest[0]}`]), language]) {
    const found = pages.get(candidate)
    if (found !== undefined) return found
  }
  return undefined
}
