import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, mock, openHouse } from '../support/house.ts';
import { textOf } from '../support/http-browser.ts';
import { begin } from '../support/sign-in-steps.ts';

let house: House;

beforeAll(async () => {
  const connectors = [
    { ...mock('corp', 'Example directory', { kind: 'password' }), domains: ['example.com'] },
    { ...mock('partner', 'Partner company', { kind: 'password' }), domains: ['Partner.Example'] },
  ];
  house = await openHouse({ config: { connectors, clients: [portal] } });
});
afterAll(() => house.close());

const portal = { id: 'portal', public: true, redirectUris: ['https://app.example.com/callback'] };

describe('a client that knows who will sign in', () => {
  test('sends the person past the choice, with the address typed for them', async () => {
    const page = await begin(house, 'portal', undefined, { login_hint: 'alice@partner.example' });
    expect(textOf(page)).toContain('with Partner company');
    expect(page.body).toContain('value="alice@partner.example"');
    expect(page.body).toContain('>Sign in another way<');
  });

  test('leaves the choice to the person when it knows no connector for the address', async () => {
    const page = await begin(house, 'portal', undefined, { login_hint: 'alice@elsewhere.example' });
    expect(textOf(page)).toMatch(/Example directory.*Partner company/);
  });
});
