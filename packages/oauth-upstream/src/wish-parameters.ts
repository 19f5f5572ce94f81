/** What of a client's wish goes to the upstream as it is. */
import type { SignInWish } from '@gatehouse/connector-kit';

/** `login` besides what is configured: it must reach the upstream, or its own session would answer. */
export function wishParameters(wish: SignInWish, written = ''): Readonly<Record<string, string>> {
  const words = written.split(' ').filter((word) => word !== '' && !(wish.fresh && word === 'none'));
  const prompt = [...new Set(wish.fresh ? [...words, 'login'] : words)].join(' ');
  return {
    ...(prompt !== '' && { prompt }),
    ...(wish.loginHint !== undefined && { login_hint: wish.loginHint }),
    ...(wish.locales?.length && { ui_locales: wish.locales.join(' ') }),
  };
}
