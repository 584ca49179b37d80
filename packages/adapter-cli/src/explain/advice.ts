import type { AttentionCode, Effect, Task } from '@holdfast/core'

/** For each thing that needs a human: what has happened, and what to do about it. */
export const advice: Readonly<Record<AttentionCode, { readonly happened: string; readonly todo: string }>> = {
  amount_mismatch: {
    happened: 'Money came in another sum or currency than was due.',
    todo: 'Compare the charge with the payment. It went back by itself, unless the host holds such money: then refund it, or settle with the payer.',
  },
  livemode_mismatch: {
    happened: 'An event or an answer of the other mode came in; nothing was done.',
    todo: 'Check which keys and which webhook endpoints are configured where.',
  },
  refund_failed: {
    happened: 'The provider would not make a refund, or a bank sent it back: the money is with us again.',
    todo: 'See there what has gone back; refund the rest, or pay the owner in another way.',
  },
  provider_refused: {
    happened: 'The provider will not do what was asked of it.',
    todo: 'Read its answer in the story, and mend the request or the account.',
  },
  unrecognized_status: {
    happened: 'The provider reports a status that is not known here. It is asked again.',
    todo: "Look the object up in the provider's dashboard; if the status is new, update Holdfast.",
  },
  dispute_opened: {
    happened: "The payer's bank asks for the money back.",
    todo: 'Answer it at the provider before its deadline. Where it is lost already, settle with the owner.',
  },
  refund_owed_after_dispute: {
    happened: "All of the money was to go back while the payer's bank was asking for it, so nothing did.",
    todo: 'Wait for the end of the dispute. Refund by hand what is left then: all that the bank did not take.',
  },
  balance_unpaid: {
    happened: 'The stay is over, and its balance was not paid.',
    todo: 'Collect it, or cancel the payment and settle it otherwise.',
  },
  wallet_shortfall: {
    happened: 'Money that was paid into a wallet went back at the provider, and the wallet held less.',
    todo: 'Settle the rest with the owner.',
  },
  refunded_twice: {
    happened: 'Money went back twice: into the wallet here and to the card at the provider, or to the card two times.',
    todo: 'Settle it with the owner.',
  },
}

/** What is owed, in words that go on from "The worker will". */
export const effectWords: Readonly<Record<Exclude<Effect['type'], 'send_message'>, string>> = {
  open_session: 'ask for the payment page',
  charge_saved_card: 'charge the saved card',
  close_attempt: 'close at the provider what could still be paid there',
  look_up_attempt: 'ask the provider how the attempt stands',
  look_up_charge: 'ask the provider what has become of the charge',
  send_refund: 'ask the provider for the refund',
  look_up_refund: 'ask the provider how the refund stands',
}

/** As {@link effectWords}, for tasks. */
export const taskWords: Readonly<Record<Task['type'], string>> = {
  charge_balance: 'charge the balance: to the saved card, or else by a page whose link is sent to the owner',
  abandon_intent: 'give the intent up, its page at the provider first, unless it is paid by then',
  expire_order: 'let the order go, its page at the provider first, unless it is paid by then',
  pay_from_wallet: 'pay from the wallet what was topped up for',
  complete_reservation: 'complete the reservation',
  sweep: 'ask the provider about everything that may move there',
  sweep_once: 'ask the provider about everything that may move there, once, since somebody asked for it',
}
