import { parseArgs } from 'node:util'
import type { ServeOptions } from './server/serve.ts'

/** What a command line asks for: a server, the help text, or nothing that can be understood. */
export type Command =
  | { readonly type: 'serve'; readonly options: ServeOptions }
  | { readonly type: 'help' }
  | { readonly type: 'mistake'; readonly message: string }

/** The text of `--help`. */
export const helpText = `stripe-simulator: a stateful Stripe on your own machine.

Usage: stripe-simulator [options]

  --port <number>            where to listen (default 12111; 0 takes a free one)
  --host <address>           on which address (default 127.0.0.1)
  --webhook-url <url>        deliver every event there, signed; may be given more than once
  --webhook-secret <secret>  what signs the deliveries (default whsec_simulator); one for all, or one for each
  --state <file>             keep the whole state in this file, and start from it
  --seed <text>              make ids and chance repeatable
  --public-url <url>         the address of the hosted pages, when it is not the one that is called
  --help                     this text

Then point the official SDK at it:

  new Stripe('sk_test_anything', { host: '127.0.0.1', port: 12111, protocol: 'http' })
`

/** Reads a command line, without the program's own name. Mistakes are told in a sentence that names the option. */
export const readCommandLine = (args: readonly string[]): Command => {
  const parsed = parse(args)
  if (typeof parsed === 'string') return { type: 'mistake', message: parsed }
  if (parsed.help === true) return { type: 'help' }
  const port = Number(parsed.port ?? 12_111)
  if (!/^\d+$/.test(parsed.port ?? '12111') || port > 65_535) {
    return { type: 'mistake', message: `--port takes a number from 0 to 65535, not "${parsed.port}".` }
  }
  const urls = parsed['webhook-url'] ?? []
  const secrets = parsed['webhook-secret'] ?? ['whsec_simulator']
  for (const url of [...urls, ...(parsed['public-url'] === undefined ? [] : [parsed['public-url']])]) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      return { type: 'mistake', message: `"${url}" is not an http or https address.` }
    }
  }
  if (parsed['webhook-secret'] !== undefined && urls.length === 0) {
    return { type: 'mistake', message: '--webhook-secret needs a --webhook-url.' }
  }
  if (secrets.includes('')) {
    return { type: 'mistake', message: '--webhook-secret is empty: anybody could sign with it. Give it a value.' }
  }
  if (secrets.length > 1 && secrets.length !== urls.length) {
    return { type: 'mistake', message: 'Give --webhook-secret once, or once for each --webhook-url.' }
  }
  return {
    type: 'serve',
    options: {
      port,
      ...(parsed.host !== undefined && { host: parsed.host }),
      ...(parsed.state !== undefined && { stateFile: parsed.state }),
      ...(parsed.seed !== undefined && { seed: parsed.seed }),
      ...(parsed['public-url'] !== undefined && { publicUrl: parsed['public-url'] }),
      webhooks: urls.map((url, index) => ({ url, secret: secrets[index] ?? secrets[0] ?? '' })),
    },
  }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        'webhook-url': { type: 'string', multiple: true },
        'webhook-secret': { type: 'string', multiple: true },
        state: { type: 'string' },
        seed: { type: 'string' },
        'public-url': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
