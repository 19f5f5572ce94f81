/** The nearest known word, if it is near enough to be what was meant. */
import { closest, distance } from 'fastest-levenshtein';

const longest = 80;
/** Each comparison costs; among a thousand names the nearest is hardly the one that was meant. */
const most = 500;

export function didYouMean(word: string, known: readonly string[]): string | null {
  if (known.length === 0 || known.length > most || word.length > longest) return null;
  const folded = new Map(known.map((candidate) => [candidate.toLowerCase(), candidate]));
  const nearest = closest(word.toLowerCase(), [...folded.keys()]);
  const near = distance(word.toLowerCase(), nearest) <= allowance(word.length);
  return near ? (folded.get(nearest) ?? null) : null;
}

/** Two swapped letters are a distance of two. */
function allowance(length: number): number {
  return length <= 3 ? 1 : Math.max(2, Math.floor(length / 3));
}

/** `; did you mean "name"?`, or nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  const nearest = didYouMean(word, known);
  return nearest === null ? '' : `; did you mean "${nearest}"?`;
}
