/** A wall, and the table that things stand on. */
const room = (id: string, top: string, bottom: string, table: string): string =>
  `<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs><rect width="400" height="260" fill="url(#${id})"/><path d="M0 206h400v54H0Z" fill="${table}"/>`

/** A mug without its paint. */
const mug = (fill: string, shade: string): string =>
  `<ellipse cx="200" cy="216" rx="78" ry="9" fill="#000" opacity=".12"/><path d="M252 112h16a32 32 0 0 1 0 64h-14" fill="none" stroke="${shade}" stroke-width="15" stroke-linecap="round"/><path d="M138 84h118v96a34 34 0 0 1-34 34h-50a34 34 0 0 1-34-34Z" fill="${fill}"/><path d="M232 84h24v96a34 34 0 0 1-34 34h-8a18 18 0 0 0 18-18Z" fill="${shade}" opacity=".55"/><ellipse cx="197" cy="84" rx="59" ry="12" fill="${shade}"/><ellipse cx="197" cy="86" rx="49" ry="8" fill="#4b2c1c"/>`

const flower = (x: number, y: number, petal: string, heart: string): string =>
  `<g transform="translate(${x} ${y})"><g fill="${petal}">${[0, 60, 120, 180, 240, 300]
    .map((turn) => `<ellipse cx="0" cy="-11" rx="6" ry="10" transform="rotate(${turn})"/>`)
    .join('')}</g><circle r="6" fill="${heart}"/></g>`

const dots = (fill: string, radius: number, places: readonly (readonly [number, number])[]): string =>
  `<g fill="${fill}">${places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="${radius}"/>`).join('')}</g>`

/** A band of steps across a rug, mirrored in its middle. */
const steps = (y: number, fill: string): string =>
  `<path d="M120 ${y}h20v8h20v8h20v8h40v-8h20v-8h20v-8h20v-6H120Z" fill="${fill}"/>`

const banner = (x: number, fill: string, cut: string): string =>
  `<g transform="translate(${x} 62)"><path d="M0 0h84v92l-7 10-7-10-7 10-7-10-7 10-7-10-7 10-7-10-7 10-7-10-7 10-7-10Z" fill="${fill}"/><g fill="${cut}"><path d="M42 16 54 34 42 52 30 34Z"/><circle cx="16" cy="20" r="6"/><circle cx="68" cy="20" r="6"/><circle cx="16" cy="50" r="6"/><circle cx="68" cy="50" r="6"/><path d="M10 70h64v6H10Z"/><circle cx="18" cy="84" r="3.5"/><circle cx="34" cy="84" r="3.5"/><circle cx="50" cy="84" r="3.5"/><circle cx="66" cy="84" r="3.5"/></g></g>`

const card = (x: number, y: number, ground: string, drawing: string): string =>
  `<g transform="translate(${x} ${y})"><rect width="46" height="62" rx="3" fill="${ground}" stroke="#3a2a20" stroke-width="1.5"/>${drawing}</g>`

/** Drawings of what the shop sells, by slug, for a view box of 400 by 260. */
export const articleScenes: Readonly<Record<string, string>> = {
  'taza-talavera': `${room('talavera', '#f6d9a8', '#fbeed3', '#c98a52')}${mug('#fdfbf4', '#dfe3ea')}<path d="M138 96h118v9H138ZM140 186h114l-3 8H143Z" fill="#23489a"/>${flower(170, 146, '#23489a', '#f0b429')}${flower(224, 146, '#23489a', '#f0b429')}<path d="M197 118v56M186 130l11 10 11-10M186 162l11-10 11 10" stroke="#23489a" stroke-width="4" fill="none" stroke-linecap="round"/>`,
  'taza-barro-negro': `${room('barro', '#cdbfb4', '#efe5dc', '#8a6f5c')}${mug('#2c2b30', '#17161a')}<path d="M150 104c-4 34-2 62 8 92" stroke="#75737d" stroke-width="7" fill="none" stroke-linecap="round" opacity=".75"/><path d="M140 126h114M140 138h114" stroke="#4d4b55" stroke-width="3"/><g fill="none" stroke="#4d4b55" stroke-width="3"><path d="M146 164q10-16 20 0t20 0 20 0 20 0 20 0"/></g><path d="M188 62c-8-12 8-18 0-32M210 60c-8-10 6-16 0-28" stroke="#fff" stroke-width="4" fill="none" stroke-linecap="round" opacity=".7"/>`,
  'jarra-cobre': `${room('cobre', '#9fc3bd', '#e2efe8', '#6d4b34')}<ellipse cx="200" cy="218" rx="84" ry="9" fill="#000" opacity=".15"/><path d="M246 88c44-8 58 50 4 74" fill="none" stroke="#8f4a22" stroke-width="12" stroke-linecap="round"/><path d="M168 60c-10 4-24-2-30-10 22 0 60-8 92-2-4 8-6 16-4 26 20 24 36 50 36 82 0 34-26 60-66 60s-64-26-64-60c0-34 18-58 36-82 2-6 2-10 0-14Z" fill="#c96f3a"/><path d="M168 60c-10 4-24-2-30-10 22 0 60-8 92-2-18 8-42 12-62 12Z" fill="#8f4a22"/>${dots(
    '#e59a66',
    5,
    [
      [168, 110],
      [186, 104],
      [204, 108],
      [156, 130],
      [176, 128],
      [196, 126],
      [216, 130],
      [150, 152],
      [170, 150],
      [190, 148],
      [210, 150],
      [230, 154],
      [158, 174],
      [180, 172],
      [200, 172],
      [222, 174],
      [174, 194],
      [196, 194],
      [216, 192],
    ],
  )}<path d="M150 176c-8-34 8-58 24-78" stroke="#f6c39b" stroke-width="6" fill="none" stroke-linecap="round" opacity=".8"/>`,
  'tapete-zapoteco': `${room('tapete', '#f4e4cb', '#fbf3e4', '#d7b58a')}<path d="M84 24h232v8H84Z" fill="#6d452c"/><path d="M110 32h180v190H110Z" fill="#9c2f2a"/><path d="M110 32h180v14H110ZM110 208h180v14H110Z" fill="#22324f"/>${steps(66, '#f0c26b')}${steps(92, '#22324f')}<path d="M200 112 236 130 200 148 164 130Z" fill="#f0c26b"/><path d="M200 120 220 130 200 140 180 130Z" fill="#22324f"/><g transform="matrix(1 0 0 -1 0 260)">${steps(66, '#f0c26b')}${steps(92, '#22324f')}</g><path d="M114 222v18M126 222v18M138 222v18M150 222v18M162 222v18M174 222v18M186 222v18M198 222v18M210 222v18M222 222v18M234 222v18M246 222v18M258 222v18M270 222v18M286 222v18" stroke="#e8d7b8" stroke-width="4" stroke-linecap="round"/><g fill="#f0c26b"><path d="m124 120 10 10-10 10-10-10ZM276 120l10 10-10 10-10-10Z"/></g>`,
  'rebozo-azul': `${room('rebozo', '#f2d3c6', '#fbece4', '#b98467')}<path d="M60 40h280" stroke="#6d452c" stroke-width="9" stroke-linecap="round"/><path d="M110 40c-6 60 0 120-12 162h90c-8-46-2-104 2-162Z" fill="#2c4f8c"/><path d="M190 40c-4 50-2 92 6 132h98c-10-40-8-84-4-132Z" fill="#3767ad"/><path d="M126 40c-4 60-2 118-10 162M146 40c-2 60-2 118-6 162M168 40c-2 60-2 118-2 162M214 40c-2 48 0 92 6 132M238 40c-2 48 0 92 6 132M262 40c-2 48 0 92 6 132" stroke="#cfe0f4" stroke-width="2.5" fill="none" opacity=".75"/><path d="M99 202v36M109 202v36M119 202v36M129 202v36M139 202v36M149 202v36M159 202v36M169 202v36M179 202v36M187 202v36M198 172v34M208 172v34M218 172v34M228 172v34M238 172v34M248 172v34M258 172v34M268 172v34M278 172v34M290 172v34" stroke="#1d3866" stroke-width="4" stroke-linecap="round"/><path d="M98 206h92M197 178h96" stroke="#f0c26b" stroke-width="4"/>`,
  'servilletas-tenango': `${room('tenango', '#bcd8b6', '#eef6e6', '#a9774f')}<path d="M92 206 110 92h190l18 114Z" fill="#e9dfce"/><path d="M102 196 118 76h176l14 120Z" fill="#f6efe2"/><path d="M112 186 126 58h152l12 128Z" fill="#fffaf0" stroke="#e3d6c1" stroke-width="2"/><path d="M160 148c-2-30 14-46 36-44 4-12 10-22 16-24 2 8 0 18-4 26 14 6 20 18 20 30 0 20-14 32-34 32-18 0-30-6-34-20Z" fill="#d33f5c"/><path d="M196 104c-2-12 0-22 4-28 6 6 8 16 8 28Z" fill="#d33f5c"/><circle cx="216" cy="120" r="4" fill="#fffaf0"/>${flower(146, 92, '#2f7fb8', '#f0b429')}${flower(256, 88, '#e8842c', '#7a2f6b')}${flower(250, 156, '#3f8a4d', '#f0b429')}<path d="M140 168c8-14 16-18 26-16M232 172c10-8 20-8 30 0" stroke="#3f8a4d" stroke-width="5" fill="none" stroke-linecap="round"/>${dots(
    '#f0b429',
    4,
    [
      [176, 138],
      [190, 148],
      [186, 126],
      [206, 142],
    ],
  )}`,
  'alebrije-jaguar': `${room('alebrije', '#5a3f86', '#b884b8', '#3d2a5c')}<ellipse cx="200" cy="222" rx="120" ry="9" fill="#000" opacity=".2"/><path d="M292 152c40-6 52-52 24-66" fill="none" stroke="#f28c28" stroke-width="13" stroke-linecap="round"/><path d="M112 128c20-20 60-26 100-22 46 2 84 14 90 44 2 14-4 24-8 30l4 40h-24l-8-34c-30 6-62 6-86 0l-8 34h-24l-2-44c-20-6-36-20-34-48Z" fill="#f28c28"/><path d="M72 104 86 74l22 16c12-4 26-4 36 0l20-18 8 32c8 34-12 60-46 60s-60-26-54-60Z" fill="#f6a623"/><path d="M82 96l6-14 12 9ZM150 90l10-10 4 16Z" fill="#d33f5c"/><circle cx="106" cy="118" r="8" fill="#fff"/><circle cx="142" cy="118" r="8" fill="#fff"/><circle cx="107" cy="119" r="4" fill="#241a33"/><circle cx="141" cy="119" r="4" fill="#241a33"/><path d="M116 136h18l-9 9Z" fill="#d33f5c"/><path d="M98 148c10 10 44 10 54 0" stroke="#7a2f2f" stroke-width="4" fill="none" stroke-linecap="round"/>${dots(
    '#1fa8a0',
    7,
    [
      [196, 130],
      [226, 126],
      [256, 138],
      [280, 156],
      [210, 156],
      [244, 164],
      [184, 158],
    ],
  )}${dots('#fff3c4', 3, [
    [196, 130],
    [226, 126],
    [256, 138],
    [280, 156],
    [210, 156],
    [244, 164],
    [184, 158],
    [96, 96],
    [110, 100],
    [126, 98],
    [142, 100],
    [156, 104],
    [160, 196],
    [277, 196],
  ])}`,
  'grabado-catrina': `${room('catrina', '#d9d4cb', '#f1ede6', '#a38f78')}<rect x="126" y="18" width="148" height="184" fill="#3a2a20"/><rect x="134" y="26" width="132" height="168" fill="#fbf6ea"/><path d="M142 84c20-34 96-34 116 0-8 10-108 10-116 0Z" fill="#1f1a17"/>${flower(164, 70, '#b3282d', '#fbf6ea')}${flower(188, 60, '#b3282d', '#fbf6ea')}${flower(234, 70, '#b3282d', '#fbf6ea')}<path d="M168 92c-8 30 2 50 14 58l2 18h32l2-18c12-8 22-28 14-58-18 6-46 6-64 0Z" fill="#fbf6ea" stroke="#1f1a17" stroke-width="4"/><ellipse cx="185" cy="116" rx="9" ry="11" fill="#1f1a17"/><ellipse cx="215" cy="116" rx="9" ry="11" fill="#1f1a17"/><path d="M200 128l-5 10h10Z" fill="#1f1a17"/><path d="M182 148h36M188 142v14M196 142v16M204 142v16M212 142v14" stroke="#1f1a17" stroke-width="3"/><path d="M152 182c20-12 76-12 96 0" stroke="#b3282d" stroke-width="6" fill="none" stroke-linecap="round"/>`,
  'cartel-loteria': `${room('loteria', '#f2b8a0', '#fbe1d2', '#8d5a4a')}<rect x="112" y="14" width="176" height="214" fill="#fff9ec"/>${card(122, 22, '#f7d35c', '<circle cx="23" cy="31" r="12" fill="#e8842c"/><path d="M23 8v8M23 46v8M4 31h6M36 31h6M10 16l5 5M36 16l-5 5M10 46l5-5M36 46l-5-5" stroke="#e8842c" stroke-width="3"/>')}${card(177, 22, '#22324f', '<path d="M28 12a20 20 0 1 0 0 38 16 16 0 1 1 0-38Z" fill="#f7e7ac"/>')}${card(232, 22, '#d9ecf0', '<path d="M23 50C6 38 4 22 14 18c6-2 9 4 9 6 0-2 3-8 9-6 10 4 8 20-9 32Z" fill="#c4282f"/>')}${card(122, 90, '#e6f0d2', '<path d="M20 54V20a4 4 0 0 1 8 0v34ZM10 38V28a3 3 0 0 1 6 0v6h4v7h-7a3 3 0 0 1-3-3ZM38 34V24a3 3 0 0 0-6 0v6h-4v7h7a3 3 0 0 0 3-3Z" fill="#3f8a4d"/>')}${card(177, 90, '#f7d9e0', '<path d="M23 54V30" stroke="#3f8a4d" stroke-width="4"/><circle cx="23" cy="22" r="11" fill="#d33f5c"/><circle cx="23" cy="22" r="5" fill="#8d1f3c"/>')}${card(232, 90, '#cfe0f4', '<path d="M6 34c10-14 24-14 32-4l6-6v18l-6-6c-8 10-22 10-32-2Z" fill="#2f7fb8"/><circle cx="14" cy="32" r="2" fill="#fff"/>')}${card(122, 158, '#fbe7c0', '<path d="M12 46V22l11-10 11 10v24Z" fill="#b5472a"/><path d="M19 46V32h8v14Z" fill="#fbe7c0"/>')}${card(177, 158, '#e3d5ef', '<path d="m23 8 5 14h15L31 31l5 15-13-9-13 9 5-15L3 22h15Z" fill="#e8b12c"/>')}${card(232, 158, '#d8e6c8', '<path d="M14 26h18v22a8 8 0 0 1-8 6h-2a8 8 0 0 1-8-6Z" fill="#c96f3a"/><path d="M12 22h22v5H12Z" fill="#8f4a22"/>')}`,
  'patron-papel-picado': `${room('picado', '#8fd0e6', '#d9f0f4', '#e9c594')}<path d="M-10 56c120 18 300 18 420 0" stroke="#6d452c" stroke-width="4" fill="none"/>${banner(20, '#d33f8f', '#d9f0f4')}${banner(112, '#f0b429', '#d9f0f4')}${banner(204, '#1fa8a0', '#d9f0f4')}${banner(296, '#7a4fb5', '#d9f0f4')}`,
}
