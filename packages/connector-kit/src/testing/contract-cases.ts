/** The contract, case by case. */
import type { Json } from '../json.ts';
import { abortCases } from './cases/abort.ts';
import { checkCases } from './cases/check.ts';
import { definitionCases } from './cases/definition.ts';
import { endpointCases } from './cases/endpoints.ts';
import { httpCases } from './cases/http.ts';
import { identityCases } from './cases/identity.ts';
import { logoutCases } from './cases/logout.ts';
import { lookUpCases } from './cases/look-up.ts';
import { overloadCases } from './cases/overload.ts';
import { passwordCases } from './cases/password.ts';
import { redirectCases } from './cases/redirect.ts';
import { refreshCases } from './cases/refresh.ts';
import { secretCases } from './cases/secrets.ts';
import { stateCases } from './cases/state.ts';
import { unavailableCases } from './cases/unavailable.ts';
import type { ContractHarness } from './harness.ts';

export interface ContractCase {
  /** A sentence about behaviour. */
  readonly name: string;
  /** Rejects with an `AssertionError` where the connector breaks the contract. */
  run(): Promise<void>;
}

/**
 * Run every case, one after the other: they share the harness's upstream.
 *
 * `for (const { name, run } of contractCases(harness)) test(name, run);`
 */
export function contractCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  return [
    ...definitionCases(harness),
    ...checkCases(harness),
    ...lookUpCases(harness),
    ...identityCases(harness),
    ...(harness.login.kind === 'password' ? passwordCases(harness, harness.login) : []),
    ...(harness.login.kind === 'redirect' ? redirectCases(harness, harness.login) : []),
    ...unavailableCases(harness),
    ...overloadCases(harness),
    ...abortCases(harness),
    ...refreshCases(harness),
    ...stateCases(harness),
    ...logoutCases(harness),
    ...endpointCases(harness),
    ...httpCases(harness),
    ...secretCases(harness),
  ];
}
