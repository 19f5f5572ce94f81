/** An open connector and an identity provider that answers it: what the tests of this package begin with. */
import type { Connector, Identity, Json, RedirectLogin, SignInWish } from '@gatehouse/connector-kit';
import { type TestHost, testCall, testHost } from '@gatehouse/connector-kit/testing';
import type { SamlPerson } from '../../../../tests/support/hostile/saml-draft.ts';
import {
  type AnswerOptions,
  posted,
  type ReadRequest,
  readRequest,
  SamlIdp,
} from '../../../../tests/support/hostile/saml-idp.ts';
import { makeSamlKeys } from '../../../../tests/support/hostile/saml-keys.ts';
import { configSchema } from '../config.ts';
import type { SamlState } from '../identity.ts';
import { createSamlConnector } from '../index.ts';

export const issuer = 'https://login.example.com';
export const idpKeys = makeSamlKeys('idp.example.com');
export const ourKeys = makeSamlKeys('login.example.com');
export const strangersKeys = makeSamlKeys('stranger.example');

export const jane: SamlPerson = {
  id: 'jane-id',
  attributes: { uid: ['jane'], mail: ['jane@example.com'], groups: ['admins', 'writers'] },
};

export interface Played {
  readonly connector: Connector<SamlState>;
  readonly login: RedirectLogin<SamlState>;
  readonly host: TestHost;
  readonly idp: SamlIdp;
  begin(wish?: SignInWish): Promise<Begun>;
}

export interface Begun {
  readonly request: ReadRequest;
  readonly memo: Json;
  /** The identity that comes of an answer. */
  finish(xml: string): Promise<Identity<SamlState>>;
  good(options?: AnswerOptions): string;
}

/** @param config beside the provider, by hand */
export function play(config: object = {}, host = testHost({ id: 'corp' })): Played {
  const idp = new SamlIdp('https://idp.example.com/saml', () => host.now(), idpKeys);
  const byHand = {
    entityId: idp.entityId,
    ssoUrl: 'https://idp.example.com/sso',
    certificates: idpKeys.certificate,
  };
  const attributes = { username: 'uid', email: 'mail', groups: 'groups' };
  const written = { idp: byHand, attributes, ...config };
  const connector = createSamlConnector({ issuer }).open(configSchema.parse(written), host);
  const { login } = connector;
  if (login.kind !== 'redirect') throw new Error('SAML is a redirect login');
  return { connector, login, host, idp, begin: (wish) => begin({ connector, login, host, idp }, wish) };
}

async function begin(
  { login, idp }: Omit<Played, 'begin'>,
  wish: SignInWish = { fresh: false },
): Promise<Begun> {
  const callbackUrl = new URL(`${issuer}/callback/corp`);
  const { departure, memo } = await login.begin({ token: 'a-token', callbackUrl, wish }, testCall());
  const request = readRequest(departure);
  return {
    request,
    memo,
    finish: (xml) => login.finish({ arrival: posted(xml, 'a-token'), memo, callbackUrl }, testCall()),
    good: (options) => idp.answer(request, jane, options),
  };
}
