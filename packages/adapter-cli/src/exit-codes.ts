/** How a command ends, for whoever started it. The numbers are API: schedules and scripts read them. */
export const exitCodes = {
  /** All that was asked for is done. */
  done: 0,
  /** Some of it could not be done now: the provider or the database was away, a port taken, or a sweep under way. What is done stays; the same command may be run again. */
  notNow: 1,
  /** The command line or the configuration is wrong, or a package that is needed is not installed. Nothing was done. */
  usage: 2,
  /** Something that should not happen. What is done stays. */
  unexpected: 3,
  /** As things stand it cannot be had: there is no such payment or person, it is paid already, or it would be real money. */
  refused: 4,
  /** All was compared, and something is not the same here and at the provider. What could be mended is, where that was asked for. */
  differs: 5,
} as const

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
