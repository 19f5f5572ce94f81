/** What the parts of one client say to each other. */
import type { WrittenClient } from '../schema/clients.ts';
import type { Legible } from '../schema/legible.ts';
import { isPrivateUse } from '../schema/redirect-uri.ts';
import type { Path } from '../source/problem.ts';
import type { Report } from '../source/report.ts';

const shortSecret = 16;

export function checkClients({ clients, demo }: Legible, report: Report): void {
  for (const [index, client] of clients.entries()) {
    if (!client) continue;
    const path = ['clients', index];
    checkSecrets(client, path, report);
    checkRedirects(client, path, report);
    warnOfWeakness(client, path, report);
    if (demo && client.id === 'demo')
      report.problem([...path, 'id'], 'is the id of the client that demo: true brings');
  }
}

function checkSecrets(client: WrittenClient, path: Path, report: Report): void {
  const at = [...path, 'secrets'];
  if (client.public && client.secrets.length > 0) {
    report.problem(at, 'a public client cannot keep a secret: take out secrets, or public: true', 'key');
  }
  if (!client.public && client.secrets.length === 0 && !report.hasProblemAt(...at)) {
    report.problem(path, 'needs secrets, or public: true');
  }
  for (const [index, secret] of client.secrets.entries()) {
    if (secret.known) checkSecret(secret.reveal(), [...at, index], report);
  }
}

/** RFC 6749, appendix A.2: what else is in a secret, the client could not send. */
function checkSecret(secret: string, at: Path, report: Report): void {
  if (/[^\x20-\x7e]/.test(secret)) {
    report.problem(
      at,
      'may have letters, digits and signs of ASCII alone: a client could not send the others',
    );
  } else if (secret.length < shortSecret) {
    report.warning(at, `is shorter than ${shortSecret} characters: it can be guessed from its hash`);
  }
}

function checkRedirects(client: WrittenClient, path: Path, report: Report): void {
  const faultOf = client.native ? nativeFault : webFault;
  for (const key of ['redirectUris', 'postLogoutRedirectUris'] as const) {
    for (const [index, uri] of client[key].entries()) {
      const fault = faultOf(uri);
      if (fault) report.problem([...path, key, index], fault);
    }
  }
  if (client.redirectUris.length === 0 && client.trustedPeers.length === 0 && !report.hasProblemAt(...path)) {
    report.warning(path, 'has no redirectUris: nobody can sign in to it');
  }
}

function webFault(uri: string): string | null {
  return isPrivateUse(uri) ? 'a scheme of its own is for a native client: add native: true' : null;
}

/** RFC 8252 7.2 and 7.3: https is for an address that the application has claimed, which nobody can of loopback. */
function nativeFault(uri: string): string | null {
  const { protocol, hostname } = new URL(uri);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol === 'https:' && loopback)
    return 'must be http: a native client has no certificate for a loopback address';
  if (protocol === 'http:' && !loopback) return 'must be localhost, 127.0.0.1 or [::1] for a native client';
  return null;
}

function warnOfWeakness(client: WrittenClient, path: Path, report: Report): void {
  if (client.silentLoopback) {
    const effect =
      client.native || client.public
        ? 'any program on the computer of a person who is signed in can get a token'
        : 'is for clients without a secret, and has no effect here';
    report.warning([...path, 'silentLoopback'], effect);
  }
  if (client.refreshTokens === 'always' && client.public && !client.trusted) {
    report.warning(
      [...path, 'refreshTokens'],
      'gives a public client that is not trusted a refresh token it did not ask for; "requested" shows it on the consent page',
    );
  }
}
