/** XML that two readers read differently, or that no reader survives. */
import type { HostileCase } from './saml-cases.ts';
import { extended, inValue } from './saml-draft.ts';

const group = 'text';
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
    name: 'three thousand elements deep',
    answer: ({ good }) => extended(good(), `${'<a>'.repeat(3_000)}${'</a>'.repeat(3_000)}`),
    refusal: /elements deep/,
  },
  {
    group,
    name: 'a hundred thousand elements',
    answer: ({ good }) => extended(good(), '<a/>'.repeat(60_000)),
    refusal: /tags/,
  },
  {
    group,
    name: 'a thousand names, for each of which xmldom searches the whole text',
    answer: ({ good }) =>
      extended(good(), Array.from({ length: 1_000 }, (_, at) => `<a${at}></a${at}>`).join('')),
    refusal: /names of elements/,
  },
  {
    group,
    name: 'twelve thousand attributes, a hundred at a time',
    answer: ({ good }) => {
      const many = Array.from({ length: 100 }, (_, at) => ` a${at}=""`).join('');
      return extended(good(), `<a${many}/>`.repeat(120));
    },
    refusal: /10000 attributes/,
  },
  {
    group,
    name: 'an element with a thousand attributes, of which each hides the others from who counts by tags',
    answer: ({ good }) =>
      extended(good(), `<a${Array.from({ length: 1_000 }, (_, at) => ` a${at}='<'`).join('')}/>`),
    refusal: /tag that is none/,
  },
  {
    group,
    name: 'an element with ten thousand attributes',
    answer: ({ good }) => {
      const many = Array.from({ length: 10_000 }, (_, index) => ` a${index} = '${index}'`).join('');
      return extended(good(), `<a${many}/>`);
    },
    refusal: /100 attributes/,
  },
  {
    group,
    name: 'half a megabyte',
    answer: ({ good }) => inValue(good(), 'a'.repeat(362 * 1024)),
    refusal: /characters/,
  },
  {
    group,
    name: 'XML 1.1, which ends its lines elsewhere',
    answer: ({ good }) => `<?xml version="1.1"?>${good()}`,
    refusal: /version 1.0/,
  },
  {
    group,
    name: 'UTF-16 without saying so',
    answer: ({ good }) => [...good()].join('\u0000'),
    refusal: /character that XML does not have/,
  },
  {
    group,
    name: 'another encoding than UTF-8',
    answer: ({ good }) => `<?xml version="1.0" encoding="UTF-7"?>${good()}`,
    refusal: /not in UTF-8/,
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
];
