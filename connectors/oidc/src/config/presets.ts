/** What is known about a kind of upstream. Whatever the administrator writes has the last word. Data, no code. */
import type { ClaimPath } from '@gatehouse/oauth-upstream';

export const presetNames = ['google', 'microsoft', 'gitlab', 'keycloak', 'okta', 'auth0'] as const;
export type PresetName = (typeof presetNames)[number];

export interface Preset {
  /** Where all have the same. `{tenant}` is the option of that name. */
  readonly issuer?: string;
  /** How an issuer of this kind looks, and how to say so. */
  readonly issuerForm?: { readonly pattern: RegExp; readonly message: string };
  readonly scopes?: readonly string[];
  readonly offlineAccess?: boolean;
  readonly prompt?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly userinfo?: boolean;
  readonly claims?: {
    readonly id?: ClaimPath;
    readonly username?: readonly ClaimPath[];
    readonly displayName?: readonly ClaimPath[];
    readonly emailVerified?: ClaimPath;
    readonly groups?: ClaimPath;
  };
  /**
   * Parts of an `error_description` in which somebody has decided about this very person: they were shut out. That an
   * account is not found is none of them: of a directory that was half restored it is said of everybody.
   */
  readonly leftWhen?: readonly string[];
}

export const presets: Readonly<Record<PresetName, Preset>> = {
  google: {
    issuer: 'https://accounts.google.com',
    // Google takes these in place of `offline_access`; without the prompt only the first sign-in gets a refresh token.
    parameters: { access_type: 'offline' },
    prompt: 'consent',
    claims: { username: ['email'] },
  },
  microsoft: {
    issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
    offlineAccess: true,
    // `sub` is another one for each application; `oid` is the object in the directory, as all of Microsoft names it.
    claims: { id: 'oid', emailVerified: 'xms_edov', groups: 'groups' },
    leftWhen: ['AADSTS50057'],
  },
  gitlab: {
    issuer: 'https://gitlab.com',
    // The ID token has direct memberships alone.
    userinfo: true,
    claims: { groups: 'groups' },
  },
  keycloak: {
    issuerForm: {
      pattern: /\/realms\/[^/]+$/,
      message:
        'is not the address of a realm: https://keycloak.example.com/realms/staff (no slash at its end)',
    },
    // Otherwise the refresh token ends with the session at Keycloak, after half an hour without a click.
    offlineAccess: true,
    claims: { groups: 'groups' },
    leftWhen: ['User disabled'],
  },
  okta: {
    issuerForm: {
      pattern: /^https:\/\/[^/]+(\/oauth2\/[^/]+)?$/,
      message:
        'is not an issuer of Okta: https://example.okta.com or https://example.okta.com/oauth2/default',
    },
    scopes: ['groups'],
    offlineAccess: true,
    claims: { groups: 'groups' },
  },
  auth0: {
    issuerForm: {
      pattern: /^https:\/\/[^/]+\/$/,
      message: 'is not an issuer of Auth0, which ends with a slash: https://example.eu.auth0.com/',
    },
    offlineAccess: true,
    claims: { username: ['nickname', 'email'] },
  },
};
