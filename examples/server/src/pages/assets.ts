import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** A file that pages refer to, under an address that changes when it does. */
export interface Asset {
  readonly path: string
  readonly type: string
  readonly body: string
}

/** The one stylesheet and the one script. */
export interface Assets {
  readonly style: Asset
  readonly script: Asset
}

/** Reads the assets from the example's own folder. */
export const loadAssets = (): Assets => ({
  style: load('stays.css', 'text/css; charset=utf-8'),
  script: load('stays.js', 'text/javascript; charset=utf-8'),
})

const load = (name: string, type: string): Asset => {
  const body = readFileSync(new URL(`../../assets/${name}`, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
  return { path: `/assets/${hash}/${name}`, type, body }
}
