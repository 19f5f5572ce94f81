/** What one unit of work knows about one kind of thing: as read, with the queued changes applied. */
export class Shelf<Thing> {
  readonly #things = new Map<string, Thing | null>();
  readonly #stored = new Set<string>();
  readonly #changes: ((key: string, thing: Thing) => Thing | null)[] = [];

  /** Undefined: nobody has asked yet. Null: asked, and there is none. */
  get(key: string): Thing | null | undefined {
    return this.#things.get(key);
  }

  findWhere(matches: (thing: Thing) => boolean): Thing | null {
    for (const thing of this.#things.values()) {
      if (thing !== null && matches(thing)) return thing;
    }
    return null;
  }

  /** It was read from the database (and not destroyed since): saving it again must not bring it back to life. */
  isStored(key: string): boolean {
    return this.#stored.has(key);
  }

  put(key: string, thing: Thing): void {
    this.#things.set(key, thing);
  }

  remove(key: string): void {
    this.#things.set(key, null);
    this.#stored.delete(key);
  }

  /** It has another id from now on, in the database too. */
  move(from: string, to: string): void {
    const thing = this.#things.get(from);
    if (thing === undefined) return;
    this.#things.set(to, thing);
    if (this.#stored.has(from)) this.#stored.add(to);
    this.remove(from);
  }

  /** Something was read. What the unit knew already, and what it has changed since, wins. */
  arrive(key: string, read: Thing | null): Thing | null {
    const known = this.#things.get(key);
    if (known !== undefined) return known;
    let thing = read;
    for (const change of this.#changes) thing = thing && change(key, thing);
    this.#things.set(key, thing);
    if (read !== null) this.#stored.add(key);
    return thing;
  }

  /** A queued write that touches what is on the shelf, and what will be read later in this unit. */
  change(change: (key: string, thing: Thing) => Thing | null): void {
    this.#changes.push(change);
    for (const [key, thing] of this.#things) {
      if (thing !== null) this.#things.set(key, change(key, thing));
    }
  }

  clear(): void {
    this.#things.clear();
    this.#stored.clear();
    this.#changes.length = 0;
  }
}
