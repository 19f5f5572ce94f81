/** From the field of a form to text: base64 of UTF-8 (SAML 2.0 bindings, section 3.5.4). */
import { refuse } from '../refusal.ts';

/** Characters of base64. */
export const longestAnswer = 500 * 1024;

export function decodeResponse(encoded: string): string {
  if (encoded.length > longestAnswer) refuse(`the answer has more than ${longestAnswer} characters`);
  // Some break it into lines.
  const packed = encoded.replace(/[\r\n\t ]/g, '');
  if (packed === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) refuse('the answer is not base64');
  return decodeText(Buffer.from(packed, 'base64'));
}

export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('the answer is not UTF-8');
  }
}
