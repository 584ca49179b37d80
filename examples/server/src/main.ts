import { readConfig } from './config.ts'
import { createLogger } from './logging.ts'
import { startServer } from './server.ts'
import { explainFailure } from './start-failure.ts'

// Exit codes: 0 stopped as asked, 1 could not start.
const stop = (lines: readonly string[]): never => {
  process.stderr.write(`The server cannot start.\n${lines.map((line) => `  ${line}\n`).join('')}`)
  process.exit(1)
}

const config = readConfig(process.env, process.cwd())
if (!config.ok) stop(config.error)
else {
  const logger = createLogger(config.value)
  const running = await startServer(config.value, logger).catch((error: unknown) =>
    stop([explainFailure(error, config.value)]),
  )
  process.stdout.write(
    `Estancias, an example of Holdfast, listens on ${running.url}\n${running.facts.map((fact) => `  ${fact}\n`).join('')}`,
  )

  let stopping = false
  const drain = (signal: string): void => {
    if (stopping) return
    stopping = true
    logger.log('info', 'server_stopping', { signal })
    running.drain().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.log('error', 'server_stop_failed', { detail: String(error) })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', drain)
  process.on('SIGINT', drain)
}
