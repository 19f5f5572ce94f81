/** The frame around every page. */
import { type Fragment, type Html, html } from './html.ts';
import type { Site } from './site.ts';

export interface Frame {
  readonly title: string;
  readonly body: Fragment;
  /** For a page that has more to show than a form. */
  readonly wide?: boolean;
  /** For scripts: the one inline script there is, allowed by its hash. */
  readonly script?: Html;
}

export function layout(site: Site, frame: Frame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${frame.title} · ${site.name}</title>
<link rel="icon" href="${site.icon}">
<link rel="stylesheet" href="${site.stylesheet}">
${site.brandStylesheet !== undefined && html`<link rel="stylesheet" href="${site.brandStylesheet}">`}
</head>
<body>
<div class="page${frame.wide === true && ' page-wide'}">
<header class="brand">${brand(site)}</header>
<main class="card">${frame.body}</main>
${site.name !== 'Gatehouse' && html`<footer class="foot">Secured by Gatehouse</footer>`}
</div>
${frame.script}
</body>
</html>
`;
}

function brand(site: Site): Html {
  if (site.logo !== undefined) return html`<img class="logo" src="${site.logo}" alt="${site.name}">`;
  return html`<img class="mark" src="${site.icon}" alt="" width="28" height="28"><span>${site.name}</span>`;
}
