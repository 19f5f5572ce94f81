/**
 * Which password hashes are accepted: bcrypt, and argon2id as a PHC string.
 *
 * The figures inside a hash decide how much work a sign-in costs, so a hash is read and its figures are
 * held to a range before any library sees it. `m=4294967295` would otherwise ask for 4 TiB.
 */
export type HashSettings =
  | { readonly kind: 'bcrypt'; readonly cost: number }
  /** `memory` in KiB. */
  | { readonly kind: 'argon2id'; readonly memory: number; readonly passes: number; readonly lanes: number };

export type ParsedHash =
  | { readonly ok: true; readonly settings: HashSettings }
  | { readonly ok: false; readonly problem: string };

/** 10 is 50 ms and 16 is 4 s of one core. */
const bcryptCost = { least: 10, most: 16 };
const argon2Memory = { least: 4_096, most: 262_144 };
const argon2Passes = { least: 1, most: 12 };
const argon2Lanes = { least: 1, most: 16 };
/** KiB written in all passes together: what bounds the time. */
const argon2Work = 1_048_576;
const saltBytes = { least: 8, most: 64 };
const outputBytes = { least: 16, most: 64 };

/** The last letters of salt and hash have bits to spare; where they are set, the library calls it malformed. */
const bcryptForm = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;
const argon2Form =
  /^\$argon2id\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const remake = 'make a new one with `gatehouse hash-password`';

export function parsePasswordHash(hash: string): ParsedHash {
  const bcrypt = bcryptForm.exec(hash);
  if (bcrypt) return parseBcrypt(Number(bcrypt[1]));
  const argon2 = argon2Form.exec(hash);
  if (argon2?.slice(4).every(isCanonicalBase64)) return parseArgon2(argon2.slice(1));
  return refuse(describeForm(hash));
}

/** What is wrong with a password hash, as a sentence that says what to do; undefined if nothing is. */
export function checkPasswordHash(hash: string): string | undefined {
  const parsed = parsePasswordHash(hash);
  return parsed.ok ? undefined : parsed.problem;
}

function parseBcrypt(cost: number): ParsedHash {
  if (!within(cost, bcryptCost)) return refuse(outside('bcrypt cost', cost, bcryptCost));
  return { ok: true, settings: { kind: 'bcrypt', cost } };
}

function parseArgon2(fields: readonly string[]): ParsedHash {
  const [memory = 0, passes = 0, lanes = 0] = fields.slice(0, 3).map(Number);
  const [salt = 0, output = 0] = fields.slice(3).map((text) => Buffer.byteLength(text, 'base64'));
  if (!within(memory, argon2Memory)) return refuse(outside('argon2 m (KiB)', memory, argon2Memory));
  if (!within(passes, argon2Passes)) return refuse(outside('argon2 t', passes, argon2Passes));
  if (!within(lanes, argon2Lanes)) return refuse(outside('argon2 p', lanes, argon2Lanes));
  if (!within(salt, saltBytes)) return refuse(outside('argon2 salt (bytes)', salt, saltBytes));
  if (!within(output, outputBytes)) return refuse(outside('argon2 output (bytes)', output, outputBytes));
  if (memory * passes > argon2Work) {
    return refuse(`argon2 m × t is ${memory * passes} KiB, and at most ${argon2Work} is accepted; ${remake}`);
  }
  return { ok: true, settings: { kind: 'argon2id', memory, passes, lanes } };
}

/** Never quotes the text: it may be a password in clear. */
function describeForm(hash: string): string {
  if (/^\$argon2[di]\$/.test(hash)) return `of the argon2 family only argon2id is accepted; ${remake}`;
  if (/^\$argon2id\$/.test(hash)) {
    return `not a complete argon2id hash of version 19 ($argon2id$v=19$m=…,t=…,p=…$salt$hash); ${remake}`;
  }
  if (/^\$2[abxy]?\$/.test(hash)) return `not a complete bcrypt hash (60 characters); ${remake}`;
  if (/^JDJ[a-zA-Z0-9+/=]+$/.test(hash)) return 'this is bcrypt wrapped in base64: put the decoded text here';
  return `neither bcrypt ($2a$, $2b$, $2y$) nor argon2id; ${remake}`;
}

function isCanonicalBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64').replace(/=+$/, '') === text;
}

function within(value: number, range: { least: number; most: number }): boolean {
  return value >= range.least && value <= range.most;
}

function outside(what: string, value: number, range: { least: number; most: number }): string {
  return `${what} is ${value}, and ${range.least} to ${range.most} is accepted; ${remake}`;
}

function refuse(problem: string): ParsedHash {
  return { ok: false, problem };
}
