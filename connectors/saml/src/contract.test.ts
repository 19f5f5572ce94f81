import { createServer } from 'node:http';
import { contractCases, testHost, type UpstreamControls } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, test } from 'vitest';
import { listen } from '../../../tests/support/hostile/listen.ts';
import { posted, readRequest, SamlIdp } from '../../../tests/support/hostile/saml-idp.ts';
import { createSamlConnector } from './index.ts';

const callbackUrl = new URL('http://127.0.0.1:5556/callback/test');
const idp = new SamlIdp('https://idp.example.com/saml', () => testHost().now());
const groups = ['engineers', 'system:masters', 'On call, nights'];
const jane = {
  id: 'b1c0ffee-4d2e',
  attributes: { uid: ['jane'], mail: ['jane@example.com'], groups },
};

let status = 200;
const server = await listen(createServer((_, response) => response.writeHead(status).end('sign in')));
afterAll(() => server.stop());

const upstream: UpstreamControls = {
  async reset() {
    status = 200;
    await server.start();
  },
  takeDown: () => server.stop(),
  async overload() {
    status = 503;
  },
};

describe('the connector contract', () => {
  const cases = contractCases({
    definition: createSamlConnector({ issuer: 'http://127.0.0.1:5556' }),
    config: {
      idp: {
        entityId: idp.entityId,
        ssoUrl: `${server.url}/sso`,
        certificates: idp.keys.certificate,
      },
      attributes: { username: 'uid', email: 'mail', groups: 'groups' },
    },
    groups,
    upstream,
    login: {
      kind: 'redirect',
      callbackUrl,
      answerIsComplete: true,
      async answer(departure) {
        const request = readRequest(departure);
        return posted(idp.answer(request, jane), request.relayState);
      },
      async decline(departure) {
        const request = readRequest(departure);
        return posted(idp.refusal(request, 'Responder', 'RequestDenied'), request.relayState);
      },
      asksForFreshSignIn: (departure) => readRequest(departure).fresh,
    },
  });
  for (const { name, run } of cases) test(name, run);
});
