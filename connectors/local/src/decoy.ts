/** A hash that no password fits and that costs as much to check as a real one with the same settings. */
import { randomBytes } from 'node:crypto';
import type { HashSettings } from './password-hash.ts';

export function decoyHash(settings: HashSettings): string {
  if (settings.kind === 'bcrypt') {
    const cost = String(settings.cost).padStart(2, '0');
    return `$2b$${cost}$${bcryptBase64(randomBytes(16))}${bcryptBase64(randomBytes(23))}`;
  }
  const { memory, passes, lanes } = settings;
  const [salt, output] = [unpadded(randomBytes(16)), unpadded(randomBytes(32))];
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${salt}$${output}`;
}

/** One text for one amount of work. */
export function settingsKey(settings: HashSettings): string {
  return settings.kind === 'bcrypt'
    ? `bcrypt ${settings.cost}`
    : `argon2id ${settings.memory} ${settings.passes} ${settings.lanes}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const ofBcrypt = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** bcrypt writes base64 with an alphabet of its own. */
function bcryptBase64(bytes: Buffer): string {
  return Array.from(unpadded(bytes), (letter) => ofBcrypt.charAt(standard.indexOf(letter))).join('');
}
