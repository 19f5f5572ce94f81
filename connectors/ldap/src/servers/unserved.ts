/** A server could not do a piece of work, and another one may. Never thrown because of what a server answered. */
import type { NoAnswer } from '../wire/no-answer.ts';

export class Unserved extends Error {
  override readonly name = 'Unserved';
  readonly server: string;
  readonly noAnswer: NoAnswer;

  constructor(server: string, noAnswer: NoAnswer) {
    super(`${server} gave no answer`, { cause: noAnswer });
    this.server = server;
    this.noAnswer = noAnswer;
  }
}
