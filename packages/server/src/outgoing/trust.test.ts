/** Whose certificates count, and who sees ours. */
import type { TLSSocket } from 'node:tls';
import type { HttpNeeds } from '@gatehouse/connector-kit';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Certificates, makeCertificates } from '../../../../tests/support/certificates.ts';
import { startConnectProxy } from '../testing/connect-proxy.ts';
import { serveUpstream, type UpstreamServer } from '../testing/upstream-server.ts';
import { failureIn, wayOut } from '../testing/way-out.ts';
import type { LookupAll } from './guarded-lookup.ts';

let idp: Certificates;
let other: Certificates;
let client: Certificates;

beforeAll(async () => {
  [idp, other, client] = await Promise.all([
    makeCertificates(['idp.example', '127.0.0.1']),
    makeCertificates(['other.example']),
    makeCertificates(['gatehouse'], 'clientAuth'),
  ]);
});

afterEach(() => vi.unstubAllEnvs());

/** Both names lead here: only what the configuration names may. */
const lookup: LookupAll = (_name, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }]);

/** Says who its client is, if it has shown a certificate. */
function serve({ cert, key }: Certificates): Promise<UpstreamServer> {
  return serveUpstream(
    (request, response) =>
      response.end((request.socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody'),
    { cert, key, ca: client.ca, requestCert: true, rejectUnauthorized: false },
  );
}

describe('a server', () => {
  it('that no public authority vouches for is not trusted, and the message says so', async () => {
    await using upstream = await serve(idp);
    const url = `https://idp.example:${upstream.port}`;
    await using out = wayOut({ urls: [url] }, { lookup });
    expect(await failureIn(out.fetch(`${url}/x?y`))).toEqual({
      kind: 'certificate',
      message: `the certificate of ${url} is not trusted: no authority that is known here has signed it (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
    });
    expect(upstream.asked).toEqual([]);
  });

  // The attack, or the habit: a variable in the image that switches all checking off.
  it('is not trusted because the environment says that everything is', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await using upstream = await serve(idp);
    await using proxy = await startConnectProxy(() => upstream.port);
    const url = `https://idp.example:${upstream.port}`;
    await using named = wayOut({ urls: [url] }, { lookup });
    await using other = wayOut({}, { proxy: { url: proxy.url, except: [] } });
    const kinds = [await failureIn(named.fetch(url)), await failureIn(other.fetch(url))].map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['certificate', 'certificate']);
  });

  it("is trusted by the operator's authority, by name and by address", async () => {
    await using upstream = await serve(idp);
    for (const host of ['idp.example', '127.0.0.1']) {
      const url = `https://${host}:${upstream.port}`;
      await using out = wayOut({ urls: [url] }, { lookup, ca: idp.ca });
      expect((await out.fetch(url)).status).toBe(200);
    }
  });

  it('is not trusted under a name that is not its own', async () => {
    await using upstream = await serve(idp);
    const url = `https://wrong.example:${upstream.port}`;
    await using out = wayOut({ urls: [url] }, { lookup, ca: idp.ca });
    expect(await failureIn(out.fetch(url))).toEqual({
      kind: 'certificate',
      message: `the certificate of ${url} is not trusted: it is for another name (ERR_TLS_CERT_ALTNAME_INVALID)`,
    });
  });

  // Whoever pins an authority does not want any other to vouch for that upstream.
  it("that has an authority of its own is not trusted by the operator's", async () => {
    await using upstream = await serve(idp);
    const url = `https://idp.example:${upstream.port}`;
    await using pinned = wayOut({ urls: [url], ca: other.ca }, { lookup, ca: idp.ca });
    expect((await failureIn(pinned.fetch(url))).kind).toBe('certificate');
    await using right = wayOut({ urls: [url], ca: idp.ca }, { lookup, ca: other.ca });
    expect((await right.fetch(url)).status).toBe(200);
  });
});

describe('our own certificate', () => {
  it('is shown to the hosts of the configuration', async () => {
    await using upstream = await serve(idp);
    const url = `https://idp.example:${upstream.port}`;
    await using out = wayOut({ urls: [url], ca: idp.ca, clientCertificate: client }, { lookup });
    expect(await (await out.fetch(url)).text()).toBe('gatehouse');
  });

  it('goes together with the public authorities and those of the operator', async () => {
    await using upstream = await serve(idp);
    const url = `https://idp.example:${upstream.port}`;
    await using out = wayOut({ urls: [url], clientCertificate: client }, { lookup, ca: idp.ca });
    expect(await (await out.fetch(url)).text()).toBe('gatehouse');
  });
});

/** What the configuration says of its own hosts must not spread to those that an upstream has named. */
describe('a host that the configuration does not name', () => {
  async function askStranger(certificates: Certificates, needs: HttpNeeds, ca?: string) {
    await using stranger = await serve(certificates);
    await using proxy = await startConnectProxy(() => stranger.port);
    const options = { proxy: { url: proxy.url, except: [] }, ...(ca !== undefined && { ca }) };
    await using out = wayOut({ urls: ['https://idp.example'], ...needs }, options);
    return await out.fetch('https://other.example/').then((answer) => answer.text());
  }

  it('is not shown our certificate', async () => {
    expect(await askStranger(other, { clientCertificate: client }, other.ca)).toBe('nobody');
  });

  it("is trusted by the operator's authority, and not by that of the connector", async () => {
    expect(await askStranger(other, { ca: idp.ca }, other.ca)).toBe('nobody');
    expect((await failureIn(askStranger(other, { ca: other.ca }))).kind).toBe('certificate');
  });

  it('has its certificate checked, whatever the option says', async () => {
    expect((await failureIn(askStranger(other, { insecureSkipTlsVerify: true }))).kind).toBe('certificate');
    await using upstream = await serve(other);
    const url = `https://idp.example:${upstream.port}`;
    await using out = wayOut({ urls: [url], insecureSkipTlsVerify: true }, { lookup });
    expect((await out.fetch(url)).status).toBe(200);
  });
});
