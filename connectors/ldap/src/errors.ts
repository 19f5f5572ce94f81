/** The two ways in which a directory fails us, as the contract names them. */
import { ConnectorError } from '@gatehouse/connector-kit';
import type { Result } from './wire/response.ts';
import { nameOfCode } from './wire/result-code.ts';

/** Could not find out; a later try may work. */
export function unavailable(reason: string, cause?: unknown): ConnectorError {
  return new ConnectorError('unavailable', { reason, cause });
}

/** Only the administrator can help. */
export function misconfigured(reason: string, cause?: unknown): ConnectorError {
  return new ConnectorError('misconfigured', { reason, cause });
}

/** A result for the log: the code's name, and what the directory itself says about it. */
export function describe(result: Result): string {
  const said = result.message
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300);
  return said === '' ? nameOfCode(result.code) : `${nameOfCode(result.code)} (${said})`;
}
