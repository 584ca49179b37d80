import { beforeAll, afterAll, beforeEach, describe, expect, it } from 'vitest'
import { changeTo, goods, put, useCoupon } from './buyer.ts'
import { startTestServer, type TestServer } from './running.ts'
import { stripeAt } from './stripe-payer.ts'
import { createVisitor, type Visitor } from './visitor.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.remove())

let somebody: Visitor
beforeEach(() => {
  somebody = createVisitor(server.url)
})
const signedIn = async (language?: string): Promise<Visitor> => {
  const ana = createVisitor(server.url, language === undefined ? {} : { language })
  await ana.signIn('ana@example.com')
  return ana
}

describe('the shop', () => {
  it('says of each article what it costs, and how much of it there is', async () => {
    const { text } = await somebody.get('/shop')
    expect(text).toContain('Talavera mug MX$280.00 in stock')
    expect(text).toContain('Copper pitcher MX$1,450.00 2 left')
    expect(text).toContain('Jaguar alebrije MX$1,250.00 1 left')
    expect(text).toContain('Papel picado pattern MX$60.00 never runs out')
    expect((await somebody.get('/shop/no-such-thing')).status).toBe(404)
  })

  it.each([
    ['es', 'Taza de talavera $280.00 disponible', 'Alebrije jaguar $1,250.00 queda 1'],
    ['fa', 'لیوان تالاورا ۲۸۰٫۰۰ پزو موجود', 'آلبریخه، جگوار ۱٬۲۵۰٫۰۰ پزو ۱ تا مانده'],
  ])('is written in %s too', async (language, mug, jaguar) => {
    const { text } = await createVisitor(server.url, { language }).get('/shop')
    expect(text).toContain(mug)
    expect(text).toContain(jaguar)
  })

  it('shows its prices in dollars to whoever wants them', async () => {
    const shop = await somebody.submit(await somebody.get('/shop'), '/cart/currency', { currency: 'USD' })
    expect(shop.path).toBe('/shop')
    expect(shop.text).toContain('Talavera mug $16.00')
    expect((await put(somebody, goods.mug.slug)).text).toContain('$16.00')
  })

  it('leads nowhere else than back into the shop', async () => {
    for (const back of ['https://evil.example/', '//evil.example/', '/console', '/shop/../console'])
      expect(
        (await somebody.submit(await somebody.get('/shop'), '/cart/currency', { currency: 'USD', back })).path,
      ).toBe('/cart')
  })
})

describe('a cart', () => {
  it('is filled, changed and emptied by whoever comes along', async () => {
    await put(somebody, goods.mug.slug, 2)
    await put(somebody, goods.mug.slug, 3)
    await put(somebody, goods.pattern.slug)
    const cart = await somebody.get('/cart')
    expect(cart.text).toContain('Articles MX$1,460.00 To pay MX$1,460.00')
    expect(cart.text).toContain('Sign in to order')
    expect((await changeTo(somebody, goods.mug.slug, '1')).text).toContain('To pay MX$340.00')
    expect((await changeTo(somebody, goods.mug.slug, '۲')).text).toContain('To pay MX$620.00')
    expect((await changeTo(somebody, goods.mug.slug, '0')).text).toContain('To pay MX$60.00')
    const empty = await somebody.submit(await somebody.get('/cart'), '/cart/remove', { article: goods.pattern.slug })
    expect(empty.text).toContain('There is nothing in your cart.')
  })

  it('is kept when its owner signs in, and forgotten when they sign out', async () => {
    await put(somebody, goods.mug.slug)
    const door = await somebody.get('/sign-in?next=/cart')
    const cart = await somebody.submit(door, '/sign-in', { email: 'ana@example.com', next: '/cart' })
    expect(cart.text).toContain('Order and pay MX$280.00')
    expect(cart.text).toContain('Goes to Calle de la Luz 12, Oaxaca')
    await somebody.submit(cart, '/sign-out')
    expect((await somebody.get('/cart')).text).toContain('There is nothing in your cart.')
  })

  it('that somebody has written themselves is an empty one', async () => {
    const forged = await fetch(new URL('/cart', server.url), {
      headers: { cookie: 'estancias_cart=estancias_cart.MXN,,alebrije-jaguar*1', 'accept-language': 'en' },
    })
    expect(await forged.text()).toContain('There is nothing in your cart.')
  })

  it.each(['-1', '1.5', 'two', '', '100', '99999999'])(
    'takes no quantity of "%s", and says so at its line',
    async (typed) => {
      await put(somebody, goods.mug.slug, 2)
      const told = await changeTo(somebody, goods.mug.slug, typed)
      expect(told.text).toContain('A whole number from 1 to 99, please.')
      expect(told.html).toMatch(/value="2"[^>]*aria-invalid="true" aria-describedby="taza-talavera-wrong"/)
      expect((await somebody.get('/cart')).text).toContain('To pay MX$560.00')
    },
  )

  it('says at its line what there is too little of, and offers no way to pay it', async () => {
    const ana = await signedIn()
    await put(ana, goods.mug.slug)
    await put(ana, goods.pitcher.slug, 2)
    const short = await changeTo(ana, goods.pitcher.slug, '3')
    expect(short.text).toContain('Copper pitcher MX$1,450.00 each There are only 2 left.')
    expect(short.text).toContain('something has to be changed')
    expect(short.html).not.toContain('action="/cart/order"')
    expect((await changeTo(ana, goods.pitcher.slug, '2')).html).toContain('action="/cart/order"')
  })

  it('says that it comes to more than an order takes', async () => {
    const ana = await signedIn('es')
    await put(ana, goods.rug.slug, 2)
    const large = await ana.get('/cart')
    expect(large.text).toContain('Un pedido es de $10,000.00 como mucho')
    expect(large.html).not.toContain('action="/cart/order"')
  })
})

describe('a coupon', () => {
  it('is taken in any case and with spaces around it, and can be taken out again', async () => {
    await put(somebody, goods.pitcher.slug)
    const taken = await useCoupon(somebody, ' hola10 ')
    expect(taken.text).toContain('HOLA10 takes MX$145.00 off.')
    expect(taken.text).toContain('Articles MX$1,450.00 Coupon HOLA10 −MX$145.00 To pay MX$1,305.00')
    const out = await somebody.submit(taken, '/cart/coupon', { coupon: 'hola10', remove: '1' })
    expect(out.text).toContain('To pay MX$1,450.00')
  })

  it.each([
    ['NOSUCH', 'We know no coupon of this name.'],
    ['<b>!*,</b>', 'We know no coupon of this name.'],
    [`${'x'.repeat(39)}😀😀`, 'We know no coupon of this name.'],
    ['verano25', 'This coupon ended 1 Sept 2025, 00:00.'],
    ['cien', 'This coupon counts from MX$600.00 on.'],
  ])('%s is not taken, and the page says why', async (coupon, told) => {
    await put(somebody, goods.mug.slug)
    const page = await useCoupon(somebody, coupon)
    expect(page.text).toContain(told)
    expect(page.html).toMatch(/aria-invalid="true" aria-describedby="coupon-wrong"/)
    expect(page.html).not.toContain('<b>!'.toUpperCase())
    expect(page.text).toContain('To pay MX$280.00')
  })

  it('of pesos is none of dollars', async () => {
    await put(somebody, goods.rug.slug)
    expect((await useCoupon(somebody, 'CIEN')).text).toContain('CIEN takes MX$100.00 off.')
    const dollars = await somebody.submit(await somebody.get('/cart'), '/cart/currency', { currency: 'USD' })
    expect(dollars.text).toContain('This coupon is for orders in another currency.')
  })

  it.each([
    ['es', 'Este cupón terminó el'],
    ['fa', 'این کد تخفیف در'],
  ])('is refused in %s too', async (language, told) => {
    const buyer = createVisitor(server.url, { language })
    await put(buyer, goods.mug.slug)
    expect((await useCoupon(buyer, 'VERANO25')).text).toContain(told)
  })

  it('whose beginning has not come is refused with when that is', async () => {
    const eva = createVisitor(server.url)
    await eva.signIn('staff@example.com')
    const year = new Date((await stripeAt(server.url).ledger()).now_ms).getUTCFullYear() + 1
    const saved = await eva.submit(await eva.get('/console/coupons'), '/console/coupons', {
      code: 'soon',
      kind: 'percent',
      value: '5',
      starts: `${year}-06-01`,
    })
    expect(saved.text).toContain('The coupon is saved.')
    await put(somebody, goods.mug.slug)
    expect((await useCoupon(somebody, 'SOON')).text).toContain(`This coupon counts from 1 Jun ${year}, 00:00 on.`)
  })
})
