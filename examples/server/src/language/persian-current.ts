import type { Texts } from './english.ts'

/** What somebody was about to pay, in Persian. */
export const persianCurrent: Texts['current'] = {
  waiting: 'چیزی در انتظار پرداخت شماست.',
  goOn: (what) => `ادامه: ${what}`,
  settled: 'تکلیف آنچه می‌خواستید بپردازید روشن شده است.',
  see: (what) => `ببینید چه شد: ${what}`,
  signIn: 'برای ادامه وارد شوید',
  topUp: (amount) => `شارژ ${amount}`,
}
