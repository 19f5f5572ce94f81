/** Kubernetes's own token authenticator as a process: one token in, one answer out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { parse, stringify } from 'yaml';

export interface Answer {
  readonly authenticated: boolean;
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly error?: string;
}

export interface KubernetesAuthenticator {
  ask(token: string): Promise<Answer>;
  stop(): Promise<void>;
}

export interface ShippedJwt {
  issuer: { url: string; audiences: string[]; certificateAuthority: string };
  claimValidationRules: { expression: string; message: string }[];
  userValidationRules: unknown[];
}

/** The file that the documentation ships, with the test's issuer and authority put in. */
export async function shippedConfiguration(
  { issuer, ca }: { readonly issuer: string; readonly ca: string },
  change: (jwt: ShippedJwt) => void = () => undefined,
): Promise<string> {
  const file = join(import.meta.dirname, '../../docs/kubernetes/authentication-configuration.yaml');
  const document = parse(await readFile(file, 'utf8')) as { jwt: [ShippedJwt] };
  document.jwt[0].issuer.url = issuer;
  document.jwt[0].issuer.certificateAuthority = ca;
  change(document.jwt[0]);
  return stringify(document);
}

/** `configuration` is the text of an AuthenticationConfiguration. @throws when Kubernetes refuses it */
export async function startAuthenticator(
  configuration: string,
  flags: readonly string[] = [],
): Promise<KubernetesAuthenticator> {
  const folder = await mkdtemp(join(tmpdir(), 'authenticator-'));
  const file = join(folder, 'authentication.yaml');
  await writeFile(file, configuration);
  const child = spawn(inject('authenticator'), ['--config', file, ...flags], { stdio: 'pipe' });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    ask: async (token) => {
      child.stdin.write(`${token}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the authenticator has ended: ${errors}`);
      return JSON.parse(value) as Answer;
    },
    stop: async () => {
      if (child.exitCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
