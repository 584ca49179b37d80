import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const usage = `npm run processes -- [options]

Without options: every named scenario, on each database.

  --minutes M        instead, random kills and pauses under load, for M minutes
  --db NAME          sqlite or postgres; otherwise both
  --seed X           draw the moments from this seed; a random one otherwise
  --only TEXT        the scenarios whose name has this in it; may be given several times
  --times N          each scenario so many times, with other moments each time

The exit code is that of the tests: 0 where every rule held. It is 2 where nothing was to be played.`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    db: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    times: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const isKnown =
  (values.db === undefined || ['sqlite', 'postgres'].includes(values.db)) &&
  (values.times === undefined || /^[1-9]\d{0,3}$/.test(values.times))
if (values.help || !isKnown) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}

const folder = values.minutes === undefined ? 'processes/scenarios' : 'processes/long'
// Vitest takes a pattern; here a text is meant as it is.
const patterns = values.only.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
const only = patterns.length === 0 ? [] : ['-t', patterns.join('|')]
const reports = mkdtempSync(join(tmpdir(), 'processes-'))
const report = join(reports, 'vitest.json')
const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')))
const { status } = spawnSync(
  process.execPath,
  [
    ...[vitest, 'run', '--config', 'processes/vitest.config.ts', folder, ...only],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(values.minutes === undefined ? {} : { PROCESSES_MINUTES: values.minutes }),
      ...(values.db === undefined ? {} : { PROCESSES_DB: values.db }),
      ...(values.times === undefined ? {} : { PROCESSES_TIMES: values.times }),
      ...(values.seed === undefined ? {} : { PROCESSES_SEED: values.seed }),
    },
  },
)
const isNothing = status === 0 && JSON.parse(readFileSync(report, 'utf8')).numPassedTests === 0
rmSync(reports, { recursive: true })
if (isNothing) {
  console.error(
    `No scenario has '${values.only.join("' or '")}' in its name${values.db === undefined ? '' : ` on ${values.db}`}.`,
  )
  process.exit(2)
}
process.exit(status ?? 1)
