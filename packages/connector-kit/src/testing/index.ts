/**
 * For the tests of a connector: the contract as a list of cases, and what a broker lends to a connector.
 *
 * It must not know any test runner: a case is a name and a function that rejects.
 */
export { type ContractCase, contractCases } from './contract-cases.ts';
export type {
  ContractHarness,
  PasswordHarness,
  RedirectHarness,
  UpstreamControls,
} from './harness.ts';
export { type LogEntry, recordingLog } from './recording-log.ts';
export { type TestCall, testCall } from './test-call.ts';
export { type TestHost, type TestHostOptions, testHost } from './test-host.ts';
