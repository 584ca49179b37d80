/**
 * What the oracle holds a run to. Each name is a promise:
 *
 * A1 a payment has at most one session open at Stripe that the library asked for, and at most one live attempt here; what is paid on one
 * page is not left open on another that is known. A2 of several charges for one
 * payment at most one is kept, and none for nothing. A3 what counts as paid is a succeeded charge of that amount,
 * currency and mode. A4 a slot is held once, and everybody else who paid for it has all of it back, once. A5 refunds here
 * are refunds there, each exactly one, with the same sum and the same end. A6 an order comes to the prices of what is in it,
 * less its coupon; money in another sum or currency than was asked for counts for nothing, is on a list for humans, and goes back once or is held by the host's policy. A7 what an
 * order wants is held while it can be paid, and then taken or given back, once; time ends nothing that can still be paid; nothing is
 * held or sold that is not there, and no coupon is used more often than it can be. A8 a wallet holds the
 * sum of its entries and never less than nothing, each entry has its cause and each cause one entry, and what is in wallets is
 * what was paid into them or given back to them and not spent. A9 everything moves along its table only. A10 an
 * event that was answered 2xx is in the inbox. A11 a key towards Stripe goes with one set of parameters, and
 * nothing gets another before the one it had is proved dead. A12 nobody sees or
 * changes what is somebody else's. A13 whatever is thrown is of a kind that says what to do. A14 everything ends, and what
 * needs a human is on a list. A15 disputes here are disputes there, and a payment is what has become of its charge. A16 who pays
 * in what is missing for something has it paid by itself, or is told, once and truly, why it is not. A17 what
 * is known to have been declined on a page was declined there, and is known once. A18 nobody outside is asked for anything in the
 * middle of a transaction. A19 whatever Stripe is asked to make is stored before, with its key, and a page before anybody is
 * sent to it, who is sent to their own. A20 what comes too late counts or goes back, and what goes back goes there, as the host's
 * policy says; nothing goes back as late, doubled, taken or gone that is not so. D1 the
 * same story goes the same way, and ends with the same rows, on both databases.
 * F1 what is not paid yet is found again, by its cookie and by whose it is, and what is free, and what became of what is
 * cleaned up, is told as it is. K1 the same idempotency key gets the same answer, one that was given is stored, and with another request it gets none.
 * N1 a message is taken under one id and never changes, no other is sent in its place, and whoever has to be told something is, once,
 * and nobody is told what is not so. R1 once all is at rest, comparing all that Stripe holds
 * finds nothing that differs, and changes nothing. W1 a delivery that
 * is not Stripe's own, or not for this account, or not of this time, is refused and leaves nothing behind; one of the
 * other mode, of an unknown type or about something unknown changes nothing.
 */
export const ruleNames = [
  'A1',
  'A2',
  'A3',
  'A4',
  'A5',
  'A6',
  'A7',
  'A8',
  'A9',
  'A10',
  'A11',
  'A12',
  'A13',
  'A14',
  'A15',
  'A16',
  'A17',
  'A18',
  'A19',
  'A20',
  'D1',
  'F1',
  'K1',
  'N1',
  'R1',
  'W1',
] as const
export type RuleName = (typeof ruleNames)[number]

/** A promise that was not kept. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly rule: RuleName
  constructor(rule: RuleName, detail: string, cause?: unknown) {
    super(`${rule}: ${detail}`, cause === undefined ? {} : { cause })
    this.rule = rule
  }
}

/** How a process that ran the simulation tells how it went, as exit code. */
export const exitCodeOf = (error: unknown): 127 | 128 | 129 => {
  if (!(error instanceof Violation)) return 127
  return error.rule === 'A14' ? 128 : 129
}
