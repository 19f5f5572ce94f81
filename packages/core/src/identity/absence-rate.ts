/** When so many people seem to have left at once that it is more likely the upstream's fault. Pure. */
import type { Answers } from '../ports/absence-brakes.ts';

/** Seconds: the rate is that of the people asked for within so long. */
export const rateWindow = 5 * 60;
/** Seconds: where fewer were asked for in the window than can be judged by, those of so long count. */
export const quietWindow = 60 * 60;

const fewest = 20;
/** More than one in so many is too many (5 %). */
const oneIn = 20;

/** Both kinds of proof count: an upstream that calls everybody disabled is not to be believed about absences either. */
export function goneOf({ absent, stated }: Answers): number {
  return absent + stated;
}

/** More than 5 %, and at least 20. */
export function isTooMany(answers: Answers): boolean {
  return goneOf(answers) >= fewest && isTooLargeAShare(answers);
}

/**
 * Whether the rate has fallen. The share alone decides, not the number: at night, when nobody asks, a directory is no
 * better than it was in the evening. Where nobody was asked for at all, nothing is known, and nothing changes.
 */
export function hasFallen(answers: Answers): boolean {
  return answers.asked > 0 && !isTooLargeAShare(answers);
}

export function canBeJudged({ asked }: Answers): boolean {
  return asked >= fewest;
}

function isTooLargeAShare(answers: Answers): boolean {
  return goneOf(answers) * oneIn > answers.asked;
}
