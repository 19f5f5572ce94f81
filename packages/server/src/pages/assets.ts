/** Stylesheets and pictures, named by their content: a browser may keep them for ever, and never has an old one. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Branding, Config, ConnectorEntry } from '@gatehouse/config';
import { BrokerError } from '@gatehouse/core';
import Router from '@koa/router';
import { icon } from './icon.ts';
import { readPicture } from './pictures.ts';
import type { Site } from './site.ts';
import { stylesheet } from './stylesheet.ts';

interface Asset {
  readonly type: string;
  readonly content: Buffer;
}

export interface Assets {
  readonly site: Site;
  /** Addresses of the operator's pictures for connectors, by the connector's id. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly routes: Router;
}

/** Returns the address of a file from now on. */
type Add = (name: string, asset: Asset) => string;

const pictureTypes: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
};

/**
 * Attack: a picture with a script in it (SVG) that somebody opens by itself. In a sandbox it has another origin than
 * our pages, and nothing in it runs. Its own colours stay.
 */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** Reads the operator's files once. @throws Error that names the file and the option */
export async function openAssets(
  { branding, connectors }: Pick<Config, 'branding' | 'connectors'>,
  base: string,
): Promise<Assets> {
  const files = new Map<string, Asset>();
  const add: Add = (name, asset) => {
    const hash = createHash('sha256').update(asset.content).digest('base64url').slice(0, 16);
    const file = `${hash}-${name}`;
    files.set(file, asset);
    return `${base}/assets/${file}`;
  };
  const site = await openSite(branding, base, add);
  return { site, pictures: await openPictures(connectors, add), routes: assetRoutes(files, base) };
}

async function openSite({ name, css, logo }: Branding, base: string, add: Add): Promise<Site> {
  return {
    name,
    base,
    stylesheet: add('style.css', styles(Buffer.from(stylesheet))),
    icon: add('icon.svg', { type: 'image/svg+xml', content: Buffer.from(icon) }),
    ...(css !== undefined && { brandStylesheet: add('brand.css', styles(await readBranding('css', css))) }),
    ...(logo !== undefined && {
      logo: add('logo', { type: pictureType(logo), content: await readBranding('logo', logo) }),
    }),
  };
}

async function openPictures(
  connectors: readonly Pick<ConnectorEntry, 'id' | 'mark'>[],
  add: Add,
): Promise<ReadonlyMap<string, string>> {
  const pictures = new Map<string, string>();
  for (const [index, { id, mark }] of connectors.entries()) {
    if (mark === undefined) continue;
    pictures.set(id, add('mark', await readPicture(`connectors[${index}].mark`, mark)));
  }
  return pictures;
}

function styles(content: Buffer): Asset {
  return { type: 'text/css; charset=utf-8', content };
}

function assetRoutes(files: ReadonlyMap<string, Asset>, base: string): Router {
  const router = new Router({ prefix: base });
  router.get('/assets/:file', (ctx) => {
    const asset = files.get(ctx.params.file ?? '');
    if (asset === undefined) throw new BrokerError('not_found');
    if (asset.type.startsWith('image/')) ctx.set('Content-Security-Policy', picturePolicy);
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    ctx.type = asset.type;
    ctx.body = asset.content;
  });
  return router;
}

function pictureType(path: string): string {
  const type = pictureTypes[extname(path).toLowerCase()];
  if (type !== undefined) return type;
  throw new Error(`branding.logo: ${path} must end in ${Object.keys(pictureTypes).join(', ')}`);
}

async function readBranding(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(`branding.${option}: ${path} cannot be read`, { cause });
  }
}
