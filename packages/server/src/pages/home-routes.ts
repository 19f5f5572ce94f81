/** The issuer's own address. */
import Router from '@koa/router';
import { isolateWindow } from '../http/security-headers.ts';
import { show } from '../http/show.ts';
import { homePage } from './home.ts';
import type { Site } from './site.ts';

export function homeRoutes(site: Site, demo: boolean): Router {
  const router = new Router();
  router.get(`${site.base}/`, (ctx) => {
    isolateWindow(ctx);
    show(ctx, 200, homePage(site, demo ? { signIn: `${site.base}/demo/sign-in` } : {}));
  });
  router.get(`${site.base}/robots.txt`, (ctx) => {
    ctx.body = 'User-agent: *\nDisallow: /\n';
  });
  return router;
}
