import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

it.each([1, 2])('gives the sums of what was done when it is stopped by Ctrl-C, with %i workers', async (workers) => {
  const run = spawn(process.execPath, [program, '--minutes', '30', '--workers', String(workers)])
  let said = ''
  run.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!said.includes('Seeds from') && (said + text).includes('Seeds from')) run.kill('SIGINT')
    said += text
  })
  const code = await new Promise((resolve) => run.once('exit', resolve))
  expect(said).toMatch(/Stopping after this seed/)
  expect(said).toMatch(/^seeds \d+, failing 0$/m)
  expect(said).toMatch(
    /^code [0-9a-f]{12} of library [0-9a-f]{12}: npm run simulate -- --from \d+ --seeds \d+ --profile swarm$/m,
  )
  expect(code).toBe(130)
})
