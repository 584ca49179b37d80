import { expect, it } from 'vitest'
import { readExposition } from './exposition.ts'

const right = [
  '# HELP a_total What is counted.',
  '# TYPE a_total counter',
  'a_total{why="a \\"b\\" \\\\ \\n c",how=""} 1',
  'a_total{why="d"} 2.5e3',
  '',
  '# HELP b How it stands.',
  '# TYPE b gauge',
  'b -1',
  '# HELP c How long.',
  '# TYPE c histogram',
  'c_bucket{le="1",of="x"} 1',
  'c_bucket{le="+Inf",of="x"} 3',
  'c_sum{of="x"} 9',
  'c_count{of="x"} 3',
]

it('reads what is right', () => {
  const families = readExposition(`${right.join('\n')}\n`)
  expect([...families.keys()]).toEqual(['a_total', 'b', 'c'])
  expect(families.get('a_total')).toEqual({
    name: 'a_total',
    help: 'What is counted.',
    type: 'counter',
    samples: [
      { name: 'a_total', labels: { why: 'a "b" \\ \n c', how: '' }, value: 1 },
      { name: 'a_total', labels: { why: 'd' }, value: 2500 },
    ],
  })
})

it.each([
  ['a type without help', (lines: string[]) => lines.toSpliced(0, 1)],
  ['a sample without a type', (lines: string[]) => lines.toSpliced(1, 1)],
  ['a family that comes twice', (lines: string[]) => [...lines, ...lines.slice(0, 3)]],
  ['a series that comes twice', (lines: string[]) => lines.toSpliced(4, 0, 'a_total{why="d"} 2')],
  ['a sample of another family', (lines: string[]) => lines.toSpliced(4, 0, 'z 2')],
  ['a label without quotes', (lines: string[]) => lines.toSpliced(4, 0, 'a_total{why=d} 2')],
  ['a value that is none', (lines: string[]) => lines.toSpliced(4, 0, 'a_total{why="e"} two')],
  ['a counter below zero', (lines: string[]) => lines.toSpliced(4, 0, 'a_total{why="e"} -1')],
  ['a counter without _total', (lines: string[]) => ['# HELP d D.', '# TYPE d counter', 'd 1', ...lines]],
  ['buckets that fall', (lines: string[]) => lines.with(11, 'c_bucket{le="+Inf",of="x"} 0')],
  ['a histogram that does not add up', (lines: string[]) => lines.with(13, 'c_count{of="x"} 4')],
  ['a histogram without a sum', (lines: string[]) => lines.toSpliced(12, 1)],
  ['empty help', (lines: string[]) => lines.with(0, '# HELP a_total ')],
])('refuses %s', (_what, spoil) => {
  expect(() => readExposition(`${spoil([...right]).join('\n')}\n`)).toThrow()
})

it('refuses a last line that does not end', () => {
  expect(() => readExposition(right.join('\n'))).toThrow('The last line does not end.')
})
