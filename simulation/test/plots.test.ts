import { expect, it } from 'vitest'
import { below, randomFrom } from '../src/kernel/random.ts'
import { allCards } from '../src/workload/draw-act.ts'
import { plots } from '../src/workload/plots.ts'

it.each(Object.entries(plots))('comes to something whatever is drawn: %s', (name, plot) => {
  for (let draw = 0; draw < 200; draw += 1) {
    const random = randomFrom(`${name}/${draw}`)
    const beats = plot(random, { processes: 1 + below(random, 3), contested: 1 + below(random, 5), cards: allCards })
    expect(beats.length).toBeGreaterThan(0)
  }
})
