import { onTestFinished } from 'vitest'

/** Something a test opens. */
interface Closable {
  close(): Promise<void>
}

/** Closes it when the test that opens it is over; what was opened last, first. */
export const opened = <T extends Closable>(one: T): T => {
  onTestFinished(() => one.close())
  return one
}
