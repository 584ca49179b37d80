export { pinoLogger, type Pino, type PinoLoggerOptions } from './logging/pino-logger.ts'
