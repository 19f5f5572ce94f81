import { describe, expect, test } from 'vitest';
import { renderConfig } from '../render.ts';
import { attempt, complaint } from '../testing/attempt.ts';

const least = 'issuer: http://127.0.0.1:5556\n';

async function outgoingOf(yaml: string, env: Record<string, string> = {}) {
  const files = { '/etc/gatehouse/ca.pem': 'PEM' };
  const loaded = await attempt(`${least}outgoing: ${yaml}\n`, { env, files });
  return { ...loaded.config.outgoing, shown: renderConfig(loaded) };
}

describe('the way to upstreams', () => {
  test('has a proxy that is written, or comes from the environment or a file', async () => {
    expect(await outgoingOf('{ proxy: "http://proxy.example.com:3128" }')).toMatchObject({
      proxy: 'http://proxy.example.com:3128',
    });
    const env = { HTTPS_PROXY: 'http://gate:secret-word@proxy.example.com:3128/' };
    const { proxy, shown } = await outgoingOf('{ proxy: { fromEnv: HTTPS_PROXY } }', env);
    expect(proxy).toBe(env.HTTPS_PROXY);
    expect(shown).not.toContain('secret-word');
  });

  test('does not take the proxy from the environment unless it is told to', async () => {
    const env = {
      HTTPS_PROXY: 'http://proxy.example.com:3128',
      https_proxy: 'http://x',
      ALL_PROXY: 'http://x',
    };
    expect((await outgoingOf('{}', env)).proxy).toBeUndefined();
  });

  test.each([
    'proxy.example.com:3128',
    'socks5://proxy.example.com',
    'http://',
    'http://p/path',
    'http://p/?x',
    'x',
  ])('has no proxy that is none: %s', async (proxy) => {
    const text = `${least}outgoing: { proxy: ${JSON.stringify(proxy)} }`;
    expect(await complaint(text)).toContain('must be an address such as http://proxy.example.com:3128');
  });

  test('has no password of the proxy in the file, and does not repeat it', async () => {
    const said = await complaint(`${least}outgoing: { proxy: "http://gate:hush-hush@p:3128" }`);
    expect(said).toContain('has a password in it: write { fromEnv: NAME } or { fromFile: path } here');
    expect(said).not.toContain('hush-hush');
  });

  test('has an authority whose file is there, found from the folder of the configuration', async () => {
    expect(await outgoingOf('{ ca: ca.pem }')).toMatchObject({ ca: '/etc/gatehouse/ca.pem' });
    expect(await complaint(`${least}outgoing: { ca: other.pem }`)).toContain('does not exist');
  });

  test.each(['"a,b"', '"a b"', '""'])('has exceptions that are one host each: not %s', async (host) => {
    expect(await complaint(`${least}outgoing: { noProxy: [${host}] }`)).toMatch(/one host or domain|empty/);
  });

  test('gives up before the broker does', async () => {
    expect(await complaint(`${least}outgoing: { timeouts: { whole: 30s } }`)).toContain(
      'must be at most 20s',
    );
  });

  test('is shown as it could be written', async () => {
    const { shown } = await outgoingOf('{ ca: ca.pem, noProxy: [a.example], timeouts: { connect: 3s } }');
    const files = { '/etc/gatehouse/ca.pem': 'PEM' };
    expect(renderConfig(await attempt(shown, { files }))).toBe(shown);
    expect(shown).toContain('connect: 3s');
  });
});
