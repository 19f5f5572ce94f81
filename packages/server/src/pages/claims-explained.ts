/** What each claim of an ID token is for, in a sentence. */

const aboutPerson: Readonly<Record<string, string>> = {
  sub: 'Who you are, for ever: made of the connector and its id for you. Names change, this does not.',
  name: 'Your name, to show.',
  preferred_username: 'Your user name; many clusters show and log it.',
  email: 'Your e-mail address. It may pass to somebody else one day, so nothing is decided by it alone.',
  email_verified: 'Whether your directory vouches for the address.',
  groups: 'What you are a member of. Role bindings in a cluster are usually made for these.',
  federated_claims: 'Which connector you came through, and your id there.',
  stale_since: 'Your directory could not be asked since then: the groups may be out of date.',
};

const aboutToken: Readonly<Record<string, string>> = {
  iss: 'Who made this token. A cluster accepts only the issuer it was told about.',
  aud: 'For whom it was made. A cluster refuses tokens that were made for another application.',
  azp: 'The application that asked for it.',
  exp: 'Until when it is good. It is short on purpose; a refresh token gets the next one.',
  iat: 'When it was made.',
  auth_time: 'When you proved who you are.',
  nonce: 'Ties the token to this browser’s request, so that a stolen one cannot be slipped in.',
  at_hash: 'Ties the token to the access token that came with it.',
  jti: 'The number of this token, for logs.',
  sid: 'Your browser session here; signing out ends it.',
  acr: 'How strong the sign-in was.',
  amr: 'By which means you signed in.',
};

export interface ExplainedClaim {
  readonly name: string;
  readonly value: unknown;
  readonly purpose: string;
}

/** What is said about the person, then what is said about the token; a claim we do not know stands last, unexplained. */
export function explainClaims(claims: Readonly<Record<string, unknown>>): {
  readonly person: readonly ExplainedClaim[];
  readonly token: readonly ExplainedClaim[];
} {
  const others = Object.keys(claims).filter((name) => !(name in aboutPerson) && !(name in aboutToken));
  const unexplained = Object.fromEntries(others.map((name) => [name, '']));
  return { person: pick(claims, aboutPerson), token: pick(claims, { ...aboutToken, ...unexplained }) };
}

function pick(
  claims: Readonly<Record<string, unknown>>,
  purposes: Readonly<Record<string, string>>,
): readonly ExplainedClaim[] {
  return Object.entries(purposes)
    .filter(([name]) => Object.hasOwn(claims, name))
    .map(([name, purpose]) => ({ name, value: claims[name], purpose }));
}

const times: ReadonlySet<string> = new Set(['exp', 'iat', 'auth_time', 'stale_since', 'nbf']);

export function isTime(name: string): boolean {
  return times.has(name);
}
