/** XML that is none: what a forgiving parser mends, and another one mends in another way. */
import type { HostileCase } from './saml-cases.ts';
import { extended, inValue } from './saml-draft.ts';

const group = 'well-formed';

export const wellFormedCases: readonly HostileCase[] = [
  {
    group,
    name: 'a name of a thousand letters',
    answer: ({ good }) => extended(good(), `<${'a'.repeat(1_000)} ID="_x" Id="_y"/>`),
    refusal: /tag that is none/,
  },
  {
    group,
    name: 'an entity that is nowhere declared',
    answer: ({ good }) => inValue(good(), '&x;'),
    refusal: /not well-formed/,
  },
  {
    group,
    name: 'a name that HTML would know',
    answer: ({ good }) => inValue(good(), '&nbsp;'),
    refusal: /not well-formed/,
  },
  {
    group,
    name: 'two root elements',
    answer: ({ good }) => `${good()}<a/>`,
    refusal: /beside the root/,
  },
  {
    group,
    name: 'text before the root, which xmldom drops',
    answer: ({ good }) => `hello${good()}`,
    refusal: /beside the root/,
  },
  {
    group,
    name: 'text after the root',
    answer: ({ good }) => `${good()}more`,
    refusal: /beside the root/,
  },
  {
    group,
    name: 'a tag that nobody closes',
    answer: ({ good }) => good().replace('</samlp:Response>', ''),
    refusal: /nobody closes/,
  },
  {
    group,
    name: 'an end tag inside the NameID that closes nothing, which xmldom drops',
    answer: ({ good }) => good().replace('jane-id', 'jane</x>-id'),
    refusal: /not open/,
  },
  {
    group,
    name: 'elements that end in the wrong order, which xmldom takes',
    answer: ({ good }) => extended(good(), '<a><b></a></b>'),
    refusal: /not open/,
  },
  {
    group,
    name: 'something else in an end tag',
    answer: ({ good }) => good().replace('</saml:NameID>', '</saml:NameID x="y">'),
    refusal: /tag that is none/,
  },
  {
    group,
    name: 'a tag inside a value',
    answer: ({ good }) => extended(good(), '<a b="<saml:Assertion>"/>'),
    refusal: /tag that is none/,
  },
  {
    group,
    name: 'a script of XHTML, whose tags xmldom takes for text',
    answer: ({ good }) => extended(good(), '<script xmlns="http://www.w3.org/1999/xhtml">a<b>&amp;</script>'),
    refusal: /not open/,
  },
  ...['a & b', '&#0;', '&#x110000;', '&#106zz;', '&amp', '&#xFFFE;'].map((value) => ({
    group,
    name: `a reference that is none: ${value}`,
    answer: ({ good }: Parameters<HostileCase['answer']>[0]) => inValue(good(), value),
    refusal: /reference to nothing/,
  })),
  {
    group,
    name: 'a NUL inside a value',
    answer: ({ good }) => inValue(good(), '\u0000'),
    refusal: /character that XML does not have/,
  },
  {
    group,
    name: 'the end of CDATA inside a value',
    answer: ({ good }) => inValue(good(), ']]>'),
    refusal: /CDATA section that nobody began/,
  },
  {
    group,
    name: 'a space that only xmldom takes for one',
    answer: ({ good }) => good().replace(' Version="2.0"', '\u0080Version="2.0"'),
    refusal: /tag that is none/,
  },
  {
    group,
    name: 'a prefix that nobody declares, on an attribute',
    answer: ({ good }) => extended(good(), '<a q:b=""/>'),
    refusal: /prefix that is not declared/,
  },
  {
    group,
    name: 'a prefix that nobody declares, which every object has',
    answer: ({ good }) => extended(good(), '<constructor:a/>'),
    refusal: /prefix that is not declared/,
  },
  {
    group,
    name: 'a prefix for no namespace',
    answer: ({ good }) => extended(good(), '<a xmlns:p=""/>'),
    refusal: /cannot be declared/,
  },
  {
    group,
    name: 'the prefix of XML for something else',
    answer: ({ good }) => extended(good(), '<a xmlns:xml="urn:x"/>'),
    refusal: /cannot be declared/,
  },
  {
    group,
    name: 'a namespace that canonicalization turns into attributes',
    answer: ({ good }) => extended(good(), `<p:a xmlns:p='urn:x" ID="_x'/>`),
    refusal: /strange characters/,
  },
  {
    group,
    name: 'an attribute that canonicalization takes for a declaration',
    answer: ({ good }) => good().replace('<saml:Assertion ', '<saml:Assertion xmlnsx="1" '),
    refusal: /only looks like a declaration/,
  },
  {
    group,
    name: 'an attribute twice, of a name that no object takes',
    answer: ({ good }) => extended(good(), '<a __proto__="1" __proto__="2"/>'),
    refusal: /an attribute twice/,
  },
  {
    group,
    name: 'an attribute twice',
    answer: ({ good }) => good().replace(' Version="2.0"', ' Version="2.0" Version="2.0"'),
    refusal: /an attribute twice/,
  },
  {
    group,
    name: 'an attribute without quotes',
    answer: ({ good }) => good().replace(' Version="2.0"', ' Version=2.0'),
    refusal: /not well-formed/,
  },
  {
    group,
    name: 'half of a surrogate pair, by number',
    answer: ({ good }) => inValue(good(), '&#xD800;'),
    refusal: /reference to nothing/,
  },
  {
    group,
    name: 'a prefix that is nowhere declared',
    answer: ({ good }) => good().replace('xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ', ''),
    refusal: /prefix that is not declared/,
  },
  { group, name: 'nothing but text', answer: () => 'hello', refusal: /no root/ },
  { group, name: 'JSON', answer: () => '{"user":"jane"}', refusal: /no root/ },
];
