/** XML that two readers read differently, or that no reader survives. */
import type { HostileCase } from './saml-cases.ts';

const group = 'text';
const inValue = (xml: string, what: string) => xml.replace('>jane<', `>ja${what}ne<`);

export const textCases: readonly HostileCase[] = [
  {
    group,
    name: 'a comment inside the NameID',
    answer: ({ good }) => good().replace('jane-id', 'jane<!-- -->-id'),
    refusal: /comment/,
  },
  {
    group,
    name: 'a comment inside an attribute value',
    answer: ({ good }) => inValue(good(), '<!---->'),
    refusal: /comment/,
  },
  {
    group,
    name: 'a comment inside DigestValue',
    answer: ({ good }) => good().replace('<ds:DigestValue>', '<ds:DigestValue><!-- forged -->'),
    refusal: /comment/,
  },
  {
    group,
    name: 'a comment beside the root',
    answer: ({ good }) => `${good()}<!-- -->`,
    refusal: /comment/,
  },
  {
    group,
    name: 'a processing instruction inside a value',
    answer: ({ good }) => inValue(good(), '<?x ?>'),
    refusal: /processing instruction/,
  },
  {
    group,
    name: 'a second XML declaration',
    answer: ({ good }) => `<?xml version="1.0"?><?xml version="1.0"?>${good()}`,
    refusal: /processing instruction/,
  },
  {
    group,
    name: 'CDATA inside a value',
    answer: ({ good }) => inValue(good(), '<![CDATA[]]>'),
    refusal: /CDATA/,
  },
  {
    group,
    name: 'DOCTYPE',
    answer: ({ good }) => `<!DOCTYPE a>${good()}`,
    refusal: /document type/,
  },
  {
    group,
    name: 'an external entity',
    answer: ({ good }) => `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${inValue(good(), '&x;')}`,
    refusal: /document type/,
  },
  {
    group,
    name: 'an entity bomb',
    answer: ({ good }) => {
      const levels = Array.from({ length: 9 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`);
      return `<!DOCTYPE a [<!ENTITY e0 "ha">${levels.join('')}]>${inValue(good(), '&e9;')}`;
    },
    refusal: /document type/,
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
    name: 'ten thousand elements deep',
    answer: ({ good }) =>
      good().replace('</samlp:Status>', `${'<a>'.repeat(9_000)}${'</a>'.repeat(9_000)}</samlp:Status>`),
    refusal: /elements deep/,
  },
  {
    group,
    name: 'a hundred thousand elements',
    answer: ({ good }) => good().replace('</samlp:Status>', `${'<a/>'.repeat(60_000)}</samlp:Status>`),
    refusal: /tags/,
  },
  {
    group,
    name: 'an element with ten thousand attributes',
    answer: ({ good }) => {
      const many = Array.from({ length: 10_000 }, (_, index) => ` a${index} = '${index}'`).join('');
      return good().replace('</samlp:Status>', `<a${many}/></samlp:Status>`);
    },
    refusal: /attributes/,
  },
  {
    group,
    name: 'half a megabyte',
    answer: ({ good }) => inValue(good(), 'a'.repeat(362 * 1024)),
    refusal: /characters/,
  },
  {
    group,
    name: 'two root elements',
    answer: ({ good }) => `${good()}<a/>`,
    refusal: /not well-formed|beside the root/,
  },
  {
    group,
    name: 'text after the root',
    answer: ({ good }) => `${good()}more`,
    refusal: /not well-formed|beside the root/,
  },
  {
    group,
    name: 'a tag that nobody closes',
    answer: ({ good }) => good().replace('</samlp:Response>', ''),
    refusal: /not well-formed/,
  },
  {
    group,
    name: 'an attribute twice',
    answer: ({ good }) => good().replace(' Version="2.0"', ' Version="2.0" Version="2.0"'),
    refusal: /not well-formed/,
  },
  {
    group,
    name: 'an attribute without quotes',
    answer: ({ good }) => good().replace(' Version="2.0"', ' Version=2.0'),
    refusal: /not well-formed/,
  },
  {
    group,
    name: 'another encoding than UTF-8',
    answer: ({ good }) => `<?xml version="1.0" encoding="UTF-7"?>${good()}`,
    refusal: /not in UTF-8/,
  },
  {
    group,
    name: 'half of a surrogate pair, by number',
    answer: ({ good }) => inValue(good(), '&#xD800;'),
    refusal: /does not fit|well-formed|control/,
  },
  {
    group,
    name: 'an element of the same name in another namespace',
    answer: ({ good }) => good().replaceAll('urn:oasis:names:tc:SAML:2.0:protocol', 'urn:x'),
    refusal: /not a SAML 2.0 response/,
  },
  {
    group,
    name: 'SAML 1.1',
    answer: ({ good }) => good().replaceAll('SAML:2.0:', 'SAML:1.0:'),
    refusal: /not a SAML 2.0 response/,
  },
  {
    group,
    name: 'a prefix that is nowhere declared',
    answer: ({ good }) => good().replace('xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ', ''),
    refusal: /not a SAML 2.0 response|not well-formed/,
  },
  { group, name: 'nothing but text', answer: () => 'hello', refusal: /not well-formed|no root/ },
  { group, name: 'JSON', answer: () => '{"user":"jane"}', refusal: /not well-formed|no root/ },
];
