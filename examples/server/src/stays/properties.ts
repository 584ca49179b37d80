import { money, type Money } from '@holdfast/core'
import type { Language } from '../language/language.ts'

/** A place to stay at. The whole catalogue of the example is code: what there is never changes while it runs. */
export interface Property {
  /** In addresses, and the name of the resource whose nights are booked. */
  readonly slug: string
  readonly name: string
  readonly place: string
  readonly nightly: Money
  readonly guests: number
  readonly bedrooms: number
  readonly tagline: Readonly<Record<Language, string>>
  readonly about: Readonly<Record<Language, string>>
}

const mxn = (pesos: number): Money => money(pesos * 100, 'MXN')

/** Everything that can be booked, in the order in which it is shown. */
export const properties: readonly Property[] = [
  {
    slug: 'casa-del-mar',
    name: 'Casa del Mar',
    place: 'Mazunte, Oaxaca',
    nightly: mxn(2_400),
    guests: 6,
    bedrooms: 3,
    tagline: {
      en: 'Hammocks, palm shade and the Pacific',
      es: 'Hamacas, sombra de palmas y el Pacífico',
      fa: 'ننو، سایهٔ نخل و اقیانوس آرام',
    },
    about: {
      en: 'A whitewashed house two minutes above the beach. The terrace faces west, so every day ends with the sun going into the sea. Turtles come ashore from July.',
      es: 'Una casa encalada a dos minutos de la playa. La terraza mira al oeste: cada día termina con el sol entrando al mar. Las tortugas llegan desde julio.',
      fa: 'خانه‌ای سفید، دو دقیقه بالاتر از ساحل. ایوان رو به غرب است و هر روز با فرو رفتن خورشید در دریا تمام می‌شود. از ژوئیه لاک‌پشت‌ها به ساحل می‌آیند.',
    },
  },
  {
    slug: 'patio-de-los-naranjos',
    name: 'Patio de los Naranjos',
    place: 'San Miguel de Allende',
    nightly: mxn(3_150),
    guests: 4,
    bedrooms: 2,
    tagline: {
      en: 'An old courtyard that smells of orange blossom',
      es: 'Un patio antiguo que huele a azahar',
      fa: 'حیاطی قدیمی با بوی بهارنارنج',
    },
    about: {
      en: 'Thick walls, cool tiles and a fountain that you hear from both bedrooms. The market is around the corner, the bells are a little farther.',
      es: 'Muros gruesos, losetas frescas y una fuente que se oye desde las dos recámaras. El mercado queda a la vuelta; las campanas, un poco más lejos.',
      fa: 'دیوارهای کلفت، کاشی‌های خنک و حوضی که صدایش از هر دو اتاق خواب شنیده می‌شود. بازار همان نزدیکی است و ناقوس‌ها کمی دورتر.',
    },
  },
  {
    slug: 'cabana-del-bosque',
    name: 'Cabaña del Bosque',
    place: 'Valle de Bravo',
    nightly: mxn(1_850),
    guests: 5,
    bedrooms: 2,
    tagline: {
      en: 'Pines, a fireplace and the lake below',
      es: 'Pinos, chimenea y el lago al fondo',
      fa: 'کاج، شومینه و دریاچه در پایین',
    },
    about: {
      en: 'A log cabin at the end of a forest road. Monarch butterflies pass in winter, mushrooms come with the rains, and the wood is already chopped.',
      es: 'Una cabaña de troncos al final de un camino de bosque. En invierno pasan las monarcas, con la lluvia salen los hongos y la leña ya está cortada.',
      fa: 'کلبه‌ای چوبی در پایان راه جنگلی. زمستان‌ها پروانه‌های شهریار می‌گذرند، با باران قارچ می‌روید و هیزم از پیش شکسته است.',
    },
  },
  {
    slug: 'torre-de-la-selva',
    name: 'Torre de la Selva',
    place: 'Bacalar, Quintana Roo',
    nightly: mxn(2_780),
    guests: 2,
    bedrooms: 1,
    tagline: {
      en: 'A tower in the trees over seven blues of water',
      es: 'Una torre entre los árboles sobre siete azules',
      fa: 'برجی میان درختان، بالای آبی به هفت رنگ آبی',
    },
    about: {
      en: 'Three round floors, one above the other, the last one above the treetops. A jetty of its own, a canoe, and no road noise at all.',
      es: 'Tres pisos redondos, uno sobre otro, el último por encima de las copas. Muelle propio, una canoa y ningún ruido de carretera.',
      fa: 'سه طبقهٔ گرد روی هم، آخری بالاتر از سر درختان. اسکلهٔ خودش، یک قایق پارویی و بی هیچ صدای جاده.',
    },
  },
  {
    slug: 'rancho-el-silencio',
    name: 'Rancho El Silencio',
    place: 'Real de Catorce',
    nightly: mxn(1_420),
    guests: 8,
    bedrooms: 4,
    tagline: {
      en: 'High desert, adobe and more stars than sky',
      es: 'Altiplano, adobe y más estrellas que cielo',
      fa: 'بیابان بلند، خشت و ستاره‌هایی بیش از آسمان',
    },
    about: {
      en: 'An adobe ranch at 2,700 metres. Days are for horses and ghost mines, nights for a fire and the telescope on the roof.',
      es: 'Un rancho de adobe a 2,700 metros. De día, caballos y minas fantasma; de noche, fogata y el telescopio de la azotea.',
      fa: 'مزرعه‌ای خشتی در ارتفاع ۲۷۰۰ متر. روزها برای اسب و معدن‌های متروک، شب‌ها برای آتش و تلسکوپ روی بام.',
    },
  },
  {
    slug: 'loft-roma',
    name: 'Loft Roma',
    place: 'Ciudad de México',
    nightly: mxn(1_990),
    guests: 3,
    bedrooms: 1,
    tagline: {
      en: 'Big windows on a street of jacarandas',
      es: 'Ventanales sobre una calle de jacarandas',
      fa: 'پنجره‌های بزرگ رو به خیابانی پر از جاکاراندا',
    },
    about: {
      en: 'The top floor of a 1920s building in Roma Norte. Coffee downstairs, tacos across the street, and in March the whole street turns violet.',
      es: 'El último piso de un edificio de los años veinte en la Roma Norte. Café abajo, tacos enfrente y, en marzo, toda la calle se vuelve violeta.',
      fa: 'آخرین طبقهٔ ساختمانی از دههٔ ۱۹۲۰ در روما نورته. قهوه در پایین، تاکو آن‌سوی خیابان، و در مارس همهٔ خیابان بنفش می‌شود.',
    },
  },
]

/** The property with this slug, if there is one. */
export const findProperty = (slug: string): Property | undefined =>
  properties.find((property) => property.slug === slug)
