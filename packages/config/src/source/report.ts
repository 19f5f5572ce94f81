/** Gathers problems and warnings with their places in the file; one problem a place, the first one said. */
import type { Path, Position, Problem } from './problem.ts';
import { renderPath } from './problem.ts';

/** Where to point: at the key itself (it should not be there) or at what stands behind it. */
export type At = 'key' | 'value';

export type Locate = (path: Path, at: At) => Position | undefined;

export class Report {
  readonly #problems = new Map<string, Problem>();
  /** Every path with a problem at it or below it. */
  readonly #touched = new Set<string>();
  readonly #warnings: Problem[] = [];
  readonly #locate: Locate;
  readonly #mask: (text: string) => string;

  /** @param mask takes secrets out of sentences that others wrote (a connector's schema) */
  constructor(locate: Locate, mask: (text: string) => string) {
    this.#locate = locate;
    this.#mask = mask;
  }

  problem(path: Path, message: string, at: At = 'value'): void {
    const key = renderPath(path);
    if (this.#problems.has(key)) return;
    this.#problems.set(key, this.#place(path, message, at));
    for (const length of [0, ...path.keys(), path.length])
      this.#touched.add(renderPath(path.slice(0, length)));
  }

  warning(path: Path, message: string, at: At = 'key'): void {
    this.#warnings.push(this.#place(path, message, at));
  }

  /** At the path or below it. */
  hasProblemAt(...path: Path): boolean {
    return this.#touched.has(renderPath(path));
  }

  /** In the order of the file. */
  get problems(): readonly Problem[] {
    return [...this.#problems.values()].sort(byPosition);
  }

  get warnings(): readonly Problem[] {
    return this.#warnings.toSorted(byPosition);
  }

  #place(path: Path, message: string, at: At): Problem {
    // What concerns the whole has no place in it.
    const position = path.length === 0 ? undefined : this.#locate(path, at);
    return { ...(position && { position }), path, message: this.#mask(message) };
  }
}

function byPosition(a: Problem, b: Problem): number {
  const line = (a.position?.line ?? 0) - (b.position?.line ?? 0);
  return line || (a.position?.column ?? 0) - (b.position?.column ?? 0);
}
