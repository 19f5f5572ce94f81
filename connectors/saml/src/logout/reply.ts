/** What a browser gets that was sent to us about signing out. */
import type { Departure, Reply } from '@gatehouse/connector-kit';

const common = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

/** By redirect, or as a form with a button: a script would need an exception from the rules for pages. */
export function replyWith(departure: Departure): Reply {
  if (departure.method === 'GET') {
    return { status: 303, headers: { ...common, location: departure.url.href } };
  }
  const fields = Object.entries(departure.fields).map(
    ([name, value]) => `<input type="hidden" name="${html(name)}" value="${html(value)}">`,
  );
  const form = `<form method="post" action="${html(departure.url.href)}">${fields.join('')}<button>Continue</button></form>`;
  return page(`<h1>You are signed out here</h1>${form}`, departure.url.origin);
}

export function signedOutPage(): Reply {
  return page('<h1>You are signed out</h1><p>You can close this window.</p>');
}

function page(content: string, formTarget?: string): Reply {
  const policy = `default-src 'none'; form-action ${formTarget ?? "'none'"}; frame-ancestors 'none'`;
  const head =
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Signed out</title>';
  return {
    status: 200,
    headers: {
      ...common,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
    },
    body: `<!doctype html><html lang="en"><head>${head}</head><body>${content}</body></html>`,
  };
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function html(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => entities[letter] ?? '');
}
