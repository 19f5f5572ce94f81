/** ID tokens that the provider has not signed, or not as it may. */
import { type OidcCase, row } from './oidc-case.ts';
import {
  type Keys,
  type Members,
  makeKeys,
  type OidcLies,
  signed,
  signedWithPublicKey,
  unsigned,
} from './oidc-provider.ts';

const strangers = await makeKeys();
const small = await makeKeys('ES256', 'k-2');

export function signatureCases(): readonly OidcCase[] {
  const token = (make: NonNullable<OidcLies['idToken']>) => ({ idToken: make });
  const keys = (set: unknown) => ({ keys: () => ({ keys: set }) });
  return [
    row(
      '`alg: none`',
      token((all) => unsigned(all)),
      ['bad_response', /"alg"/],
    ),
    row(
      '`alg: NONE`',
      token((all) => unsigned(all, 'NONE')),
      ['bad_response', /"alg"/],
    ),
    row('HS256, with the public key for a secret', token(signedWithPublicKey), ['bad_response', /"alg"/]),
    row(
      'HS256, and the document says that this is usual',
      {
        ...token(signedWithPublicKey),
        discovery: (honest) => ({ ...honest, id_token_signing_alg_values_supported: ['HS256', 'none'] }),
      },
      ['bad_response', /"alg"/],
    ),
    row(
      "a key that is not the upstream's",
      token((all) => signed(all, strangers)),
      ['bad_response', /signature/],
    ),
    row(
      'a key that the token brings along',
      token((all) => signed(all, strangers, { jwk: strangers.jwk })),
      ['bad_response', /signature/],
    ),
    row(
      'a key that nobody knows',
      token((all) => signed(all, strangers, { kid: 'k-9' })),
      ['bad_response', /no applicable keys/],
    ),
    row(
      'keys from where the token says',
      token((all) => signed(all, strangers, { jku: 'http://127.0.0.1:9/', kid: 'k-9' })),
      ['bad_response', /no applicable keys/],
    ),
    row(
      'a critical extension that we do not know',
      token((all, own) => signedCritical(all, own)),
      ['bad_response', /"crit"/],
    ),
    row(
      'a signature cut off',
      token(async (all, own) => (await signed(all, own)).replace(/[^.]+$/, '')),
      ['bad_response', /signature/],
    ),
    row(
      'claims changed after they were signed',
      token(async (all, own) => forged(await signed(all, own), { ...all, sub: 'u-2' })),
      ['bad_response', /signature/],
    ),
    row(
      'an algorithm that the operator does not allow',
      { idToken: (all) => signed(all, small), keys: () => ({ keys: [small.jwk] }) },
      ['bad_response', /"alg"/],
      { config: { algorithms: ['RS256'] } },
    ),
    row('no keys', keys([]), ['bad_response', /no applicable keys/]),
    row('keys that are no list', keys('k-1'), ['bad_response', /"keys".*must be an array/]),
    row('keys that are none', keys([{ kty: 'RSA', kid: 'k-1', n: 'AQAB', e: '' }]), [
      'bad_response',
      /modulusLength/,
    ]),
    row('two keys by one name', { keys: ({ keys: [own] }) => ({ keys: [own, strangers.jwk] }) }, [
      'bad_response',
      /multiple/,
    ]),
    row(
      'an encrypted token',
      token(() => 'a.b.c.d.e'),
      ['bad_response', /JWE/],
    ),
    row(
      'no token at all in its place',
      token(() => 'not-a-token'),
      ['bad_response', /JWT/],
    ),
  ];
}

function forged(token: string, claims: Members): string {
  const [header, , signature] = token.split('.');
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

/** jose does not sign what it does not know, so the header is written by hand and the signature is of it. */
async function signedCritical(all: Members, own: Keys): Promise<string> {
  const { FlattenedSign } = await import('jose');
  const payload = new TextEncoder().encode(JSON.stringify(all));
  const jws = await new FlattenedSign(payload)
    .setProtectedHeader({
      alg: 'RS256',
      kid: 'k-1',
      crit: ['urn:example:unknown'],
      'urn:example:unknown': true,
    })
    .sign(own.privateKey, { crit: { 'urn:example:unknown': true } });
  return `${jws.protected}.${jws.payload}.${jws.signature}`;
}
