/** A value that came from the environment or a file, and that never shows itself by accident. */
import { inspect } from 'node:util';

const mask = '***';

export class Secret {
  readonly #value: string;
  /** False: it could not be read, which has been reported; the value is empty. */
  readonly known: boolean;

  constructor(value: string | undefined) {
    this.#value = value ?? '';
    this.known = value !== undefined;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}

/** Knows every secret of one configuration, to keep them out of what is printed. */
export class Secrets {
  readonly #values = new Set<string>();

  add(secret: Secret): Secret {
    if (secret.reveal() !== '') this.#values.add(secret.reveal());
    return secret;
  }

  /** A text that is a secret, or holds one, with the secret replaced. The longest goes first: one may hold another. */
  mask(text: string): string {
    if (this.#values.has(text)) return mask;
    const within = [...this.#values].filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
    return within.reduce((rest, value) => rest.replaceAll(value, mask), text);
  }
}
