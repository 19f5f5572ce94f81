import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readOutgoing } from './outgoing.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-outgoing-'));
});
afterAll(() => rm(folder, { recursive: true }));

const timeouts = { connect: 5, headers: 10, silence: 10, whole: 15 };

async function withCa(text: string) {
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, text);
  return readOutgoing({ outgoing: { ca, noProxy: [], timeouts } });
}

it('counts in milliseconds, and names the version', async () => {
  expect(await readOutgoing({ outgoing: { noProxy: ['a'], proxy: 'http://p:1', timeouts } })).toEqual({
    timeouts: { connect: 5000, headers: 10_000, silence: 10_000, whole: 15_000 },
    proxy: { url: 'http://p:1', except: ['a'] },
    userAgent: expect.stringMatching(/^Gatehouse\/\d+\.\d+\.\d+$/),
  });
});

it('reads the authorities of the operator', async () => {
  const two = rootCertificates.slice(0, 2).join('\n');
  expect(await withCa(two)).toMatchObject({ ca: two });
});

it.each(['', 'not a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
  'stops the start where there is no certificate in the file: %j',
  async (text) => {
    await expect(withCa(text)).rejects.toThrow(
      /^outgoing\.ca: .*ca\.pem does not begin with a certificate in PEM$/,
    );
  },
);

it('stops the start where the file is not there', async () => {
  const ca = join(folder, 'nowhere.pem');
  await expect(readOutgoing({ outgoing: { ca, noProxy: [], timeouts } })).rejects.toThrow(/cannot be read$/);
});
