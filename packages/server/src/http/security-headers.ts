/**
 * What every answer tells the browser to refuse.
 *
 * Left out on purpose: `form-action` (Chromium applies it to the redirect after our form, and so to the way back to
 * the application) and `Cross-Origin-Opener-Policy` on the way through a sign-in (applications that open it in a
 * popup would lose their window). Set before the handlers run, since the OpenID provider adds the hash of its own
 * inline script to the policy it finds.
 */
import type { Context, Middleware } from 'koa';
import type { Issuer } from './issuer.ts';

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  // The operator's stylesheet is one file: pictures and fonts of its own can only be inside it.
  "img-src 'self' data:",
  'font-src data:',
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

export function securityHeaders(issuer: Issuer): Middleware {
  return async (ctx, next) => {
    ctx.set({
      'Content-Security-Policy': policy.join('; '),
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      // Not `no-referrer`: with it browsers send `Origin: null` from our own forms.
      'Referrer-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
      'X-Robots-Tag': 'noindex',
    });
    // Not for localhost: it would hold for every other program on this computer that serves there.
    if (issuer.secure && !issuer.loopback) ctx.set('Strict-Transport-Security', 'max-age=31536000');
    await next();
  };
}

/** Allows one inline script by its hash: the one that posts a form without a click. */
export function allowScript(ctx: Context, sha256: string): void {
  ctx.set('Content-Security-Policy', [...policy, `script-src 'sha256-${sha256}'`].join('; '));
}

/** For pages that are no part of a sign-in. */
export function isolateWindow(ctx: Context): void {
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
}
