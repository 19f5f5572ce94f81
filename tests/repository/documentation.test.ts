import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { rootCertificates } from 'node:tls';
import { parseConfig } from '@gatehouse/config';
import github from '@gatehouse/connector-github';
import ldap from '@gatehouse/connector-ldap';
import { createLocalConnector } from '@gatehouse/connector-local';
import { createMockConnector } from '@gatehouse/connector-mock';
import oauth2 from '@gatehouse/connector-oauth2';
import oidc from '@gatehouse/connector-oidc';
import { createSamlConnector } from '@gatehouse/connector-saml';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from './imports.ts';

const pages = spawnSync(
  'git',
  ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .stdout.split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** A signer's needs an RSA key. */
const someCertificate =
  rootCertificates.find((pem) => new X509Certificate(pem).publicKey.asymmetricKeyType === 'rsa') ?? '';
const someKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const someDatabase = 'postgres://user:password@db.example.com/gatehouse';

describe('the documentation', () => {
  it('is there', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/config.md']),
    );
  });

  it('has no link into the void, neither to a file nor to a heading', () => {
    expect(
      pages.flatMap((page) =>
        linksOf(page)
          .filter((link) => !resolves(page, link))
          .map((link) => `${page}: ${link}`),
      ),
    ).toEqual([]);
  });

  it('numbers decisions one after the other, and lists each under its title', () => {
    const files = pages.filter((page) => /^docs\/decisions\/\d/.test(page)).toSorted();
    const rows = files.map((file, index) => {
      const [heading = ''] = read(file).split('\n');
      expect(file).toContain(`/${String(index + 1).padStart(4, '0')}-`);
      expect(heading).toMatch(new RegExp(`^# ${index + 1}\\. `));
      return `| ${index + 1} | [${heading.replace(/^# \d+\. /, '')}](${basename(file)}) |`;
    });
    const index = read('docs/decisions/README.md').split('\n');
    expect(index.filter((line) => line.startsWith('| ') && line.includes(']('))).toEqual(rows);
  });

  it('gives commands that exist', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/\bnpm (?:run (?:-s )?([a-z:]+)|(start|test)\b)/g)].map(
        (match) => match[1] ?? match[2] ?? '',
      ),
    );
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it('shows configurations that can be loaded', async () => {
    const blocks = pages.flatMap(configurationsOf);
    expect(blocks.length).toBeGreaterThan(3);
    const faults = await Promise.all(blocks.map(async ({ page, text }) => problemsOf(page, text)));
    expect(faults.flat()).toEqual([]);
  });
});

function linksOf(page: string): readonly string[] {
  const text = read(page).replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map((match) => match[1] ?? '');
  const html = [...text.matchAll(/(?:href|src|srcset)="([^"]+)"/g)].map((match) => match[1] ?? '');
  return [...inline, ...html].filter((link) => !/^(?:https?|mailto):/.test(link));
}

function resolves(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (!existsSync(join(root, target))) return false;
  return heading === undefined || !target.endsWith('.md') || anchorsOf(target).has(heading);
}

/** As GitHub makes them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...read(page).matchAll(/^#{1,6}\s+(.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((text) =>
      text
        .replace(/`|\[|\]\([^)]*\)/g, '')
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

interface Block {
  readonly page: string;
  readonly text: string;
}

/** Whole files have an issuer; a fence marked `yaml gatehouse:clients` shows one key, and gets the rest from us. */
function configurationsOf(page: string): readonly Block[] {
  return [...read(page).matchAll(/^```yaml(?: gatehouse(?::(\w+))?)?\n([\s\S]*?)^```/gm)].flatMap(
    ([, key, text = '']) => {
      if (key === undefined) return /^issuer:/m.test(text) ? [{ page, text }] : [];
      const shown = parse(text) as Record<string, unknown>;
      if (!Object.hasOwn(shown, key))
        throw new Error(`${page}: the block marked gatehouse:${key} has no key ${key}`);
      return [{ page, text: stringify({ ...surroundings, ...shown }) }];
    },
  );
}

/** What stands around an excerpt, so that it is good by itself. */
const surroundings = (() => {
  const { issuer, connectors } = parse(readFileSync(join(root, 'config/enterprise.yaml'), 'utf8'));
  return { issuer, connectors };
})();

/** Secrets and files that an example names are there for as long as the test looks. */
async function problemsOf(page: string, text: string): Promise<readonly string[]> {
  const secret = Buffer.alloc(32, 7).toString('base64');
  const names = [...text.matchAll(/fromEnv: (\w+)/g)].map((match) => match[1] ?? '');
  const env = Object.fromEntries(names.map((name) => [name, /URL/.test(name) ? someDatabase : secret]));
  const nobody = { findByEmail: async () => null, findById: async () => null, list: async () => [] };
  try {
    await parseConfig({
      text,
      file: page,
      folder: join(root, dirname(page)),
      env,
      readFile: async (path) => Buffer.from(contentOf(path, secret)),
      definitions: (issuer) => [
        ldap,
        github,
        createLocalConnector({ users: nobody }),
        oidc,
        oauth2,
        createSamlConnector({ issuer }),
        createMockConnector({ issuer }),
      ],
    });
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** By what the file is called. */
function contentOf(path: string, secret: string): string {
  if (/\.(?:crt|pem)$/.test(path)) return someCertificate;
  return path.endsWith('.key') ? someKey : secret;
}
