/** The issuer, and whether what listens can be what it promises. */
import { isLoopback } from '../schema/issuer.ts';
import type { Legible } from '../schema/legible.ts';
import type { Report } from '../source/report.ts';

export function checkIssuer(
  { issuer, insecureHttpIssuer, listen, trustedProxies }: Legible,
  report: Report,
): void {
  if (!issuer) return;
  if (issuer.protocol === 'https:') {
    if (listen.tls || trustedProxies.length > 0) return;
    report.warning(
      ['issuer'],
      'is https, but there is neither listen.tls nor a proxy in trustedProxies that could terminate TLS',
    );
    return;
  }
  if (listen.tls) report.problem(['listen', 'tls'], 'serves TLS, but the issuer begins with http://', 'key');
  if (isLoopback(issuer)) checkLoopbackListener(issuer, listen, report);
  else if (!insecureHttpIssuer) {
    report.problem(
      ['issuer'],
      'must be https unless it is a loopback address: over http anybody on the way can read passwords and tokens',
    );
  }
}

function checkLoopbackListener(issuer: URL, listen: Legible['listen'], report: Report): void {
  if (!isLoopbackHost(listen.host)) {
    report.warning(
      ['listen', 'host'],
      'is open to the network, without TLS, while the issuer is a loopback address',
    );
  }
  const port = Number(issuer.port || 80);
  if (listen.port !== 0 && listen.port !== port) {
    report.warning(['listen', 'port'], `is ${listen.port}, but the issuer says ${port}`);
  }
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** What plays tricks, or shows tokens to people, has no place where others can reach it. */
export function checkLoopbackOnly({ issuer, demo, connectors }: Legible, report: Report): void {
  if (!issuer || isLoopback(issuer)) return;
  const only = `is for a loopback issuer only, and the issuer is ${issuer.origin}`;
  if (demo) report.problem(['demo'], only, 'key');
  for (const [index, connector] of connectors.entries()) {
    if (connector?.type !== 'mock' || report.hasProblemAt('connectors', index)) continue;
    report.problem(['connectors', index, 'type'], `the type mock ${only}`);
  }
}
