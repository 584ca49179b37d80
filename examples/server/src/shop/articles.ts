import { money, type Article, type ArticleId, type Currency, type Money } from '@holdfast/core'
import type { Language } from '../language/language.ts'

/** A text by the language that it is in. */
type InWords = Readonly<Record<Language, string>>

/** Something that the shop sells. As with the stays, the whole catalogue of the example is code. */
export interface ShopArticle {
  /** In addresses, and the name that Holdfast counts it by. */
  readonly slug: string
  readonly name: InWords
  /** Where it is made. */
  readonly place: InWords
  readonly about: InWords
  /** What one of it costs, in each of {@link shopCurrencies}. */
  readonly prices: readonly Money[]
  /** How many there are when the shop opens for the first time. `unlimited`: a download, of which there is always enough. */
  readonly firstStock: number | 'unlimited'
}

const pesos = money(0, 'MXN').currency
const dollars = money(0, 'USD').currency

/** What the shop can be paid in. The first is what prices are shown in to whoever has not chosen. */
export const shopCurrencies: readonly [Currency, Currency] = [pesos, dollars]

/** What one article costs: in pesos, and in dollars. */
const at = (inPesos: number, inDollars: number): readonly Money[] => [
  money(inPesos * 100, pesos),
  money(Math.round(inDollars * 100), dollars),
]

/** Everything that the shop sells, in the order in which it is shown. */
export const articles: readonly ShopArticle[] = [
  {
    slug: 'taza-talavera',
    name: { en: 'Talavera mug', es: 'Taza de talavera', fa: 'لیوان تالاورا' },
    place: { en: 'Puebla', es: 'Puebla', fa: 'پوئبلا' },
    about: {
      en: 'White tin glaze, painted in cobalt with a brush of dog hair. No two are the same, and yours will not be the one in the picture.',
      es: 'Esmalte blanco de estaño, pintado en cobalto con pincel de pelo. No hay dos iguales, y la tuya no será la del dibujo.',
      fa: 'لعاب سفید قلع با نقش لاجوردی که با قلم‌مو کشیده شده. هیچ دوتایی مثل هم نیست و لیوان شما همان لیوان تصویر نخواهد بود.',
    },
    prices: at(280, 16),
    firstStock: 12,
  },
  {
    slug: 'taza-barro-negro',
    name: { en: 'Black clay mug', es: 'Taza de barro negro', fa: 'لیوان گِل سیاه' },
    place: { en: 'San Bartolo Coyotepec', es: 'San Bartolo Coyotepec', fa: 'سن بارتولو کویوتپک' },
    about: {
      en: 'Polished with a piece of quartz until it shines, and fired without air. It keeps coffee warm for as long as a conversation lasts.',
      es: 'Pulida con cuarzo hasta que brilla y cocida sin aire. Mantiene el café caliente lo que dura una conversación.',
      fa: 'با تکه‌ای کوارتز تا برق افتادن صیقل خورده و بی‌هوا پخته شده است. قهوه را به اندازهٔ یک گفتگو گرم نگه می‌دارد.',
    },
    prices: at(240, 14),
    firstStock: 5,
  },
  {
    slug: 'jarra-cobre',
    name: { en: 'Copper pitcher', es: 'Jarra de cobre', fa: 'پارچ مسی' },
    place: { en: 'Santa Clara del Cobre', es: 'Santa Clara del Cobre', fa: 'سانتا کلارا دل کوبره' },
    about: {
      en: 'Hammered out of a single disc by four people who take turns. You can count the blows.',
      es: 'Martillada de un solo disco entre cuatro personas que se turnan. Los golpes se pueden contar.',
      fa: 'چهار نفر به نوبت آن را از یک صفحهٔ مسی چکش‌کاری کرده‌اند. ضربه‌ها را می‌شود شمرد.',
    },
    prices: at(1_450, 84),
    firstStock: 2,
  },
  {
    slug: 'tapete-zapoteco',
    name: { en: 'Zapotec rug', es: 'Tapete zapoteco', fa: 'قالیچهٔ زاپوتک' },
    place: { en: 'Teotitlán del Valle', es: 'Teotitlán del Valle', fa: 'تئوتیتلان دل واله' },
    about: {
      en: 'Wool dyed with cochineal and indigo, five weeks on the loom. Dear, and worth it.',
      es: 'Lana teñida con grana y añil, cinco semanas en el telar. Caro, y lo vale.',
      fa: 'پشمی رنگ‌شده با قرمزدانه و نیل، پنج هفته روی دار. گران است و می‌ارزد.',
    },
    prices: at(6_800, 395),
    firstStock: 2,
  },
  {
    slug: 'rebozo-azul',
    name: { en: 'Blue rebozo', es: 'Rebozo azul', fa: 'شال آبی' },
    place: { en: 'Santa María del Río', es: 'Santa María del Río', fa: 'سانتا ماریا دل ریو' },
    about: {
      en: 'A shawl fine enough to be pulled through a ring, with a fringe that took longer to knot than the cloth to weave.',
      es: 'Un rebozo tan fino que pasa por un anillo, con una punta que tardó más en anudarse que la tela en tejerse.',
      fa: 'شالی چنان نازک که از حلقه‌ای می‌گذرد، با ریشه‌هایی که گره زدنشان از بافتن پارچه بیشتر طول کشیده.',
    },
    prices: at(1_900, 110),
    firstStock: 4,
  },
  {
    slug: 'servilletas-tenango',
    name: { en: 'Four embroidered napkins', es: 'Cuatro servilletas bordadas', fa: 'چهار دستمال گلدوزی' },
    place: { en: 'Tenango de Doria', es: 'Tenango de Doria', fa: 'تنانگو د دوریا' },
    about: {
      en: 'A rabbit, a rooster, an armadillo and something that nobody could name, in as many colours as there were threads.',
      es: 'Un conejo, un gallo, un armadillo y algo que nadie supo nombrar, en tantos colores como hilos había.',
      fa: 'یک خرگوش، یک خروس، یک آرمادیلو و چیزی که کسی نامش را ندانست، به هر رنگی که نخ بود.',
    },
    prices: at(520, 30),
    firstStock: 9,
  },
  {
    slug: 'alebrije-jaguar',
    name: { en: 'Jaguar alebrije', es: 'Alebrije jaguar', fa: 'آلبریخه، جگوار' },
    place: { en: 'San Martín Tilcajete', es: 'San Martín Tilcajete', fa: 'سن مارتین تیلکاخته' },
    about: {
      en: 'Carved from copal wood and painted dot by dot. There is one of it, and there will never be another.',
      es: 'Tallado en copal y pintado punto por punto. Hay uno, y no habrá otro.',
      fa: 'از چوب کوپال تراشیده و نقطه‌به‌نقطه رنگ شده. یکی بیشتر نیست و دیگری هم در کار نخواهد بود.',
    },
    prices: at(1_250, 73),
    firstStock: 1,
  },
  {
    slug: 'grabado-catrina',
    name: { en: 'Linocut “Catrina”', es: 'Grabado «Catrina»', fa: 'چاپ لینولئوم «کاترینا»' },
    place: { en: 'Oaxaca', es: 'Oaxaca', fa: 'اوآخاکا' },
    about: {
      en: 'Two plates, black and red, on cotton paper. Numbered by hand, thirty by forty centimetres.',
      es: 'Dos placas, negro y rojo, sobre papel de algodón. Numerado a mano, treinta por cuarenta centímetros.',
      fa: 'دو کلیشه، سیاه و سرخ، روی کاغذ پنبه‌ای. با دست شماره‌گذاری شده، سی در چهل سانتی‌متر.',
    },
    prices: at(650, 38),
    firstStock: 7,
  },
  {
    slug: 'cartel-loteria',
    name: { en: 'Lotería poster', es: 'Cartel de lotería', fa: 'پوستر لوتریا' },
    place: { en: 'Mexico City', es: 'Ciudad de México', fa: 'مکزیکوسیتی' },
    about: {
      en: 'The sun, the moon, the cactus, the heart: nine cards of the game on one sheet, screen-printed in five colours.',
      es: 'El sol, la luna, el nopal, el corazón: nueve cartas del juego en una hoja, serigrafía a cinco tintas.',
      fa: 'خورشید، ماه، کاکتوس، قلب: نه کارت این بازی روی یک برگ، چاپ سیلک در پنج رنگ.',
    },
    prices: at(180, 10.5),
    firstStock: 40,
  },
  {
    slug: 'patron-papel-picado',
    name: { en: 'Papel picado pattern', es: 'Patrón de papel picado', fa: 'الگوی کاغذ بریده' },
    place: { en: 'To download', es: 'Para descargar', fa: 'برای دانلود' },
    about: {
      en: 'A drawing to print, fold and cut. You have it as soon as it is paid.',
      es: 'Un dibujo para imprimir, doblar y recortar. Lo tienes en cuanto está pagado.',
      fa: 'طرحی برای چاپ کردن، تا زدن و بریدن. همین که پرداخت شد از آنِ شماست.',
    },
    prices: at(60, 3.5),
    firstStock: 'unlimited',
  },
]

/** What Holdfast knows the article by. */
export const articleIdOf = ({ slug }: Pick<ShopArticle, 'slug'>): ArticleId => slug as ArticleId

/** The article with this slug, which is its id too, if there is one. */
export const findArticle = (slug: string): ShopArticle | undefined => articles.find((article) => article.slug === slug)

/** What one of an article costs in a currency; `undefined` for one that it is not sold in. */
export const priceIn = ({ prices }: Pick<ShopArticle, 'prices'>, currency: Currency): Money | undefined =>
  prices.find((price) => price.currency === currency)

/** True for what is sent by post; what is downloaded is not. */
export const isSent = ({ firstStock }: Pick<ShopArticle, 'firstStock'>): boolean => firstStock !== 'unlimited'

/** An article as Holdfast sells it, named in the language of whoever buys it. */
export const soldAs = (article: ShopArticle, language: Language): Article => ({
  articleId: articleIdOf(article),
  name: article.name[language],
  prices: article.prices,
  ...(isSent(article) ? {} : { unlimited: true as const }),
})
