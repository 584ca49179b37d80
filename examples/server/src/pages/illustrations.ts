import { html, raw } from 'hono/html'
import type { Html } from './layout.ts'
import { articleScenes } from './shop/article-scenes.ts'

/**
 * A drawing of a property, or of an article of the shop. Decoration only: readers of the page are told nothing by it that the
 * text does not say.
 */
export const illustration = (slug: string): Html =>
  html`<svg class="scene" viewBox="0 0 400 260" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">${raw(scenes[slug] ?? articleScenes[slug] ?? '')}</svg>`

const sky = (id: string, top: string, bottom: string): string =>
  `<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs><rect width="400" height="260" fill="url(#${id})"/>`

const palm = (x: number, y: number, scale: number): string =>
  `<g transform="translate(${x} ${y}) scale(${scale})"><path d="M-3 0C2-40 6-70 16-100l6 2C14-70 8-38 6 0Z" fill="#5b3b2a"/><path d="M18-100c-26-14-48-8-58 10 20-6 38-4 58-10ZM18-100c-10-22-30-32-46-26 16 4 32 12 46 26ZM18-100c6-24 26-36 44-30-18 6-32 14-44 30ZM18-100c22-12 46-6 56 12-20-6-36-4-56-12ZM18-100c-14 4-28 18-30 36 12-12 24-22 30-36ZM18-100c14 6 26 20 28 38-10-14-20-24-28-38Z" fill="#1f6b4f"/></g>`

const pine = (x: number, y: number, scale: number, fill: string): string =>
  `<g transform="translate(${x} ${y}) scale(${scale})"><rect x="-3" y="-12" width="6" height="14" fill="#4a3326"/><path d="M0-90 16-58H8L22-34H12L28-8H-28L-12-34H-22L-8-58H-16Z" fill="${fill}"/></g>`

const star = (x: number, y: number, radius: number): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="#fff6d8"/>`

const scenes: Readonly<Record<string, string>> = {
  'casa-del-mar': `${sky('sea', '#ff9e6b', '#ffd9a0')}<circle cx="286" cy="128" r="40" fill="#fff1c9"/><rect y="140" width="400" height="70" fill="#2f8fa8"/><path d="M246 150h80M256 162h60M236 176h100M262 190h48" stroke="#ffe3b0" stroke-width="4" stroke-linecap="round" opacity=".8"/><path d="M0 204c90-22 150 6 400-10v66H0Z" fill="#f1d2a2"/><path d="M60 206v-70l52-30 52 30v70Z" fill="#fff8ef"/><path d="M50 140l62-38 62 38-6 8-56-34-56 34Z" fill="#c4633f"/><rect x="98" y="160" width="28" height="46" rx="14" fill="#2f6f86"/><rect x="72" y="150" width="18" height="20" rx="9" fill="#8cc7d4"/><rect x="134" y="150" width="18" height="20" rx="9" fill="#8cc7d4"/>${palm(40, 216, 1.15)}${palm(196, 222, 0.95)}<path d="M206 160c26 26 52 26 74 0" fill="none" stroke="#b6472f" stroke-width="5"/><path d="M280 220v-62" stroke="#5b3b2a" stroke-width="5"/>`,
  'patio-de-los-naranjos': `${sky('patio', '#f7c978', '#fbe7c0')}<rect y="36" width="400" height="176" fill="#d9703f"/><rect y="36" width="400" height="16" fill="#b3532c"/><g fill="#7c2f1d"><path d="M34 212v-84a36 36 0 0 1 72 0v84ZM164 212v-84a36 36 0 0 1 72 0v84ZM294 212v-84a36 36 0 0 1 72 0v84Z"/></g><g fill="#f6dcb8"><rect x="116" y="124" width="12" height="88"/><rect x="272" y="124" width="12" height="88"/><rect x="110" y="116" width="24" height="10"/><rect x="266" y="116" width="24" height="10"/></g><path d="M0 212h400v48H0Z" fill="#e9c594"/><path d="M0 226h400M0 244h400M60 212l-30 48M140 212l-14 48M260 212l14 48M340 212l30 48" stroke="#d3a76f" stroke-width="2"/><g><ellipse cx="200" cy="232" rx="58" ry="12" fill="#7fa9a6"/><path d="M142 222h116l-10 20H152Z" fill="#8c8377"/><ellipse cx="200" cy="222" rx="58" ry="11" fill="#a9d6d3"/><path d="M196 220v-36h8v36Z" fill="#8c8377"/><path d="M200 184c-16-12-26 8-28 30M200 184c16-12 26 8 28 30" fill="none" stroke="#dff3f2" stroke-width="3"/></g><g fill="#3f7d46"><circle cx="70" cy="150" r="34"/><circle cx="330" cy="150" r="34"/></g><path d="M66 180h8v44h-8ZM326 180h8v44h-8Z" fill="#5b3b2a"/><g fill="#ffb23e"><circle cx="56" cy="142" r="6"/><circle cx="80" cy="134" r="6"/><circle cx="74" cy="162" r="6"/><circle cx="318" cy="140" r="6"/><circle cx="342" cy="156" r="6"/><circle cx="336" cy="130" r="6"/></g>`,
  'cabana-del-bosque': `${sky('forest', '#b9dbe6', '#eaf3e6')}<path d="M0 150 70 80l56 60 60-84 74 92 58-56 82 70v108H0Z" fill="#7fa7a4"/><path d="M0 176c80-20 150-6 220-14s120-8 180 6v92H0Z" fill="#4f8f86"/><rect y="182" width="400" height="26" fill="#a8d3dc"/>${pine(40, 214, 1.2, '#2c5f45')}${pine(96, 206, 0.9, '#37744f')}${pine(352, 216, 1.3, '#2c5f45')}${pine(308, 204, 0.9, '#37744f')}<path d="M0 208c120-14 260 10 400-4v56H0Z" fill="#3b6f4c"/><g><rect x="150" y="158" width="110" height="62" fill="#8a5a3b"/><path d="M150 172h110M150 186h110M150 200h110" stroke="#6d452c" stroke-width="3"/><path d="M138 162l67-48 67 48Z" fill="#5a3a2a"/><rect x="228" y="112" width="16" height="34" fill="#77706a"/><path d="M236 104c-10-12 8-18-2-30M244 100c-8-10 6-14 0-24" stroke="#f3f6f4" stroke-width="4" fill="none" stroke-linecap="round" opacity=".85"/><rect x="192" y="182" width="26" height="38" fill="#3f281c"/><rect x="160" y="178" width="22" height="20" fill="#ffd98a"/><rect x="228" y="178" width="22" height="20" fill="#ffd98a"/></g><g fill="#e8842c"><path d="M300 92l8-6 2 8 2-8 8 6-8 6Z"/><path d="M92 60l7-5 2 7 2-7 7 5-7 5Z"/></g>`,
  'torre-de-la-selva': `${sky('lagoon', '#8fd6e8', '#dff5ef')}<path d="M0 150h400v20H0Z" fill="#1f7f97"/><path d="M0 168h400v16H0Z" fill="#2fa3b5"/><path d="M0 182h400v18H0Z" fill="#55c3c6"/><path d="M0 198h400v22H0Z" fill="#8fe0d6"/><path d="M0 150c60-40 110-20 150-36s110-4 140-20 80 10 110 20v36Z" fill="#2e6b47"/><g><path d="M170 214v-110h60v110Z" fill="#f2e6cf"/><path d="M162 106h76l-38-52Z" fill="#9a6a3a"/><path d="M164 140h72v6h-72ZM164 176h72v6h-72Z" fill="#c9a876"/><rect x="188" y="114" width="24" height="20" rx="10" fill="#2b6d7c"/><rect x="188" y="152" width="24" height="20" rx="10" fill="#2b6d7c"/><rect x="190" y="188" width="20" height="26" rx="10" fill="#6b4428"/></g><g fill="#3c8a55"><circle cx="120" cy="196" r="34"/><circle cx="88" cy="214" r="30"/><circle cx="282" cy="198" r="36"/><circle cx="322" cy="216" r="30"/><circle cx="150" cy="216" r="22"/><circle cx="252" cy="218" r="22"/></g><path d="M0 222c130-16 270 12 400-4v42H0Z" fill="#2e6b47"/><path d="M300 214h86v8h-86Z" fill="#8a5a3b"/><path d="M312 222v20M340 222v20M370 222v20" stroke="#6d452c" stroke-width="5"/><path d="M22 206c30 16 60 16 90 0-4 20-84 20-90 0Z" fill="#c4633f"/>`,
  'rancho-el-silencio': `${sky('night', '#141c46', '#5c4a7d')}${[
    [30, 40, 2],
    [70, 90, 1.5],
    [110, 30, 2.4],
    [150, 70, 1.4],
    [190, 24, 1.8],
    [230, 60, 2.4],
    [262, 28, 1.4],
    [356, 34, 2],
    [380, 92, 1.6],
    [330, 104, 1.4],
    [44, 124, 1.4],
    [208, 104, 1.4],
    [130, 108, 1.8],
  ]
    .map(([x, y, radius]) => star(x ?? 0, y ?? 0, radius ?? 1))
    .join(
      '',
    )}<path d="M300 40a30 30 0 1 0 26 46 26 26 0 1 1-26-46Z" fill="#fbe6a8"/><path d="M0 176 60 130l60 30 70-62 76 66 62-34 72 46v86H0Z" fill="#3a2f5e"/><path d="M0 200c130-16 260 6 400-8v68H0Z" fill="#8a5a48"/><path d="M0 222c120-10 280 8 400-6v44H0Z" fill="#6e4438"/><g><path d="M132 214v-54h146v54Z" fill="#c98a5b"/><path d="M126 152h158v12H126Z" fill="#a86c43"/><g fill="#7a4a2e"><rect x="138" y="164" width="8" height="5"/><rect x="164" y="164" width="8" height="5"/><rect x="190" y="164" width="8" height="5"/><rect x="216" y="164" width="8" height="5"/><rect x="242" y="164" width="8" height="5"/></g><rect x="192" y="178" width="26" height="36" fill="#5a3320"/><rect x="150" y="180" width="24" height="18" fill="#ffcf73"/><rect x="236" y="180" width="24" height="18" fill="#ffcf73"/></g><g fill="#2f6b52"><path d="M58 224v-52a9 9 0 0 1 18 0v52ZM40 200v-14a6 6 0 0 1 12 0v8h8v10H46a6 6 0 0 1-6-4ZM94 192v-14a6 6 0 0 0-12 0v10h-8v10h14a6 6 0 0 0 6-6Z"/><path d="M338 226v-40a8 8 0 0 1 16 0v40ZM370 206v-12a5 5 0 0 0-10 0v8h-8v8h12a6 6 0 0 0 6-4Z"/></g><path d="M104 232l10-20 10 20Z" fill="#ff9a3c"/><path d="M109 232l5-11 5 11Z" fill="#ffe08a"/>`,
  'loft-roma': `${sky('city', '#c9d4f2', '#f6e9f3')}<g fill="#b9a6c9"><rect x="0" y="70" width="70" height="150"/><rect x="330" y="56" width="70" height="164"/></g><rect x="84" y="40" width="232" height="180" fill="#f4e3d3"/><rect x="76" y="32" width="248" height="14" fill="#c98f7a"/><g fill="#6f8fb3"><path d="M100 62h60v62h-60ZM170 62h60v62h-60ZM240 62h60v62h-60Z"/></g><path d="M130 62v62M200 62v62M270 62v62M100 92h60M170 92h60M240 92h60" stroke="#f4e3d3" stroke-width="4"/><path d="M94 126h72v6H94ZM164 126h72v6h-72ZM234 126h72v6h-72Z" fill="#8d5a4a"/><path d="M98 132v18M110 132v18M122 132v18M134 132v18M146 132v18M158 132v18M98 150h62M238 132v18M250 132v18M262 132v18M274 132v18M286 132v18M298 132v18M238 150h62" stroke="#5f3b33" stroke-width="2.5"/><rect x="176" y="160" width="48" height="60" fill="#7a4a3c"/><path d="M92 164h74v14H92Z" fill="#3f7d6a"/><path d="M234 164h74v14h-74Z" fill="#b6472f"/><rect x="100" y="182" width="58" height="38" fill="#9bc3cf"/><rect x="242" y="182" width="58" height="38" fill="#f9dd9a"/><rect y="220" width="400" height="40" fill="#8f8a96"/><path d="M0 240h60M90 240h60M180 240h60M270 240h60M360 240h40" stroke="#f3eef4" stroke-width="3"/><path d="M36 222c4-40-2-70 6-100h8c-4 34 2 64 0 100ZM352 222c2-40 0-70-6-96h8c8 30 6 60 8 96Z" fill="#5b4136"/><g fill="#8e6cc7"><circle cx="20" cy="118" r="28"/><circle cx="58" cy="100" r="32"/><circle cx="40" cy="74" r="28"/><circle cx="84" cy="128" r="20"/><circle cx="352" cy="92" r="32"/><circle cx="384" cy="120" r="28"/><circle cx="330" cy="124" r="20"/><circle cx="376" cy="72" r="24"/></g><g fill="#b79be0"><circle cx="30" cy="96" r="12"/><circle cx="66" cy="84" r="10"/><circle cx="360" cy="78" r="12"/><circle cx="340" cy="108" r="9"/></g>`,
}
