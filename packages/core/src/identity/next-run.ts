/** Work that is worth doing once for many who ask at the same time, and never twice at once. */
export class NextRun<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** A run that begins after this call: it sees everything that was done before. Whoever asks until then shares it. */
  run(): Promise<T> {
    this.#next ??= this.#begin();
    return this.#next;
  }

  async #begin(): Promise<T> {
    await this.#running;
    this.#next = undefined;
    const run = this.#work();
    this.#running = run.catch(() => {});
    return run;
  }
}
