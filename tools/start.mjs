// What `npm start` runs: builds the example server and becomes it, so that a signal to npm reaches the server.
import { spawnSync } from 'node:child_process'

const build = spawnSync(
  process.execPath,
  ['node_modules/turbo/bin/turbo', 'run', 'build', '--filter=@holdfast/example-server...', '--output-logs=errors-only'],
  { stdio: ['ignore', 2, 2] },
)
if (build.status !== 0) {
  process.stderr.write('The build failed, so nothing was started. If packages are missing, run `npm ci` first.\n')
  process.exit(1)
}
process.chdir('examples/server')
await import('../examples/server/dist/main.js')
