/** The result codes of RFC 4511, appendix A, that a sign-in can meet. */
export const resultCode = {
  success: 0,
  operationsError: 1,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  strongerAuthRequired: 8,
  referral: 10,
  adminLimitExceeded: 11,
  confidentialityRequired: 13,
  constraintViolation: 19,
  noSuchObject: 32,
  invalidDnSyntax: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
} as const;

/** Not an answer to what was asked: the server cannot give one now, and another one may. */
export function isOutage({ code }: { readonly code: number }): boolean {
  return code === resultCode.busy || code === resultCode.unavailable;
}

const names = new Map<number, string>(Object.entries(resultCode).map(([name, code]) => [code, name]));

export function nameOfCode(code: number): string {
  return names.get(code) ?? `result ${code}`;
}
