import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from './html.ts';

/** Undoes the five entities, as a browser would. */
function decode(markup: string): string {
  return markup
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&amp;', '&');
}

describe('the template tag', () => {
  it('lets no text become markup, and loses none of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const markup = html`${text}`.toString();
        expect(markup).not.toMatch(/[<>"'`]/);
        expect(decode(markup)).toBe(text);
      }),
    );
  });

  it('keeps a value inside the quotes of its attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const markup = html`<input value="${text}">`.toString();
        const value = /^<input value="([^"]*)">$/s.exec(markup)?.[1];
        expect(decode(value ?? 'no value')).toBe(text);
      }),
    );
  });

  it('escapes a script that was typed as a user name', () => {
    expect(html`<p>${'<script>alert(1)</script>'}</p>`.toString()).toBe(
      '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>',
    );
  });

  it('puts fragments and lists in as they are, once escaped and not twice', () => {
    const items = ['a & b', '<c>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>`.toString()).toBe('<ul><li>a &amp; b</li><li>&lt;c&gt;</li></ul>');
  });

  it('shows nothing for what is absent, and shows zero', () => {
    expect(html`[${null}${undefined}${false}${[]}${0}]`.toString()).toBe('[0]');
  });

  it('refuses a value in an attribute without quotes', () => {
    expect(() => html`<a href=${'x onclick=alert(1)'}>`).toThrow('without quotes');
    expect(() => html`<a href= ${'x'}>`).toThrow('without quotes');
  });

  it('allows an equals sign in running text', () => {
    expect(html`<p>a=${1}</p>`.toString()).toBe('<p>a=1</p>');
  });

  it('does not take an object with a toString for markup', () => {
    const forged = { toString: () => '<script>' };
    // @ts-expect-error the compiler refuses it; a cast must not open the door either
    expect(() => html`${forged}`).toThrow();
  });
});
