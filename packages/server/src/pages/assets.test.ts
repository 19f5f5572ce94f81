import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';
import { openAssets } from './assets.ts';

let folder: string;
let app: HttpApp | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-assets-'));
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: string, encoding: BufferEncoding = 'utf8'): Promise<string> {
  await writeFile(join(folder, name), content, encoding);
  return join(folder, name);
}

const png = '\x89PNG\r\n\x1a\n';
const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
const sample = { id: 'acme', type: 'oidc', name: 'Acme', domains: [], config: {}, rules: {} };

describe('assets', () => {
  it('are served below the issuer’s path, for ever, under a name that changes with them', async () => {
    const css = await file('brand.css', ':root { --accent: green }');
    const { site, routes } = await openAssets({ branding: { name: 'Example', css }, connectors: [] }, '/sso');
    app = await startHttpApp({ mount: (koa) => koa.use(routes.routes()) });
    for (const path of [site.stylesheet, site.brandStylesheet ?? '', site.icon]) {
      expect(path).toMatch(/^\/sso\/assets\/[\w-]{16}-/);
      const { status, headers } = await app.get(path);
      expect(status).toBe(200);
      expect(headers['cache-control']).toContain('immutable');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    await file('brand.css', ':root { --accent: red }');
    const changed = await openAssets({ branding: { name: 'Example', css }, connectors: [] }, '/sso');
    expect(changed.site.brandStylesheet).not.toBe(site.brandStylesheet);
    expect(changed.site.stylesheet).toBe(site.stylesheet);
  });

  it('Attack: a logo with a script in it, opened by itself. The policy lets nothing in it run.', async () => {
    const logo = await file(
      'logo.svg',
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    );
    const { site, routes } = await openAssets({ branding: { name: 'Example', logo }, connectors: [] }, '');
    app = await startHttpApp({ mount: (koa) => koa.use(routes.routes()) });
    const { headers } = await app.get(site.logo ?? '');
    expect(headers['content-type']).toBe('image/svg+xml');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('script-src');
  });

  it('Attack: paths that climb out of the folder. There is no folder.', async () => {
    const { routes } = await openAssets({ branding: { name: 'Example' }, connectors: [] }, '');
    app = await startHttpApp({ mount: (koa) => koa.use(routes.routes()) });
    for (const path of [
      '/assets/..%2f..%2fetc%2fpasswd',
      '/assets/../../etc/passwd',
      '/assets/__proto__',
      '/assets/',
    ]) {
      expect((await app.get(path)).status).toBe(404);
    }
  });

  const entry = (mark: string) => ({ ...sample, mark });

  it.each([
    ['a PNG file by another name', 'acme.svg', `${png}rest`, 'image/png'],
    ['an SVG file', 'acme.svg', svg, 'image/svg+xml'],
    [
      'one with a declaration, a comment and a type',
      'acme.xml',
      `\xEF\xBB\xBF<?xml version="1.0"?>\n<!-- a - b -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n${svg}`,
      'image/svg+xml',
    ],
  ])('serve %s as the picture of a connector', async (_what, name, content, type) => {
    const path = await file(name, content, 'latin1');
    const assets = await openAssets({ branding: { name: 'x' }, connectors: [sample, entry(path)] }, '');
    app = await startHttpApp({ mount: (koa) => koa.use(assets.routes.routes()) });
    const { status, headers } = await app.get(assets.pictures.get('acme') ?? '');
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('Attack: a script in the picture of a connector, opened by itself. It is in a sandbox.', async () => {
    const path = await file('acme.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    const assets = await openAssets({ branding: { name: 'x' }, connectors: [entry(path)] }, '');
    app = await startHttpApp({ mount: (koa) => koa.use(assets.routes.routes()) });
    const { headers } = await app.get(assets.pictures.get('acme') ?? '');
    expect(headers['content-security-policy']).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
  });

  it.each([
    ['a page', '<!doctype html><svg></svg>', 'is neither an SVG nor a PNG file'],
    [
      'one with entities of its own',
      `<!DOCTYPE svg [<!ENTITY a "b">]>${svg}`,
      'is neither an SVG nor a PNG file',
    ],
    ['an empty one', '', 'is neither an SVG nor a PNG file'],
    ['a large one', `${svg}${' '.repeat(64 * 1024)}`, 'is larger than 64 KiB'],
    ['many comments without an end', '<!--'.repeat(16_000), 'is neither an SVG nor a PNG file'],
  ])('refuse %s as the picture of a connector', async (_what, content, sentence) => {
    const path = await file('acme.svg', content);
    const opening = openAssets({ branding: { name: 'x' }, connectors: [sample, entry(path)] }, '');
    await expect(opening).rejects.toThrow(`connectors[1].mark: ${path} ${sentence}`);
  });

  it('name the option and the file when one cannot be used', async () => {
    await expect(
      openAssets({ branding: { name: 'x', css: '/nowhere.css' }, connectors: [] }, ''),
    ).rejects.toThrow('branding.css: /nowhere.css');
    await expect(
      openAssets({ branding: { name: 'x', logo: '/logo.exe' }, connectors: [] }, ''),
    ).rejects.toThrow('branding.logo: /logo.exe must end in');
  });
});
