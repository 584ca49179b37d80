/** What stands where something was that must not be told. */
export const redacted = '[redacted]'

/**
 * A text without what must not be in a log, as far as it can be told by its form: keys and secrets of Stripe's, passwords and
 * tokens that are named so, what authorizes a request, e-mail addresses, telephone numbers with their country, card and bank account
 * numbers that add up, and of addresses on the web all but where they lead. A name of a person has no form, and is not found.
 *
 * What is longer than 2,000 characters is cut.
 */
export const scrub = (text: string): string => {
  if (plainWord.test(text)) return text
  // First a longer part, so that nothing is cut in two and not known again.
  const part = text.length > longest ? text.slice(0, 2 * longest) : text
  const clean = rules.reduce((sofar, [pattern, replace]) => sofar.replace(pattern, replace), part)
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean
}

const longest = 2_000

/** Names and codes, which most texts are. */
const plainWord = /^(?!.*(?:[sr]k_|whsec_|_secret_))[a-z_]{1,64}$/

type Rule = readonly [pattern: RegExp, replace: (...found: string[]) => string]
const gone = (): string => redacted

// Each is bounded, so that a long text takes no longer than it has letters.
const rules: readonly Rule[] = [
  // Postgres and others have the password in the address; a page's own address is a key to it.
  [/\b[a-z][a-z\d+.-]{0,20}:\/\/[^\s"'<>`]+/gi, (address) => leadOf(address)],
  [/\b(?:sk|rk)_(?:test|live)_\w+/g, gone],
  [/\bwhsec_[\w+/=-]+/g, gone],
  [/\b\w{1,80}_secret_\w+/g, gone],
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, gone],
  [/\b(Bearer|Basic) +[\w.~+/=-]+/gi, (_all, scheme = '') => `${scheme} ${redacted}`],
  [/\b((?:set-)?cookie["']? {0,3}[=:] {0,3})[^\n]+/gi, (_all, name = '') => `${name}${redacted}`],
  [
    /\b([\w-]{0,40}?(?:password|passwd|pwd|secret|token|api[_-]?key|authorization|csrf|signature)[\w-]{0,20}["']? {0,3}[=:] {0,3}["']?)[^\s"',;&]+/gi,
    (_all, name = '') => `${name}${redacted}`,
  ],
  [/[^\s@<>"'`(),:;=[\]{}]{1,64}(?:@|%40)[^\s@<>"'`(),:;=[\]{}]{1,255}/gi, gone],
  [/\d(?:[ .-]?\d){12,}/g, (digits) => (holdsCardNumber(digits) ? redacted : digits)],
  [/\b[A-Z]{2}\d{2}(?: ?[A-Z\d]){11,30}\b/g, (text) => (isBankAccount(text) ? redacted : text)],
  [/(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\w)/g, gone],
]

/** Scheme, host and path of an address, but for what a hosted page is opened with. */
const leadOf = (address: string): string => {
  const [, scheme = '', rest = ''] = /^([^:]+:\/\/)(.*)$/s.exec(address) ?? []
  const [place = ''] = rest.split(/[?#]/)
  const [authority = '', ...path] = place.split('/')
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return `${scheme}${[host, ...path].join('/').replace(/(\/c\/pay\/).*$/, `$1${redacted}`)}`
}

/**
 * Whether some of these digits, in a row, could be the number of a card: 14 to 19 (13 where they begin with a 4) that
 * begin with 2 to 6 and whose Luhn sum is right, as it is for one number in ten by chance.
 */
export const holdsCardNumber = (text: string): boolean => {
  const digits = text.replaceAll(/\D/g, '')
  for (let from = 0; from <= digits.length - 13; from += 1)
    for (let length = 13; length <= Math.min(19, digits.length - from); length += 1)
      if (isCardNumber(digits.slice(from, from + length))) return true
  return false
}

const isCardNumber = (digits: string): boolean => {
  if (!/^(?:4|[2-6]\d{13})/.test(digits)) return false
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at])
    const weighed = at % 2 === 0 ? digit : digit * 2
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

/** An IBAN, by its remainder. */
const isBankAccount = (text: string): boolean => {
  const account = text.replaceAll(' ', '')
  const digits = `${account.slice(4)}${account.slice(0, 4)}`.replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  return BigInt(digits) % 97n === 1n
}
