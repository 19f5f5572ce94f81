/** What the options are made of, each with a message that says how to write it. */
import { z } from 'zod';
import { claimPath } from './claims/path.ts';

export const address = z
  .string()
  .refine(isHttp, 'is not an address, such as "https://login.example.com/tenant"');

function isHttp(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.hash === '';
}

export const pem = z
  .string()
  .regex(
    /-----BEGIN [A-Z ]+-----/,
    'is not PEM; to read it from a file write { fromFile: /path/to/file.pem }',
  );

export const scopeName = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is not one scope: write each as an item of its own');

/** One, or several; a list once it is read. */
export const claimPaths = z.union([
  z
    .string()
    .min(1)
    .transform((path) => [path]),
  z.array(claimPath).min(1),
]);

/** What we say ourselves; a parameter that the administrator writes must not undo it. */
const ours = new Set([
  'client_id',
  'client_secret',
  'code_challenge',
  'code_challenge_method',
  'id_token_hint',
  'max_age',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
]);

export const authorizationParameters = z.record(z.string(), z.string()).superRefine((parameters, context) => {
  for (const name of Object.keys(parameters).filter((one) => ours.has(one))) {
    context.addIssue({ code: 'custom', path: [name], message: 'is sent by Gatehouse itself', input: name });
  }
});
