/** People in front of a real Chromium: the whole sign-in, and every page on the way. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { admin, openDemoHouse } from '../support/demo-house.ts';
import { client, type House, mock, openHouse, passwordOf } from '../support/house.ts';
import { measurePage } from '../support/measure-page.ts';
import { startWebSite, type WebSite } from '../support/web-site.ts';

let chromium: Browser;
/** What `npm start` runs. */
let demo: House;
/** Several ways in, several clients. */
let house: House;
/** The application that people come from and go back to. */
let app: WebSite;
/** What the browser complained about, over all pages of a test. */
let complaints: string[] = [];

beforeAll(async () => {
  app = await startWebSite(() => '<!doctype html><title>App</title><h1>The application</h1>');
  const redirectUris = [`${app.origin}/callback`];
  const config = {
    connectors: [
      mock('corp', 'Example directory', { kind: 'password' }),
      mock('sso', 'Example single sign-on', { kind: 'redirect' }),
    ],
    clients: [
      client('portal', { name: 'Portal', public: true, trusted: false, redirectUris }),
      client('kubernetes', {
        name: 'kubectl',
        public: true,
        native: true,
        connectors: ['corp'],
        redirectUris,
      }),
    ],
  };
  [chromium, demo, house] = await Promise.all([launchChromium(), openDemoHouse(), openHouse({ config })]);
});

afterAll(async () => {
  await chromium.close();
  await Promise.all([demo.close(), house.close(), app.stop()]);
});

afterEach(async () => {
  await Promise.all(chromium.contexts().map((context) => context.close()));
  const seen = complaints;
  complaints = [];
  expect(seen).toEqual([]);
});

/** A person with a browser of their own. */
async function person(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await chromium.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A status of 4xx is written there too, and is no complaint.
    const text = message.text();
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // A page that is left before its icon came is no complaint.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${reason}`);
  });
  return page;
}

async function addressFor(clientId: string, parameters: Record<string, string> = {}): Promise<string> {
  const rp = await house.party(clientId, `${app.origin}/callback`);
  return (await rp.authorization(parameters)).url.href;
}

async function enter(page: Page, login: string, password: string): Promise<void> {
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click('#submit-login');
}

function answerAt(page: Page): URLSearchParams {
  const url = new URL(page.url());
  expect(url.origin).toBe(app.origin);
  return url.searchParams;
}

const signInLink = 'a.button';
const focused = (page: Page) => page.locator(':focus').getAttribute('id');
const heading = (page: Page) => page.textContent('h1');

describe('the demo of npm start', () => {
  test('leads from the first page to the claims of the person, and out again', async () => {
    const page = await person();
    await page.goto(`${demo.issuer}/`);
    await page.click(signInLink);
    await enter(page, admin.email, admin.password);
    await page.waitForSelector('text=You are signed in');
    const claims = Object.fromEntries(
      await page.$$eval('.claim', (rows) =>
        rows.map((row) => [row.querySelector('dt')?.textContent, row.querySelector('.value')?.textContent]),
      ),
    );
    expect(claims).toMatchObject({ iss: demo.issuer, aud: 'demo', email: admin.email, groups: 'admins' });
    expect(await page.textContent('.token')).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    await page.click('a:has-text("Sign out")');
    await page.click('button:has-text("Sign out")');
    await page.waitForURL(`${demo.issuer}/`);
    await page.click(signInLink);
    expect(await page.isVisible('#password')).toBe(true);
  });

  test('works without JavaScript', async () => {
    const page = await person({ javaScriptEnabled: false });
    await page.goto(`${demo.issuer}/`);
    await page.click(signInLink);
    await enter(page, admin.email, admin.password);
    await page.waitForSelector('text=You are signed in');
  });

  test('works with the keyboard alone', async () => {
    const page = await person();
    await page.goto(`${demo.issuer}/`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#login');
    await page.keyboard.type(admin.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(admin.password);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.isChecked('[name=remember]')).toBe(true);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('submit-login');
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=You are signed in');
  });

  test('a wrong password says so, keeps the name, and puts the cursor where it is needed', async () => {
    const page = await person();
    await page.goto(`${demo.issuer}/demo/sign-in`);
    await enter(page, admin.email, 'wrong');
    expect(await page.textContent('[role=alert]')).toBe('That name and password do not match.');
    expect(await page.inputValue('#login')).toBe(admin.email);
    expect(await page.inputValue('#password')).toBe('');
    expect(await focused(page)).toBe('password');
    await page.keyboard.type(admin.password);
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=You are signed in');
  });

  test('the back button after the sign-in leads to no dead end and no second session', async () => {
    const page = await person();
    await page.goto(`${demo.issuer}/`);
    await page.click(signInLink);
    await enter(page, admin.email, admin.password);
    await page.waitForSelector('text=You are signed in');
    await page.goBack();
    expect(await page.textContent('[role=alert]')).toContain('start again');
    await page.goBack();
    await page.click(signInLink);
    await page.waitForSelector('text=You are signed in');
  });

  test('localhost in the address bar leads to the name that the issuer has', async () => {
    const page = await person();
    await page.goto(`${demo.issuer.replace('127.0.0.1', 'localhost')}/`);
    expect(page.url()).toBe(`${demo.issuer}/`);
  });
});

describe('a sign-in for an application', () => {
  test('by a choice of ways, another site, and consent, comes back with a code', async () => {
    const page = await person();
    await page.goto(await addressFor('portal', { state: 'of-the-application' }));
    expect(await page.$$eval('.way', (ways) => ways.map((way) => way.textContent?.slice(1)))).toEqual([
      'Example directory',
      'Example single sign-on',
    ]);
    await page.click('text=Example single sign-on');
    await page.click('#person-alice');
    expect(await heading(page)).toBe('Allow Portal?');
    expect(await page.textContent('main')).toContain('Alice Example');
    expect(await page.textContent('main')).toContain(new URL(app.origin).host);
    await page.click('button:has-text("Allow")');
    const answer = answerAt(page);
    expect(answer.get('state')).toBe('of-the-application');
    expect(answer.get('iss')).toBe(house.issuer);
    expect(answer.get('code')).toBeTruthy();
  });

  test('consent that is denied, and a sign-in that is given up, are told to the application', async () => {
    const page = await person();
    await page.goto(await addressFor('portal'));
    await page.click('button:has-text("Return to Portal")');
    expect(answerAt(page).get('error')).toBe('access_denied');
    await page.goto(await addressFor('portal'));
    await page.click('text=Example directory');
    await enter(page, 'bob', passwordOf('bob'));
    await page.click('button:has-text("Deny")');
    expect(answerAt(page).get('error')).toBe('access_denied');
  });

  test('declining at the upstream leads to a page with ways out', async () => {
    const page = await person();
    await page.goto(await addressFor('portal'));
    await page.click('text=Example single sign-on');
    await page.click('#decline');
    expect(await heading(page)).toBe('Sign-in stopped');
    await page.click('text=Sign in another way');
    await page.click('text=Example directory');
    await enter(page, 'alice', passwordOf('alice'));
    expect(await heading(page)).toBe('Allow Portal?');
  });

  // Attack: a program on this computer opens the browser at /auth, and would get a token without anybody noticing.
  test('a native client is answered from the session alone only after one click', async () => {
    const page = await person();
    await page.goto(await addressFor('kubernetes'));
    await enter(page, 'alice', passwordOf('alice'));
    expect(answerAt(page).get('code')).toBeTruthy();
    await page.goto(await addressFor('kubernetes'));
    expect(await heading(page)).toBe('Continue to kubectl?');
    // The page may come up while the person is typing: a stray Enter must not be the answer.
    expect(await page.locator(':focus').count()).toBe(0);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${app.origin}/**`);
    expect(answerAt(page).get('code')).toBeTruthy();
    await page.goto(await addressFor('kubernetes'));
    await page.click('button:has-text("Cancel")');
    expect(answerAt(page).get('error')).toBe('access_denied');
  });

  test('an error page has a sentence and the number that the log has', async () => {
    const page = await person();
    const response = await page.goto(await addressFor('portal', { redirect_uri: 'https://evil.example/' }));
    expect(response?.status()).toBe(400);
    const id = response?.headers()['x-request-id'] ?? 'none';
    expect(await page.textContent('.reference')).toContain(id);
    await expect.poll(() => house.gatehouse.output()).toContain(id);
    expect(page.url()).toContain(house.issuer);
  });
});

describe('an answer that comes by POST from another site, as SAML sends it', () => {
  let upstream: WebSite;
  let form = '';
  beforeAll(async () => {
    upstream = await startWebSite(() => form);
  });
  afterAll(() => upstream.stop());

  /** As far as the upstream; what it would answer. */
  async function answerFor(page: Page): Promise<URL> {
    await page.goto(await addressFor('portal'));
    await page.click('text=Example single sign-on');
    return new URL((await page.getAttribute('#person-alice', 'href')) ?? '');
  }

  function posting(answer: URL): string {
    const fields = [...answer.searchParams].map(([name, value]) => `<input name="${name}" value="${value}">`);
    return `<!doctype html><form method="post" action="${answer.origin}${answer.pathname}">${fields.join('')}</form>
      <script>document.forms[0].submit()</script>`;
  }

  test('finishes in the browser that began', async () => {
    const page = await person();
    form = posting(await answerFor(page));
    await page.goto(upstream.foreignOrigin);
    await page.waitForSelector('text=Allow Portal?');
  });

  // Attack: login CSRF. The attacker's own answer is posted by a page that the victim visits.
  test('finishes in no other browser, and still in the right one', async () => {
    const [attacker, victim] = [await person(), await person()];
    const answer = await answerFor(attacker);
    form = posting(answer);
    await victim.goto(await addressFor('portal'));
    await victim.goto(upstream.foreignOrigin);
    await victim.waitForSelector('text=started in another browser');
    expect((await victim.context().cookies()).map(({ name }) => name)).not.toContain('gatehouse_session');
    await attacker.goto(upstream.foreignOrigin);
    await attacker.waitForSelector('text=Allow Portal?');
  });

  // Attack: a page of another site posts our own forms and lets the browser add its cookies.
  test('a forged form of a consent is refused', async () => {
    const page = await person();
    await page.goto(await addressFor('portal'));
    await page.click('text=Example directory');
    await enter(page, 'alice', passwordOf('alice'));
    const action = new URL((await page.getAttribute('form.actions', 'action')) ?? '', page.url()).href;
    const csrf = await page.inputValue('[name=csrf]');
    form = `<!doctype html><form method="post" action="${action}"><input name="csrf" value="${csrf}">
      <input name="decision" value="allow"></form><script>document.forms[0].submit()</script>`;
    await page.goto(upstream.foreignOrigin);
    await page.waitForSelector('[role=alert]');
    expect(await page.textContent('.reference')).toMatch(/sign_in_expired|form_expired/);
  });

  // Attack: clickjacking. The consent is shown in a frame under something else to click on.
  test('no page of ours can be put into a frame', async () => {
    const page = await person();
    form = `<!doctype html><iframe src="${await addressFor('portal')}"></iframe>`;
    await page.goto(upstream.foreignOrigin);
    const frame = page.frames()[1];
    expect(await frame?.content().catch(() => '')).not.toContain('Example directory');
    expect(complaints.splice(0).join()).toMatch(/frame-ancestors|X-Frame-Options|ERR_BLOCKED_BY_RESPONSE/);
  });
});

describe.each(['light', 'dark'] as const)('in %s colours, 320 pixels wide', (colorScheme) => {
  const small = { colorScheme, viewport: { width: 320, height: 640 } };

  /** Nothing scrolls sideways, every text can be read (WCAG 2.2, 1.4.3), and the page has the wanted ground. */
  async function fits(page: Page): Promise<void> {
    const found = await measurePage(page);
    expect(found.width, page.url()).toBeLessThanOrEqual(320);
    expect(found.weakest.ratio, JSON.stringify(found.weakest)).toBeGreaterThanOrEqual(4.5);
    expect(found.isDark).toBe(colorScheme === 'dark');
    expect(found.unnamed).toEqual([]);
  }

  test('every page of the demo fits', async () => {
    const page = await person(small);
    await page.goto(`${demo.issuer}/`);
    await fits(page);
    await page.click(signInLink);
    await fits(page);
    await enter(page, admin.email, 'wrong');
    await fits(page);
    await enter(page, admin.email, admin.password);
    await page.waitForSelector('text=You are signed in');
    await page.click('summary');
    await fits(page);
    await page.click('a:has-text("Sign out")');
    await fits(page);
    await page.goto(`${demo.issuer}/nothing`);
    await fits(page);
  });

  test('every page of a sign-in fits', async () => {
    const page = await person(small);
    await page.goto(await addressFor('portal'));
    await fits(page);
    await page.click('text=Example directory');
    await fits(page);
    await enter(page, 'alice', passwordOf('alice'));
    await fits(page);
    await page.goto(await addressFor('kubernetes'));
    await fits(page);
    await page.goto(`${house.issuer}/logout`);
    await page.click('button:has-text("Sign out")');
    expect(await heading(page)).toBe('You are signed out');
    await fits(page);
  });
});
