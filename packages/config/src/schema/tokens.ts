/** `signing`, `tokens`, `sessions`, `limits`: what is issued, for how long, and how often one may try. */
import { z } from 'zod';
import { duration, wholeNumber } from './primitives.ts';

export const signingAlgorithm = z.enum(['RS256', 'ES256'], { error: 'must be RS256 or ES256' });

export const signing = z
  .strictObject({
    algorithm: signingAlgorithm
      .prefault('RS256')
      .describe(
        'For clients that do not say otherwise. RS256 is the one that the `--oidc-*` flags of kube-apiserver accept unless told.',
      ),
  })
  .prefault({})
  .describe('How ID tokens are signed.');

export const tokens = z
  .strictObject({
    idToken: duration({ min: '10s' })
      .prefault('10m')
      .describe(
        'Lifetime of an ID token. It cannot be called back, so keep it short and use refresh tokens.',
      ),
    accessToken: duration({ min: '10s' }).prefault('10m').describe('Lifetime of an access token.'),
    code: duration({ max: '10m' })
      .prefault('60s')
      .describe('Lifetime of an authorization code (RFC 6749 4.1.2 advises 10 minutes at most).'),
    refreshIdle: duration()
      .prefault('14d')
      .describe('A refresh token that is not used for this long expires.'),
    refreshMax: duration()
      .prefault('90d')
      .describe('After this long the person signs in again, however busy the refresh token was.'),
    refreshGrace: duration({ min: '0s', max: '10m' })
      .prefault('60s')
      .describe(
        'For this long a refresh token that was just replaced still gets the newest one: for parallel calls and lost answers.',
      ),
    upstreamCheck: duration({ min: '0s' })
      .prefault('5m')
      .describe(
        'When a token is refreshed, or a browser session opens an application without a sign-in, and the identity is older than this, its upstream is asked again.',
      ),
    upstreamGrace: duration({ min: '0s' })
      .prefault('1h')
      .describe(
        'How long refreshes and browser sessions go on with what is known (and a `stale_since` claim) while an upstream is away.',
      ),
    goneSuspension: duration({ min: '0s' })
      .prefault('1d')
      .describe(
        'Who is gone at the upstream gets no tokens, but finds everything as it was when they are back within this time. After it their sessions end for good.',
      ),
  })
  .prefault({})
  .describe('How long what is issued lives.');

export type TokenLifetimes = Readonly<z.output<typeof tokens>>;

export const sessions = z
  .strictObject({
    idle: duration()
      .prefault('8h')
      .describe('A browser that has not been here for this long signs in again.'),
    max: duration().prefault('24h').describe('A browser signs in again after this long in any case.'),
    remember: duration({ min: '0s' })
      .prefault('30d')
      .describe(
        'Takes the place of both when the person asks to stay signed in on this device. `0s`: nobody is offered to.',
      ),
  })
  .prefault({})
  .describe('How long a browser stays signed in here.');

export type SessionLifetimes = Readonly<z.output<typeof sessions>>;

function attempts(tries: number, whose: string) {
  return z
    .strictObject({
      tries: wholeNumber(1, 1_000_000)
        .prefault(tries)
        .describe(`Wrong passwords ${whose} within one window.`),
      window: duration({ max: '1d' }).prefault('5m').describe('After this long the count begins anew.'),
    })
    .prefault({})
    .describe(`More than this is answered with 429 until the window is over.`);
}

export const limits = z
  .strictObject({
    pendingSignIns: wholeNumber(10, 10_000_000)
      .prefault(10_000)
      .describe(
        'Sign-ins that were begun and not finished; the oldest give way. Bounds what a stranger can store. One address gets a quarter of them in ten minutes.',
      ),
    passwordAttempts: z
      .strictObject({
        perAccount: attempts(10, 'for one account'),
        perAddress: attempts(100, 'from one address'),
      })
      .prefault({})
      .describe('Slows down guessing.'),
  })
  .prefault({})
  .describe('How much strangers may cost.');

export type Limits = Readonly<z.output<typeof limits>>;
