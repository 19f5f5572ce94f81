/**
 * Searches that are under way on one connection. At nine o'clock a thousand people of the same groups sign in: who asks
 * what somebody else is waiting for waits for the same answer. It is forgotten as soon as it is there.
 *
 * One connection is one account: nobody gets an answer that was made for somebody with other rights.
 */
import { SearchRequest } from 'ldapts';
import type { SearchAnswer, SearchQuery } from '../wire/connection.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import { unlessAborted } from './unless-aborted.ts';

export class SearchesUnderWay {
  readonly #answers = new Map<string, Promise<SearchAnswer>>();

  /** That somebody else left, or has read too much, is no answer for us: then we ask ourselves. */
  async join(
    query: SearchQuery,
    signal: AbortSignal,
    search: () => Promise<SearchAnswer>,
  ): Promise<SearchAnswer> {
    const question = wholeQuestion(query);
    for (;;) {
      const underWay = this.#answers.get(question);
      if (underWay === undefined) return this.#ask(question, search);
      const answer = await unlessAborted(underWay.catch(toAskOurselves), signal, leftWaiting);
      if (answer !== undefined) return answer;
    }
  }

  async #ask(question: string, search: () => Promise<SearchAnswer>): Promise<SearchAnswer> {
    const answer = search();
    this.#answers.set(question, answer);
    try {
      return await answer;
    } finally {
      this.#answers.delete(question);
    }
  }
}

/** A server that does not answer them does not answer us: to wait for it a second time would take the time of a third. */
function toAskOurselves(error: unknown): undefined {
  if (error instanceof NoAnswer && error.silence !== 'left') throw error;
  return undefined;
}

/** As it would go over the wire, so that two questions are the same only if the directory could not tell them apart. */
function wholeQuestion({ base, scope, filter, attributes, sizeLimit = 0 }: SearchQuery): string {
  const request = new SearchRequest({
    ...{ messageId: 0, baseDN: base, scope, filter, sizeLimit },
    attributes: [...attributes],
  });
  return request.write().toString('latin1');
}

function leftWaiting(reason: unknown): NoAnswer {
  return new NoAnswer('left', 'the call was ended before the directory had answered', reason);
}
