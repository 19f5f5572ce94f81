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

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

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

  it('name the option and the file when one cannot be used', async () => {
    await expect(
      openAssets({ branding: { name: 'x', css: '/nowhere.css' }, connectors: [] }, ''),
    ).rejects.toThrow('branding.css: /nowhere.css');
    await expect(
      openAssets({ branding: { name: 'x', logo: '/logo.exe' }, connectors: [] }, ''),
    ).rejects.toThrow('branding.logo: /logo.exe must end in');
  });
});
