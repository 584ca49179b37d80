import { html } from 'hono/html'
import { doctors, type Doctor } from '../../clinic/doctors.ts'
import type { Html } from '../layout.ts'

/** A drawing of a doctor. Decoration only: readers of the page are told nothing by it that the text does not say. */
export const portrait = ({ slug }: Pick<Doctor, 'slug'>): Html => {
  const look = looks[doctors.findIndex((doctor) => doctor.slug === slug)] ?? looks[0]
  const { ground, skin, hair, coat } = look
  return html`<svg class="portrait" viewBox="0 0 96 96" aria-hidden="true" focusable="false"><rect width="96" height="96" fill="${ground}"/>
<path d="${look.back}" fill="${hair}"/><path d="M14 96c2-22 16-30 34-30s32 8 34 30Z" fill="${coat}"/><path d="M40 56h16v14l-8 8-8-8Z" fill="${skin}"/>
<circle cx="48" cy="42" r="18" fill="${skin}"/><path d="${look.front}" fill="${hair}"/>
<path d="M36 70c-2 12 4 18 12 18s14-6 12-18" fill="none" stroke="#3d4a5c" stroke-width="2.5"/><circle cx="60" cy="86" r="3.5" fill="#3d4a5c"/></svg>`
}

const longHair = 'M26 44c0-18 10-26 22-26s22 8 22 26v24c-6 4-38 4-44 0Z'
const shortHair = 'M30 40c0-12 8-20 18-20s18 8 18 20c-6-6-10-8-18-8s-12 2-18 8Z'

const looks = [
  { ground: '#f3d6c2', skin: '#d99c73', hair: '#3a2318', coat: '#ffffff', back: longHair, front: shortHair },
  {
    ground: '#cfe3e2',
    skin: '#e3b08c',
    hair: '#2f5d62',
    coat: '#f4f8fb',
    back: 'M22 46c0-20 12-30 26-30s26 10 26 30c0 16-4 26-10 30H32c-6-4-10-14-10-30Z',
    front: 'M30 42c0-14 8-20 18-20s18 6 18 20c-4-8-10-12-18-12s-14 4-18 12Z',
  },
  { ground: '#d8e6c8', skin: '#b97a53', hair: '#1f1712', coat: '#3f7d6a', back: '', front: shortHair },
  {
    ground: '#e3d5ef',
    skin: '#edc2a2',
    hair: '#8a4b2a',
    coat: '#ffffff',
    back: 'M28 44c0-16 8-26 20-26s20 10 20 26v10c-4 6-36 6-40 0Z',
    front: 'M30 42c-1-14 8-22 18-22s19 8 18 22c-2-8-8-11-14-12-8 8-16 8-22 12Z',
  },
] as const
