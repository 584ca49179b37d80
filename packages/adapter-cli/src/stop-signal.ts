/** How a command hears that it should come to an end, see {@link listenForStop}. */
export interface StopListener {
  /** From the first call on, SIGINT (Ctrl-C) and SIGTERM abort this signal, once, instead of ending the process. */
  readonly signal: () => AbortSignal
  /** The process ends by those signals again. */
  readonly dispose: () => void
}

const signals = ['SIGINT', 'SIGTERM'] as const

/**
 * Listens to the process's own signals, but not before somebody asks: most commands may be ended at any moment. The second
 * signal ends the process at once, whatever it is at.
 */
export const listenForStop = (): StopListener => {
  const controller = new AbortController()
  const stop = (): void => {
    dispose()
    controller.abort()
  }
  const dispose = (): void => {
    for (const name of signals) process.off(name, stop)
  }
  let isListening = false
  return {
    signal: () => {
      if (!isListening) for (const name of signals) process.on(name, stop)
      isListening = true
      return controller.signal
    },
    dispose,
  }
}

/** Resolves once `signal` is aborted. The process is kept alive until then. */
export const untilStopped = async (signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) await sleep(60_000, signal)
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
