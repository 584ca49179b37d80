#!/usr/bin/env node
import { helpText, readCommandLine } from './command-line.ts'
import { serveSimulator, type ServeOptions } from './server/serve.ts'

// Exit codes: 0 stopped as asked, 1 could not run, 2 the command line could not be understood.
const run = async (options: ServeOptions): Promise<void> => {
  const server = await serveSimulator(options)
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      void server.close().then(() => process.exit(0))
    })
  }
  const targets = (options.webhooks ?? []).map(({ url }) => `  webhooks to ${url}\n`)
  process.stdout.write(`The Stripe simulator listens on ${server.url}\n${targets.join('')}`)
}

const explain = (error: unknown, options: ServeOptions): string => {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `Port ${options.port} is taken. Stop what uses it, or choose another with --port.`
  if (code === 'EACCES') return `Not allowed: ${error.message}`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${options.host}. Choose one of its own with --host.`
  return error.message
}

const command = readCommandLine(process.argv.slice(2))
switch (command.type) {
  case 'help':
    process.stdout.write(helpText)
    break
  case 'mistake':
    process.stderr.write(`${command.message}\nTry stripe-simulator --help.\n`)
    process.exitCode = 2
    break
  case 'serve':
    run(command.options).catch((error: unknown) => {
      process.stderr.write(`${explain(error, command.options)}\n`)
      process.exit(1)
    })
}
