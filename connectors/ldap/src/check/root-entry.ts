/** What the directory says about itself (RFC 4512, section 5.1), and whether the preset was made for it. */
import type { Check } from '@gatehouse/connector-kit';
import { timeIn } from '../account/status-values.ts';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { present } from '../filters.ts';
import type { Searches } from '../session.ts';
import { stopwatch, wordsOf } from './attempt.ts';
import { sample } from './sample.ts';

const PAGED_RESULTS = '1.2.840.113556.1.4.319';
const ACTIVE_DIRECTORY = '1.2.840.113556.1.4.800';
const attributes = [
  'objectClass',
  'vendorName',
  'vendorVersion',
  'namingContexts',
  'defaultNamingContext',
  'supportedControl',
  'supportedCapabilities',
  'ipaDomainLevel',
  'currentTime',
];

export type Vendor = NonNullable<LdapConfig['preset']>;

export interface RootEntry {
  /** Undefined: it does not say, or is not known here. */
  readonly vendor: Vendor | undefined;
  readonly vendorName: string | undefined;
  /** Everything it holds; where there is a default among them, that alone: the rest is its own housekeeping. */
  readonly contexts: readonly string[];
  readonly paging: boolean;
  /** Only Active Directory tells it. */
  readonly currentTime: Date | undefined;
  readonly failure: string | undefined;
  readonly took: number;
}

/** Never throws: a directory may hide its root entry, and everything else works. */
export async function readRootEntry(searches: Searches): Promise<RootEntry> {
  const took = stopwatch();
  const query = { base: '', scope: 'base', filter: present('objectClass'), attributes } as const;
  try {
    const root = (await sample(searches, query)).entries[0];
    return { ...(root === undefined ? hidden : described(root)), failure: undefined, took: took() };
  } catch (error) {
    return { ...hidden, failure: wordsOf(error), took: took() };
  }
}

type Described = Omit<RootEntry, 'failure' | 'took'>;

const hidden: Described = {
  vendor: undefined,
  vendorName: undefined,
  contexts: [],
  paging: false,
  currentTime: undefined,
};

function described(root: Entry): Described {
  const main = root.text('defaultNamingContext');
  return {
    vendor: vendorOf(root),
    vendorName: root.text('vendorName'),
    contexts: main === undefined ? root.texts('namingContexts') : [main],
    paging: root.texts('supportedControl').includes(PAGED_RESULTS),
    currentTime: timeIn(root, 'currentTime'),
  };
}

function vendorOf(root: Entry): Vendor | undefined {
  if (root.texts('supportedCapabilities').includes(ACTIVE_DIRECTORY)) return 'active-directory';
  if (root.texts('objectClass').includes('OpenLDAProotDSE')) return 'openldap';
  const name = root.text('vendorName') ?? '';
  if (/lldap/i.test(name)) return 'lldap';
  if (!/389 Project/i.test(name)) return undefined;
  return root.text('ipaDomainLevel') === undefined ? '389ds' : 'freeipa';
}

const products: Readonly<Record<Vendor, string>> = {
  'active-directory': 'Active Directory',
  openldap: 'OpenLDAP',
  freeipa: 'FreeIPA',
  '389ds': '389 Directory Server',
  lldap: 'lldap',
};

export function checkRootEntry(root: RootEntry, { preset }: LdapConfig): Check {
  const { vendor, contexts, paging, took, failure } = root;
  if (failure !== undefined) {
    const advice = 'Gatehouse works without it. If the next lines are good, nothing is wrong.';
    return { name: 'root entry', ok: true, detail: failure, advice, took };
  }
  const product =
    vendor === undefined
      ? (root.vendorName ?? 'a directory that does not name its vendor')
      : products[vendor];
  const holds = contexts.join(', ') || 'nothing that it names';
  return {
    name: 'root entry',
    ok: true,
    detail: `${product}; it holds ${holds}`,
    facts: { vendor: vendor ?? null, contexts, paging },
    took,
    ...adviceOnPreset(vendor, preset),
  };
}

/** Without a preset the configuration says everything itself: nothing is wrong with that. */
function adviceOnPreset(vendor: Vendor | undefined, preset: Vendor | undefined): Pick<Check, 'advice'> {
  if (vendor === undefined || preset === undefined || vendor === preset) return {};
  // A FreeIPA server is a 389 Directory Server too, and may be used as one.
  if (vendor === 'freeipa' && preset === '389ds') return {};
  return { advice: `This is ${products[vendor]}: write \`preset: ${vendor}\` instead of \`${preset}\`.` };
}
