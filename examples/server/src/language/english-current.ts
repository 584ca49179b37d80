/** What somebody was about to pay, in English. */
export const englishCurrent = {
  waiting: 'Something waits for your payment.',
  goOn: (what: string) => `Go on: ${what}`,
  settled: 'What you were about to pay for is settled.',
  see: (what: string) => `See what became of it: ${what}`,
  signIn: 'Sign in to go on',
  topUp: (amount: string) => `top up ${amount}`,
}
