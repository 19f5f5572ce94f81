import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBrowser, textOf } from '../support/http-browser.ts';
import { Checkout, type Run } from './checkout.ts';

let checkout: Checkout;
let running: Run;
let password: string;

/** The tests are one story: each begins where the one before ended. */
describe('npm start in a fresh clone', () => {
  beforeAll(async () => {
    checkout = await Checkout.clone();
  });

  afterAll(async () => {
    await checkout.remove();
  });

  it('installs, says which address to open, and prints the first password once', async () => {
    running = checkout.npm(['start']);
    password = (await running.says(/password {2}(\S+)/))[1] ?? '';
    await running.says(new RegExp(`Gatehouse is ready\\. Open ${checkout.address}/`));
    expect(running.output().split(password)).toHaveLength(2);
    expect(running.output()).toContain('Installing what Gatehouse needs');
  }, 240_000);

  it('lets a newcomer sign in with it and read their claims', async () => {
    const browser = new HttpBrowser();
    const home = await browser.go(`${checkout.address}/`);
    const start = /<a\b[^>]*href="([^"]+)"[^>]*>[^<]*Sign in/.exec(home.body)?.[1];
    const form = start ? await browser.go(new URL(start, home.url)) : await browser.submit(home);
    expect(form.status, textOf(form)).toBe(200);
    const claims = await browser.submit(form, { login: 'admin@example.com', password });
    expect(textOf(claims)).toContain('admins');
    expect(textOf(claims)).toContain('preferred_username');
  });

  it('takes an account from the command line while it runs', async () => {
    const add = checkout.npm(
      ['run', '-s', 'gatehouse', '--', 'user', 'add', 'anna@example.com', '-g', 'staff'],
      {
        input: 'correct horse battery\n',
      },
    );
    expect(await add.ended, add.output()).toBe(0);
    const list = checkout.npm(['run', '-s', 'gatehouse', '--', 'user', 'list', '--json']);
    expect(await list.ended).toBe(0);
    const emails = (JSON.parse(list.output()) as { email: string }[]).map(({ email }) => email);
    expect(emails).toEqual(['admin@example.com', 'anna@example.com']);
  });

  it('goes on after somebody killed the database', async () => {
    process.kill(checkout.databasePid, 'SIGKILL');
    await running.says(/was started again/);
    await expect.poll(() => statusOf('/readyz'), { timeout: 20_000 }).toBe(200);
  });

  it('answers what it has begun when npm gets SIGTERM, then leaves nothing running', async () => {
    const socket = connect(checkout.port, '127.0.0.1');
    await once(socket, 'connect');
    const body = 'grant_type=authorization_code';
    socket.write(
      `POST /token HTTP/1.1\r\nHost: 127.0.0.1:${checkout.port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\ngrant`,
    );
    await expect.poll(() => statusOf('/healthz')).toBe(200);
    running.child.kill('SIGTERM');
    await running.says(/stopping/);
    socket.write(body.slice('grant'.length));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 4\d\d /);
    await running.ended;
    await expect.poll(() => checkout.processes()).toEqual([]);
  });

  it('starts a second time with the same keys and accounts, without installing and without a password', async () => {
    running = await checkout.start({ env: { GATEHOUSE_ADMIN_PASSWORD: 'another one entirely' } });
    expect(running.output()).not.toMatch(/Installing|password {2}/);
    expect(running.output()).toMatch(/GATEHOUSE_ADMIN_PASSWORD/);
    expect(running.output()).not.toContain('another one entirely');
  });

  it('says which port is taken and which option changes it, and leaves the first server alone', async () => {
    const second = checkout.npm(['start']);
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(new RegExp(`port ${checkout.port} .*listen\\.port`));
    expect(second.output()).not.toMatch(/\n\s+at /);
    expect(await statusOf('/readyz')).toBe(200);
  });

  it('adopts the database of a server that was killed', async () => {
    process.kill(checkout.serverPid, 'SIGKILL');
    await running.ended;
    const orphan = checkout.databasePid;
    running = await checkout.start();
    expect(checkout.databasePid).toBe(orphan);
    expect(await statusOf('/readyz')).toBe(200);
  });

  it('ends by itself when npm was killed', async () => {
    running.child.kill('SIGKILL');
    await expect.poll(() => checkout.processes(), { timeout: 20_000 }).toEqual([]);
  });

  it('revives after a power cut: server and database killed at once', async () => {
    running = await checkout.start();
    for (const pid of [checkout.databasePid, checkout.serverPid]) process.kill(pid, 'SIGKILL');
    await running.ended;
    running = await checkout.start();
    expect(await statusOf('/readyz')).toBe(200);
    running.child.kill('SIGTERM');
    await running.ended;
    await expect.poll(() => checkout.processes()).toEqual([]);
  });

  it('stops the database again when the port was taken by somebody else', async () => {
    const other = createServer().listen(checkout.port, '127.0.0.1');
    await once(other, 'listening');
    const start = checkout.npm(['start']);
    expect(await start.ended).toBe(1);
    expect(checkout.processes()).toEqual([]);
    await new Promise((resolve) => other.close(resolve));
  });

  it('refuses to make a new sealing key for a database that was sealed with another', async () => {
    const { rename } = await import('node:fs/promises');
    await rename(`${checkout.folder}/var/seal.key`, `${checkout.folder}/var/seal.key.away`);
    const start = checkout.npm(['start']);
    expect(await start.ended).toBe(1);
    expect(start.output()).toMatch(/seal\.key is missing.*\n.*Restore the file/);
    await rename(`${checkout.folder}/var/seal.key.away`, `${checkout.folder}/var/seal.key`);
  });
});

async function statusOf(path: string): Promise<number> {
  return (await fetch(`${checkout.address}${path}`)).status;
}
