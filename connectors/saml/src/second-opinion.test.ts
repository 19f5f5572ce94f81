/** node-saml reads our answers too. It is less strict, so it proves nothing of what is refused; but what is good is good there. */
import { createRequire } from 'node:module';
import { afterAll, describe, expect, test } from 'vitest';
import type { AnswerOptions } from '../../../tests/support/hostile/saml-idp.ts';
import { sessionForm } from './identity.ts';
import { idpKeys, ourKeys, play } from './testing/played-provider.ts';

interface NodeSaml {
  validatePostResponseAsync(body: { readonly SAMLResponse: string }): Promise<{
    readonly profile: {
      readonly nameID: string;
      readonly sessionIndex: string;
      readonly groups: unknown;
    } | null;
  }>;
}

/** Its own types bring those of a web page along. */
const { SAML } = createRequire(import.meta.url)('@node-saml/node-saml') as {
  readonly SAML: new (options: object) => NodeSaml;
};

const played = play({ decryption: ourKeys, signing: ourKeys });
afterAll(() => played.connector.close?.());

describe('an answer that is good here', () => {
  const ways: readonly (readonly [string, AnswerOptions])[] = [
    ['a signed assertion', {}],
    ['a signed response', { signs: 'response' }],
    ['both signed', { signs: 'both' }],
    ['an encrypted assertion', { encryptTo: ourKeys }],
  ];
  test.each(ways)('says the same to node-saml: %s', async (_, options) => {
    played.host.advance(Date.now() - played.host.now().getTime());
    const { request, good, finish } = await played.begin();
    const xml = good(options);
    const ours = await finish(xml);
    const theirs = new SAML({
      idpCert: idpKeys.certificate,
      issuer: request.issuer,
      audience: request.issuer,
      callbackUrl: request.acs,
      decryptionPvk: ourKeys.key,
      wantAuthnResponseSigned: options.signs === 'response' || options.signs === 'both',
      wantAssertionsSigned: options.signs !== 'response',
      acceptedClockSkewMs: 5_000,
    });
    const { profile } = await theirs.validatePostResponseAsync({
      SAMLResponse: Buffer.from(xml).toString('base64'),
    });
    expect(profile?.nameID).toBe(ours.upstreamId);
    expect(profile?.sessionIndex).toBe(sessionForm.parse(ours.sessionState).sessionIndex);
    expect(profile?.groups).toEqual(ours.groups);
  });
});
