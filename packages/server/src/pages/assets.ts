/** Stylesheets and pictures, named by their content: a browser may keep them for ever, and never has an old one. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Branding } from '@gatehouse/config';
import { BrokerError } from '@gatehouse/core';
import Router from '@koa/router';
import { icon } from './icon.ts';
import type { Site } from './site.ts';
import { stylesheet } from './stylesheet.ts';

interface Asset {
  readonly type: string;
  readonly content: Buffer;
}

export interface Assets {
  readonly site: Site;
  readonly routes: Router;
}

const pictureTypes: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
};

/** Reads the operator's files once. @throws Error that names the file and the option */
export async function openAssets(branding: Branding, base: string): Promise<Assets> {
  const files = new Map<string, Asset>();
  const add = (name: string, type: string, content: Buffer) => {
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 16);
    const file = `${hash}-${name}`;
    files.set(file, { type, content });
    return `${base}/assets/${file}`;
  };
  const { css, logo } = branding;
  const site = {
    name: branding.name,
    base,
    stylesheet: add('style.css', 'text/css; charset=utf-8', Buffer.from(stylesheet)),
    icon: add('icon.svg', 'image/svg+xml', Buffer.from(icon)),
    ...(css !== undefined && {
      brandStylesheet: add('brand.css', 'text/css; charset=utf-8', await readBranding('css', css)),
    }),
    ...(logo !== undefined && { logo: add('logo', pictureType(logo), await readBranding('logo', logo)) }),
  };
  return { site, routes: assetRoutes(files, base) };
}

function assetRoutes(files: ReadonlyMap<string, Asset>, base: string): Router {
  const router = new Router({ prefix: base });
  router.get('/assets/:file', (ctx) => {
    const asset = files.get(ctx.params.file ?? '');
    if (asset === undefined) throw new BrokerError('not_found');
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
