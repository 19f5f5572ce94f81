/** Where a GitHub has its pages and its API. */
import { originOf } from './config/fields.ts';

export interface Places {
  /** Where people are sent, and codes are exchanged. */
  readonly web: URL;
  /** Without a slash at the end. */
  readonly api: URL;
}

/** @param host as configured; undefined is github.com */
export function placesOf(host: string | undefined): Places {
  if (host === undefined)
    return { web: new URL('https://github.com'), api: new URL('https://api.github.com') };
  const web = originOf(host);
  if (web === null) throw new TypeError('the schema lets no such host through');
  // Enterprise Cloud with data residency has its API as github.com has it, Enterprise Server below a path.
  if (/\.ghe\.com$/i.test(web.hostname)) return { web, api: new URL(`https://api.${web.host}`) };
  return { web, api: new URL('/api/v3', web) };
}

/** An address below one of these, and nothing that climbs out of it. */
export function below(place: URL, path: string): URL {
  return new URL(`${place.pathname === '/' ? '' : place.pathname}${path}`, place);
}
