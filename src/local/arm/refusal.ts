import type { Reply } from '../reply.ts';

/** Thrown where ARM says no; the request is answered with its reply. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply, message: string) {
    super(message);
    this.name = 'Refusal';
    this.reply = reply;
  }
}

/** A refusal in ARM's usual form: `{ error: { code, message } }`. */
export function refusal(status: number, code: string, message: string, headers?: Reply['headers']): Refusal {
  return new Refusal({ status, headers, body: { error: { code, message } } }, message);
}
