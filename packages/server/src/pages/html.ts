/** The template tag that every page is written with: what is put in is escaped, always. */

/** Markup that is safe to send. Only `html` makes it, so a string can never pass for markup. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** For `html` alone: the pieces between the values are our own source, the values are escaped. */
  static join(literals: readonly string[], values: readonly Fragment[]): Html {
    let markup = literals[0] ?? '';
    values.forEach((value, index) => {
      refuseUnquoted(markup);
      markup += render(value) + (literals[index + 1] ?? '');
    });
    return new Html(markup);
  }

  toString(): string {
    return this.#markup;
  }
}

/** `true` is missing on purpose: `${flag && html`…`}` is what is meant, never the word "true". */
export type Fragment = Html | string | number | false | null | undefined | readonly Fragment[];

/** Escapes every value for text and for quoted attributes. Lists are joined; false, null and undefined vanish. */
export function html(literals: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  return Html.join(literals, values);
}

function render(value: Fragment): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(render).join('');
  return escapeText(String(value));
}

/** In `<a href=${x}>` a space in x would end the value and begin a new attribute, whatever is escaped. */
function refuseUnquoted(before: string): void {
  if (/=\s*$/.test(before) && before.lastIndexOf('<') > before.lastIndexOf('>')) {
    throw new Error('a value stands in an attribute without quotes');
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '');
}
