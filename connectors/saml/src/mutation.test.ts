/**
 * Attack: whoever has one good answer changes it until another person is read from it. Whatever is done to it, what is
 * read is what was signed, or nothing is.
 */
import { ConnectorError } from '@gatehouse/connector-kit';
import { afterAll, describe, expect, test } from 'vitest';
import type { AnswerOptions } from '../../../tests/support/hostile/saml-idp.ts';
import { checkResponse } from './response/check-response.ts';
import { goodExpectation } from './testing/good-expectation.ts';
import { ourKeys, play } from './testing/played-provider.ts';

const played = play({ decryption: ourKeys });
afterAll(() => played.connector.close?.());

const rounds = 300;

/** The same each time it is begun with the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Random = ReturnType<typeof randomFrom>;
type Mutation = (tokens: readonly string[], random: Random) => readonly string[];

const strangers = [
  '</x>',
  '<x/>',
  '<x>',
  '&#106;',
  'mallory',
  ' ',
  '\n',
  '\u0000',
  '<saml:NameID>mallory</saml:NameID>',
];
const attributes = [
  ' ID="_x"',
  ' Id="_x"',
  ' xml:id="_x"',
  ' xmlns:saml="urn:x"',
  ' xmlns="urn:x"',
  ' x:ID="_x"',
];

/** Where the element ends that begins at this place. */
function endOf(tokens: readonly string[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (token.startsWith('</')) depth -= 1;
    else if (token.startsWith('<') && !token.endsWith('/>')) depth += 1;
    if (depth <= 0 && token.startsWith('<')) return at + 1;
  }
  return tokens.length;
}

/** Any element, or each second time one that attacks are about. */
function beginning(tokens: readonly string[], random: Random): number {
  const kind =
    random(2) === 0
      ? /^<[^/]/
      : /^<(samlp:Response|saml:Assertion|saml:EncryptedAssertion|saml:Subject|ds:Signature)[ >]/;
  const places = tokens.flatMap((token, at) => (kind.test(token) ? [at] : []));
  return places[random(places.length)] ?? 0;
}

const toMallory = (token: string) => token.replaceAll('jane', 'mallory').replace(/ ID="_/, ' ID="_m');

/** Two signatures of the same value are refused for that alone. */
function unsigned(tokens: readonly string[]): readonly string[] {
  const begin = tokens.findIndex((token) => token.startsWith('<ds:Signature '));
  return begin === -1 ? tokens : tokens.toSpliced(begin, endOf(tokens, begin) - begin);
}

/** What stays XML. */
const elements: readonly Mutation[] = [
  (tokens, random) => {
    const at = beginning(tokens, random);
    const more = attributes[random(attributes.length)];
    return tokens.with(
      at,
      (tokens[at] ?? '').replace(/\/?>$/, (end) => `${more}${end}`),
    );
  },
  // An element in another place, with or without what it was.
  (tokens, random) => {
    const at = beginning(tokens, random);
    const end = endOf(tokens, at);
    const rest = random(2) === 0 ? tokens : tokens.toSpliced(at, end - at);
    return rest.toSpliced(random(rest.length), 0, ...tokens.slice(at, end));
  },
  forge,
  forge,
];

/** The same about somebody else, before or after it, or around it. */
function forge(tokens: readonly string[], random: Random): readonly string[] {
  const at = beginning(tokens, random);
  const end = endOf(tokens, at);
  const original = tokens.slice(at, end);
  const forged = (random(3) === 0 ? original : unsigned(original)).map(toMallory);
  if (random(2) === 0) return tokens.toSpliced(random(2) === 0 ? at : end, 0, ...forged);
  const around = forged.toSpliced(1 + random(forged.length), 0, ...original);
  return tokens.toSpliced(at, end - at, ...around);
}

/** What breaks it, more often than not. */
const characters: readonly Mutation[] = [
  (tokens, random) => tokens.toSpliced(random(tokens.length), 1),
  (tokens, random) => tokens.toSpliced(random(tokens.length), 0, strangers[random(strangers.length)] ?? ''),
  (tokens, random) => {
    const at = random(tokens.length);
    const token = tokens[at] ?? '';
    const place = random(token.length + 1);
    return tokens.with(at, token.slice(0, place) + token.slice(place + 1));
  },
];

function mutated(xml: string, random: Random): string {
  let tokens: readonly string[] = xml.split(/(<[^>]*>)/).filter((token) => token !== '');
  for (let times = 1 + random(2) * random(3); times > 0; times -= 1) {
    const mutations = random(5) === 0 ? characters : elements;
    tokens = mutations[random(mutations.length)]?.(tokens, random) ?? tokens;
  }
  return tokens.join('');
}

async function stage(options: AnswerOptions) {
  const { request, good } = await played.begin();
  const now = played.host.now().getTime();
  const expected = goodExpectation(request, played.idp, { now, decryptionKeys: [ourKeys.key] });
  const read = (xml: string) => {
    const {
      nameId,
      attributes: found,
      assertionId,
    } = checkResponse(Buffer.from(xml).toString('base64'), expected);
    return { nameId, found, assertionId };
  };
  return { xml: good(options), read };
}

describe.each([
  ['a signed assertion', {}],
  ['a signed response', { signs: 'response' }],
  ['both signed', { signs: 'both' }],
  ['an encrypted assertion that is signed', { encryptTo: ourKeys }],
  ['an encrypted assertion in a signed response', { encryptTo: ourKeys, signs: 'response' }],
] as const)('an answer with %s', (_, options) => {
  test('is refused, or says what it said, whatever is done to it', async () => {
    const { xml, read } = await stage(options);
    const signed = read(xml);
    for (let seed = 1; seed <= rounds; seed += 1) {
      const changed = mutated(xml, randomFrom(seed));
      try {
        expect(read(changed), `seed ${seed}`).toEqual(signed);
      } catch (error) {
        if (!ConnectorError.is(error)) throw error;
      }
    }
  }, 60_000);
});
