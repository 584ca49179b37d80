import cliProgress from 'cli-progress'

/** Where a command writes: results to one stream, everything said to a person meanwhile to the other. */
export interface Terminal {
  readonly out: NodeJS.WritableStream
  /** A progress bar is drawn here, where it is a terminal. */
  readonly err: NodeJS.WriteStream
}

/** Told how far something has come. */
export interface Progress {
  (progress: { readonly done: number; readonly total: number }): void
  /** Takes the bar away: what is said next begins on a line of its own. */
  stop(): void
}

/** A progress bar on the terminal, while there is something to show. Nothing at all where nobody would see it move. */
export const showProgress = ({ err }: Terminal): Progress => {
  const bar = new cliProgress.SingleBar({
    stream: err,
    format: '{bar} {value} of {total}, {eta_formatted} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    clearOnComplete: true,
    // Whoever ends the command in the middle has the terminal back as it was.
    hideCursor: false,
    linewrap: true,
    gracefulExit: false,
  })
  let shown = false
  const progress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
    if (!err.isTTY) return
    if (!shown) bar.start(total, done)
    else bar.update(done)
    shown = true
  }
  return Object.assign(progress, {
    stop() {
      if (shown) bar.stop()
      shown = false
    },
  })
}
