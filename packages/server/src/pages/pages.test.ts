import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choicePage } from './choice.ts';
import { confirmPage } from './confirm.ts';
import { consentPage } from './consent.ts';
import { demoPage } from './demo.ts';
import { departurePage } from './departure.ts';
import { errorPage } from './error.ts';
import { homePage } from './home.ts';
import type { Html } from './html.ts';
import { passwordPage } from './password.ts';
import { signedOutPage, signOutPage } from './signed-out.ts';
import type { Site } from './site.ts';

/** Every page, with the same text wherever something of somebody else's may stand. */
function allPages(text: string): readonly Html[] {
  const site: Site = { name: text, base: '/sso', stylesheet: '/s.css', icon: '/i.svg', logo: text };
  const back = { action: text, csrf: text, clientName: text };
  const asked = { clientName: text, person: text, action: text, csrf: text };
  return [
    choicePage(site, {
      clientName: text,
      ways: [
        { name: text, address: text, picture: text, lastUsed: true },
        { name: text, address: text, mark: 'github', lastUsed: false },
        { name: text, address: text, lastUsed: false },
      ],
      many: true,
      finder: { action: text, csrf: text, byAddress: true, byName: true },
      back,
    }),
    ...[0, 2].map((matches) =>
      choicePage(site, {
        clientName: text,
        ways: [{ name: text, address: text, lastUsed: false }],
        many: false,
        finder: {
          action: text,
          csrf: text,
          byAddress: false,
          byName: true,
          search: { sought: text, ...(matches === 0 && { domain: text }), matches },
        },
        back,
      }),
    ),
    passwordPage(site, {
      ...asked,
      connectorName: text,
      usernameLabel: text,
      username: text,
      problem: text,
      requestId: text,
      offerRemember: true,
      ticket: text,
      choice: text,
      back,
    }),
    confirmPage(site, asked),
    consentPage(site, { ...asked, scopes: [text, `audience:server:client_id:${text}`], returnsTo: text }),
    departurePage(site, { connectorName: text, address: text, fields: { [text]: text } }),
    errorPage(site, {
      code: text,
      status: 400,
      sentence: text,
      requestId: text,
      ways: { again: text, choice: text, back },
    }),
    errorPage(site, {
      code: text,
      status: 403,
      sentence: `See https://example.com/${text}.`,
      link: `https://example.com/${text}`,
      requestId: text,
    }),
    signOutPage(site, { action: text, xsrf: text }),
    signedOutPage(site),
    homePage(site, {}),
    homePage(site, { signIn: text }),
    demoPage(site, {
      idToken: `${text}.${text}.${text}`,
      header: { alg: text, kid: text },
      claims: { sub: text, name: text, groups: [text], [`x${text}`]: { deep: text }, exp: 1 },
      issuer: text,
      now: new Date(0),
      again: text,
      signOut: text,
    }),
  ];
}

/** Tags and attribute names, without any value. */
function skeleton(page: Html): readonly string[] {
  return [...page.toString().matchAll(/<(?:"[^"]*"|[^">])*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
}

describe('every page', () => {
  it('has the same markup whatever stands in it: no name, label or claim becomes a tag or an attribute', () => {
    const plain = allPages('x').map(skeleton);
    const hostile = fc.string({
      unit: fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '`',
        '&',
        '=',
        '/',
        ' ',
        '\n',
        '\0',
        'a',
        '-',
        '!',
        '\\',
        '${',
        '\u2028',
      ),
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(hostile, (text) => {
        expect(allPages(text).map(skeleton)).toEqual(plain);
      }),
      { numRuns: 200 },
    );
  });

  it('has a language, a title, one heading, a main part, and a label for every field', () => {
    for (const page of allPages('x')) {
      const text = page.toString();
      expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(text).toMatch(/<title>[^<]+ · x<\/title>/);
      expect(text.match(/<h1>/g)).toHaveLength(1);
      expect(text.match(/<main /g)).toHaveLength(1);
      for (const [, id] of text.matchAll(/<input id="([^"]+)"/g))
        expect(text).toContain(`<label for="${id}">`);
      expect(text).not.toMatch(/ style="| on[a-z]+="/);
    }
  });
});
