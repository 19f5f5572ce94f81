/** A sign-in: the request, and what comes back for it (SAML 2.0 profiles, section 4.1). */
import { createHash, randomBytes } from 'node:crypto';
import {
  type Arrival,
  type Call,
  ConnectorError,
  type ConnectorHost,
  type Departure,
  type Identity,
  type Json,
  type RedirectLogin,
  type SignInWish,
} from '@gatehouse/connector-kit';
import { z } from 'zod';
import type { Checker } from './checking/checker.ts';
import type { SamlConfig } from './config.ts';
import { identityOf, type SamlState } from './identity.ts';
import type { Endpoint, Idp, IdpSource } from './idp.ts';
import { misfit, refuse } from './refusal.ts';
import { authnRequest } from './requests/authn-request.ts';
import { send } from './requests/send.ts';
import type { Checked } from './response/check-response.ts';
import { longestAnswer } from './response/decode.ts';
import type { ServiceProvider } from './service-provider.ts';

export interface SamlRoom {
  readonly config: SamlConfig;
  readonly host: ConnectorHost;
  readonly us: ServiceProvider;
  readonly source: IdpSource;
  readonly checker: Checker;
}

const memoForm = z.strictObject({
  request: z.string().min(16),
  sentAt: z.number(),
  contexts: z.array(z.string()),
});

interface Returned extends z.output<typeof memoForm> {
  /** The value of `SAMLResponse`. */
  readonly answer: string;
  readonly callbackUrl: URL;
}

type BeginRequest = Parameters<RedirectLogin<SamlState>['begin']>[0];
type FinishRequest = Parameters<RedirectLogin<SamlState>['finish']>[0];

export class SamlLogin implements RedirectLogin<SamlState> {
  readonly kind = 'redirect';
  readonly tokenParam = 'RelayState';
  readonly largestAnswer = 512 * 1024;
  readonly unasked?: URL;
  readonly #room: SamlRoom;

  constructor(room: SamlRoom) {
    this.#room = room;
    if (room.us.unasked !== undefined) this.unasked = room.us.unasked;
  }

  async begin(
    { token, callbackUrl, wish }: BeginRequest,
    call: Call,
  ): Promise<{ readonly departure: Departure; readonly memo: Json }> {
    const { config, host, us, source } = this.#room;
    const idp = await source.current(call.signal);
    const to = signOnOf(idp, config.signing !== undefined);
    // An xs:ID begins with a letter or an underscore; 160 bits, so that it cannot be guessed.
    const id = `_${randomBytes(20).toString('hex')}`;
    const issueInstant = host.now();
    const contexts = contextsFor(config, wish);
    const xml = authnRequest({
      id,
      issueInstant,
      contexts,
      issuer: us.entityId,
      destination: to.url,
      acs: us.acs(callbackUrl),
      nameIdFormat: config.nameIdFormat,
      fresh: wish.fresh || config.forceAuthn,
    });
    const departure = send({ field: 'SAMLRequest', xml, relayState: token }, to, config.signing);
    return { departure, memo: { request: id, sentAt: issueInstant.getTime(), contexts: [...contexts] } };
  }

  async finish({ arrival, memo, callbackUrl }: FinishRequest, call: Call): Promise<Identity<SamlState>> {
    const login = memoForm.safeParse(memo);
    if (!login.success) refuse('the memo is not one of ours');
    const checked = await this.#check({ ...login.data, answer: answerOf(arrival), callbackUrl }, call);
    call.trace.step('assertion', {
      nameIdFormat: checked.nameId.format,
      attributes: checked.attributes.map(({ name, friendlyName = '', values }) => ({
        name,
        friendlyName,
        values: [...values],
      })),
    });
    const identity = identityOf(checked, this.#room.config, this.#room.us.entityId);
    await this.#redeem(checked);
    return identity;
  }

  /** An unknown key may be a new one: the metadata is asked again, not more than now and then. */
  async #check(returned: Returned, { signal }: Call): Promise<Checked> {
    const { source } = this.#room;
    try {
      return await this.#checkWith(await source.current(signal), returned, signal);
    } catch (error) {
      if (!ConnectorError.is(error) || error.code !== 'bad_response' || !source.stale()) throw error;
      return this.#checkWith(await source.current(signal), returned, signal);
    }
  }

  #checkWith(idp: Idp, returned: Returned, signal: AbortSignal): Promise<Checked> {
    const { answer, callbackUrl, request, sentAt, contexts } = returned;
    const { config, host, us, checker } = this.#room;
    const expected = {
      idp: idp.entityId,
      certificates: idp.certificates,
      audience: us.entityId,
      acs: us.acs(callbackUrl),
      request,
      // Many providers write whole seconds.
      sentAt: sentAt - (sentAt % 1000),
      contexts,
      fresh: config.forceAuthn,
      now: host.now().getTime(),
      skew: config.clockSkew,
      signed: config.signed,
      decryptionKeys: config.decryption?.map(({ key }) => key) ?? [],
      requireEncryption: config.requireEncryption,
    };
    return checker.check({ answer, expected }, signal);
  }

  /** Each id once, over all replicas (SAML 2.0 profiles, section 4.1.4.5). They are a stranger's: long ones become short. */
  async #redeem({ responseId, assertionId, over }: Checked): Promise<void> {
    for (const key of [`response ${digest(responseId)}`, `assertion ${digest(assertionId)}`]) {
      if (!(await this.#room.host.once(key, new Date(over)))) refuse('the answer was used before');
    }
  }
}

/** By POST alone: a response is never sent in an address (SAML 2.0 profiles, section 4.1.2). */
function answerOf({ method, params }: Arrival): string {
  if (method !== 'POST') refuse('the answer was not posted');
  const [answer, ...more] = params.getAll('SAMLResponse');
  if (answer === undefined || more.length > 0) refuse('there is not one SAMLResponse');
  return answer.length > longestAnswer ? refuse('the answer is too large') : answer;
}

function signOnOf({ signOn, wantsSignedRequests }: Idp, signs: boolean): Endpoint {
  if (wantsSignedRequests && !signs) {
    misfit('the identity provider wants signed requests (WantAuthnRequestsSigned): configure `signing`');
  }
  return signOn[0] ?? misfit('the identity provider names no address to sign in at by redirect or POST');
}

/** What the client asks for counts where the configuration knows it; otherwise all that the configuration names. */
function contextsFor({ authnContexts }: SamlConfig, { acrValues = [] }: SignInWish): readonly string[] {
  const asked = authnContexts.filter((name) => acrValues.includes(name));
  return asked.length > 0 ? asked : authnContexts;
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
