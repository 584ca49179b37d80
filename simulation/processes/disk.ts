import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Whether a disk can be put under a program here: that takes Linux, and a C compiler. In CI there has to be both. */
export const hasDisk = (() => {
  if (process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0) return true
  const advice = 'A disk that is slow, full or loses power takes Linux and a C compiler (cc).'
  if (process.env['CI'] !== undefined) throw new Error(advice)
  console.warn(`\n*** The scenarios of the disk are LEFT OUT. ${advice} ***\n`)
  return false
})()

/** The disk under one folder, as a program sees it that is started with its environment. */
export interface Disk {
  readonly environment: Readonly<Record<string, string>>
  /** How long every sync takes from now on, in milliseconds. */
  readonly setSyncMs: (ms: number) => void
  /** Whether there is no room from now on for a file to grow. */
  readonly setFull: (full: boolean) => void
  /** From now on a sync does nothing, and says that it has. */
  readonly lie: () => void
  /**
   * Leaves of every file what was synced, and of what was written since each page or not, as `survives` has it. Nobody may have
   * one of them open.
   */
  readonly losePower: (survives: () => boolean) => void
}

const pageSize = 4096

/** Puts a disk under `folder`. @throws what the compiler said. */
export const createDisk = (folder: string): Disk => {
  const own = join(folder, 'disk')
  const [durable, control, library] = [join(own, 'durable'), join(own, 'control'), join(own, 'disk.so')]
  mkdirSync(durable, { recursive: true })
  const source = fileURLToPath(new URL('disk.c', import.meta.url))
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-o', library, source, '-ldl'])
  if (status !== 0) throw new Error(`The disk could not be compiled: ${stderr.toString()}`)
  const say = (state: { readonly syncMs?: number; readonly lies?: boolean; readonly isFull?: boolean } = {}): void => {
    const { syncMs = 0, lies = false, isFull = false } = state
    writeFileSync(control, `${syncMs} ${Number(lies)} ${Number(isFull)}\n`)
  }
  say()
  return {
    environment: { LD_PRELOAD: library, DISK_FOLDER: folder, DISK_DURABLE: durable, DISK_CONTROL: control },
    setSyncMs: (syncMs) => say({ syncMs }),
    setFull: (isFull) => say({ isFull }),
    lie: () => say({ lies: true }),
    losePower: (survives) => {
      for (const name of readdirSync(folder).filter((each) => each.startsWith('stays.db'))) {
        const [file, kept] = [join(folder, name), join(durable, name)]
        // What says who is at which page is in memory, and never on the disk.
        if (name.endsWith('-shm') || (!existsSync(kept) && !survives())) rmSync(file)
        else
          writeFileSync(
            file,
            mixed(existsSync(kept) ? readFileSync(kept) : Buffer.alloc(0), readFileSync(file), survives),
          )
      }
    },
  }
}

/** Pages that were written and not synced may be there or not, in any order; the file is as long as the last of them. */
const mixed = (synced: Buffer, written: Buffer, survives: () => boolean): Buffer => {
  const pages: Buffer[] = []
  let length = synced.length
  for (let at = 0; at < Math.max(synced.length, written.length); at += pageSize) {
    const [before, after] = [synced, written].map((whole) => whole.subarray(at, at + pageSize)) as [Buffer, Buffer]
    const isThere = after.length >= before.length && !after.equals(before) && survives()
    if (isThere) length = Math.max(length, at + after.length)
    const page = Buffer.alloc(pageSize)
    ;(isThere ? after : before).copy(page)
    pages.push(page)
  }
  return Buffer.concat(pages).subarray(0, length)
}
