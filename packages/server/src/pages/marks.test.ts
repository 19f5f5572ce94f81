import type { Mark } from '@gatehouse/connector-kit';
import { describe, expect, it } from 'vitest';
import { choicePage } from './choice.ts';
import { glyphOf } from './marks.ts';
import type { Site } from './site.ts';

const site: Site = { name: 'x', base: '', stylesheet: '/s.css', icon: '/i.svg' };

function pageWith(way: { readonly mark?: Mark; readonly picture?: string }): string {
  return choicePage(site, {
    clientName: 'App',
    ways: [{ name: 'éclair', address: '/with/a', lastUsed: false, ...way }],
    many: false,
    back: { action: '/return', csrf: 't', clientName: 'App' },
  }).toString();
}

describe('the mark beside a name', () => {
  it.each([
    'auth0',
    'github',
    'gitlab',
    'google',
    'keycloak',
    'microsoft',
    'okta',
    'account',
    'directory',
    'oauth2',
    'oidc',
    'saml',
  ] as const)('is drawn for %s in the colour of the text, and read to nobody', (mark) => {
    const page = pageWith({ mark });
    expect(page).toContain(`<span class="way-mark" aria-hidden="true">${glyphOf(mark)}</span>`);
    expect(glyphOf(mark)?.toString()).not.toMatch(/#[0-9a-f]{3}|url\(|href|<text|<title/i);
  });

  it('is the operator’s own where there is one', () => {
    const page = pageWith({ mark: 'google', picture: '/assets/x-mark' });
    expect(page).toContain('<img src="/assets/x-mark" alt="" width="24" height="24">');
    expect(page).not.toContain('<svg');
  });

  it.each([undefined, 'constructor', '__proto__', 'of a later version'])(
    'is the first letter for a connector that says %s',
    (mark) => {
      const way = mark === undefined ? {} : { mark: mark as Mark };
      expect(pageWith(way)).toContain('<span class="way-mark" aria-hidden="true">É</span>');
    },
  );
});
