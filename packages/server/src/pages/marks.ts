/**
 * What stands beside the name of an upstream: drawings of our own in one colour, which follow the text's.
 *
 * They say which service it is and are not its logo: their owners allow logos only unchanged. An operator who wants
 * one shows it by `mark:`. Within the page, so that they need no address and no other policy.
 */
import type { Mark } from '@gatehouse/connector-kit';
import { type Html, html } from './html.ts';

/** 24 wide and high. The stylesheet says how thick a line is. */
const glyphs: Readonly<Record<Mark, Html>> = {
  // A person.
  account: html`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>`,
  // A shield with a star.
  auth0: html`<path d="M12 2.5 20 5v7c0 4.5-3 7.6-8 9.5-5-1.9-8-5-8-9.5V5z"/><path class="full" d="m12 6.9 1.3 2.9 3.2.3-2.4 2.1.7 3.1-2.8-1.6-2.8 1.6.7-3.1-2.4-2.1 3.2-.3z"/>`,
  // A tree with its root on top.
  directory: html`<rect x="9" y="3" width="6" height="5" rx="1.2"/><rect x="2.5" y="16" width="6" height="5" rx="1.2"/><rect x="15.5" y="16" width="6" height="5" rx="1.2"/><path d="M12 8v4M5.5 16v-4h13v4"/>`,
  // The head of a cat.
  github: html`<path class="full" fill-rule="evenodd" d="M4 3.2c1.9.2 3.5 1 4.7 2a11.4 11.4 0 0 1 6.6 0c1.2-1 2.8-1.8 4.7-2 .6 1.6.7 3.2.3 4.7a7 7 0 0 1 1.4 4.3c0 5.3-4 8.6-9.7 8.6s-9.7-3.3-9.7-8.6a7 7 0 0 1 1.4-4.3c-.4-1.5-.3-3.1.3-4.7zM8.4 11.4c-1 0-1.7.9-1.7 2.1s.7 2.1 1.7 2.1 1.7-.9 1.7-2.1-.7-2.1-1.7-2.1zm7.2 0c-1 0-1.7.9-1.7 2.1s.7 2.1 1.7 2.1 1.7-.9 1.7-2.1-.7-2.1-1.7-2.1z"/>`,
  // The head of a fox.
  gitlab: html`<path class="full" d="m12 21-9.3-7.2a1 1 0 0 1-.3-1.1L5.4 3.4l3.3 7h6.6l3.3-7 3 9.3a1 1 0 0 1-.3 1.1z"/>`,
  // The letter.
  google: html`<path class="thick" d="M18.3 6.2A8.3 8.3 0 1 0 20.3 12H12.5"/>`,
  // A keyhole in a hexagon.
  keycloak: html`<path d="M7.5 4h9l4.5 8-4.5 8h-9L3 12z"/><circle class="full" cx="12" cy="10.6" r="2"/><path class="full" d="m11.1 11.5-.8 4.5h3.4l-.8-4.5z"/>`,
  // Four panes.
  microsoft: html`<path class="full" d="M3 3h8.3v8.3H3zM12.7 3H21v8.3h-8.3zM3 12.7h8.3V21H3zM12.7 12.7H21V21h-8.3z"/>`,
  // A key.
  oauth2: html`<circle cx="8" cy="12" r="4.5"/><path d="M12.5 12h9M18 12v3.5"/>`,
  // An arrow through a door.
  oidc: html`<path d="M14 3.5h4a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2h-4M3.5 12H15M11 8l4 4-4 4"/>`,
  // A ring.
  okta: html`<circle class="thick" cx="12" cy="12" r="7.3"/>`,
  // A badge.
  saml: html`<rect x="3" y="6" width="18" height="14.5" rx="2.2"/><path d="M9.5 6V3.5h5V6M13.5 11.5h4M13.5 15.5h4"/><circle class="full" cx="8.3" cy="11.7" r="1.6"/><path d="M5.8 16.8a2.6 2.6 0 0 1 5 0"/>`,
};

/** A plugin may name one that this version does not have. */
export function glyphOf(mark: Mark | undefined): Html | undefined {
  if (mark === undefined || !Object.hasOwn(glyphs, mark)) return undefined;
  return html`<svg class="glyph" viewBox="0 0 24 24" width="22" height="22">${glyphs[mark]}</svg>`;
}
