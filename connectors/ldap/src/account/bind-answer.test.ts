import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBindAnswer } from './bind-answer.ts';
import { refuse } from './states.ts';

const success = 0;
const invalidCredentials = 49;
const windows = (code: string) =>
  `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${code}, v4563\0`;
const answerTo = (message: string) => readBindAnswer({ code: invalidCredentials, message });

describe('Active Directory says of a bind that it refuses', () => {
  test.each([
    ['530', 'outside the logon hours'],
    ['531', 'not from this computer'],
    ['532', 'password expired'],
    ['533', 'account disabled'],
    ['701', 'account expired'],
    ['773', 'password to be changed'],
  ])('%s: the password was right, but: %s', (code, state) => {
    expect(answerTo(windows(code))).toMatchObject({
      verdict: 'refused',
      finding: { state, because: `data ${code}` },
    });
  });

  test.each(['525', '52e'])('%s: a wrong name or password', (code) => {
    expect(answerTo(windows(code))).toEqual({ verdict: 'wrong' });
  });

  test('the same without the NUL at the end, as Samba and old versions write it', () => {
    const samba = '80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 533, v1db1';
    expect(answerTo(samba)).toMatchObject({ finding: { state: 'account disabled' } });
  });
});

describe('attack: a state that is told without the right password tells which names exist', () => {
  // A lock is answered to every password.
  test.each(['775', '52f', '534', '569', '5e2', '0', 'ffffffff'])('%s is in the log alone', (code) => {
    const answer = answerTo(windows(code));
    expect(answer).toEqual({ verdict: 'refused', reason: expect.stringContaining(`data ${code}`) });
  });

  test.each([
    ['in hexadecimal with 0x', windows('0x532')],
    ['with a space in the code', windows('53 2')],
    ['in a text around it', `somebody wrote "${windows('532')}"`],
    ['with a line in front', `\n${windows('532')}`],
    ['with a line behind', `${windows('532')}\n`],
    ['with a code that goes on', windows('5320000000000')],
    ['twice', `${windows('532')}${windows('532')}`],
    ['without its beginning', 'AcceptSecurityContext error, data 532, v4563'],
    ['of somebody else', 'data 532'],
    ['of a megabyte', `${windows('532')}${'x'.repeat(1_000_000)}`],
    ['empty', ''],
  ])('a message %s is a wrong password', (_, message) => {
    expect(answerTo(message)).toEqual({ verdict: 'wrong' });
  });

  test('any other message is a wrong password', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(answerTo(text)).toEqual({ verdict: 'wrong' });
      }),
    );
  });

  test.each([
    ['locked, which takes the place of the comparison', { error: 1 }],
    ['to be changed, which only comes with success', { error: 2 }],
    ['about a change that nobody asked for', { error: 6 }],
    ['a number that nobody knows', { error: 4711 }],
    ["Netscape's expired, which OpenLDAP also sends for a lock", { expired: true }],
  ])('a refusal with the password policy %s is in the log alone', (_, policy) => {
    const answer = readBindAnswer({ code: invalidCredentials, message: 'no', policy });
    expect(answer).toEqual({ verdict: 'refused', reason: expect.any(String) });
  });
});

describe('a password policy says', () => {
  test('expired: the password was compared, if the server is one that does that first', () => {
    const policy = { error: 0, expired: true };
    const answer = readBindAnswer({ code: invalidCredentials, message: '', policy });
    expect(answer).toMatchObject({ verdict: 'refused', claim: { state: 'password expired' } });
    expect(answer).not.toHaveProperty('finding');
  });

  test.each([
    ['to be changed', { error: 2 }, 'password to be changed'],
    ['to be changed, in the words of Netscape', { expired: true }, 'password to be changed'],
    ['to be changed, with grace logins left', { error: 2, graceLogins: 3 }, 'password to be changed'],
    ['expired', { error: 0 }, 'password expired'],
    ['locked', { error: 1 }, 'account locked'],
  ])('%s with a success: the password is right, and nobody signs in', (_, policy, state) => {
    expect(readBindAnswer({ code: success, message: '', policy })).toMatchObject({
      verdict: 'refused',
      finding: { state },
    });
  });

  test('an error with a success that nobody knows: nobody signs in, and nothing is told', () => {
    expect(readBindAnswer({ code: success, message: '', policy: { error: 9 } })).toEqual({
      verdict: 'refused',
      reason: expect.stringContaining('9'),
    });
  });

  test('grace logins are left, also the last: the password is right', () => {
    for (const graceLogins of [0, 5]) {
      const policy = { graceLogins, expired: true };
      expect(readBindAnswer({ code: success, message: '', policy })).toEqual({
        verdict: 'right',
        graceLogins,
      });
    }
  });

  test('it expires soon: the password is right', () => {
    expect(readBindAnswer({ code: success, message: '', policy: { secondsLeft: 60 } })).toEqual({
      verdict: 'right',
    });
  });
});

test('a code in the message of a success is text', () => {
  expect(readBindAnswer({ code: success, message: windows('532') })).toEqual({ verdict: 'right' });
});

describe('the sentence for the person', () => {
  const finding = (state: 'password expired' | 'account disabled') => ({ state, because: 'data x' });

  test('names the state and where to change the password, and the log the account and the reason', () => {
    const error = refuse('cn=jane', finding('password expired'), 'https://password.example.com/');
    expect(error).toMatchObject({
      code: 'denied',
      message: 'cn=jane: password expired (data x)',
      personMessage:
        'Your password has expired. Please change it at https://password.example.com/ and sign in again.',
      personLink: 'https://password.example.com/',
    });
  });

  test('without an address says who can help', () => {
    expect(refuse('cn=jane', finding('password expired'))).toMatchObject({
      personMessage:
        'Your password has expired. Please change it on your computer, or ask your administrator.',
      personLink: undefined,
    });
  });

  test('does not send somebody to change a password who has no use of it', () => {
    expect(refuse('cn=jane', finding('account disabled'), 'https://password.example.com/')).toMatchObject({
      personMessage: 'Your account is disabled. Please ask your administrator.',
      personLink: undefined,
    });
  });
});
