/** For the contract suite: a real provider with one person, steered the way the suite wants it. */
import type { Arrival, Departure } from '@gatehouse/connector-kit';
import type { UpstreamControls } from '@gatehouse/connector-kit/testing';
import { ada, type OpenIdProvider, startOpenIdProvider } from './openid-provider.ts';

const callback = 'http://127.0.0.1:5556/callback';
const { groups } = ada.claims;
const client = { clientId: 'gatehouse', clientSecret: 'a secret that nobody may see, 0123456789' };

export class ContractProvider {
  readonly issuer: string;
  readonly groups = groups;
  /** As options of a connector. */
  readonly client = client;
  readonly upstream: UpstreamControls;
  readonly #provider: OpenIdProvider;

  constructor(provider: OpenIdProvider) {
    this.issuer = provider.issuer;
    this.upstream = controlsOf(provider);
    this.#provider = provider;
  }

  /** What a browser brings back that has been there. */
  async answer({ url }: Departure): Promise<Arrival> {
    const { searchParams: params } = await this.#provider.visit(url, callback);
    return { method: 'GET', params, headers: {} };
  }

  async decline(departure: Departure): Promise<Arrival> {
    await this.#provider.order({ signsIn: null });
    return await this.answer(departure);
  }

  stop(): Promise<void> {
    return this.#provider.stop();
  }
}

export async function startContractProvider(): Promise<ContractProvider> {
  const registered = {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
  };
  return new ContractProvider(await startOpenIdProvider({ clients: [registered], people: [ada] }));
}

function controlsOf(provider: OpenIdProvider): UpstreamControls {
  return {
    reset: () => provider.order({ mode: 'well', people: [ada], signsIn: ada.sub }),
    takeDown: () => provider.order({ mode: 'down' }),
    hang: () => provider.order({ mode: 'hang' }),
    overload: () => provider.order({ mode: 'overloaded' }),
    rotatesState: true,
    loseSomeGroups: () => provider.order({ mode: 'no userinfo' }),
    removePerson: () => provider.order({ people: [] }),
    async changeGroups() {
      await provider.order({ people: [{ ...ada, claims: { ...ada.claims, groups: ['writers'] } }] });
      return ['writers'];
    },
  };
}
