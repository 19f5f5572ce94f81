/** Single logout (SAML 2.0 profiles, section 4.4): ours at the identity provider, and the provider's here. */
import { createHash, randomBytes } from 'node:crypto';
import type { Arrival, Call, Departure, Reply, SignOut } from '@gatehouse/connector-kit';
import { type SamlState, sessionForm, sessionOf } from '../identity.ts';
import type { Idp } from '../idp.ts';
import type { SamlRoom } from '../login.ts';
import { success } from '../names.ts';
import { refuse } from '../refusal.ts';
import { send } from '../requests/send.ts';
import { type Envelope, logoutRequest, logoutResponse } from './messages.ts';
import { peopleNamedBy } from './people-named-by.ts';
import type { LogoutExpectation, LogoutWish } from './read-request.ts';
import { replyWith, signedOutPage } from './reply.ts';

export class SamlLogout {
  readonly #room: SamlRoom;

  constructor(room: SamlRoom) {
    this.#room = room;
  }

  /**
   * Null where the provider takes no logouts, or we sign none; and where it is not known which of
   * the person's sessions is meant, since a LogoutRequest that names none ends them all.
   */
  async leave({ sessionState, token }: SignOut<SamlState>, { signal }: Call): Promise<Departure | null> {
    const { config, source } = this.#room;
    const { logout } = await source.current(signal);
    const [to] = logout;
    if (to === undefined || config.signing === undefined) return null;
    const session = sessionForm.safeParse(sessionState);
    if (!session.success) return null;
    const { nameId, sessionIndex } = session.data;
    const xml = logoutRequest(this.#envelope(to.url, requestIdFor(token)), nameId, sessionIndex);
    return send({ field: 'SAMLRequest', xml, relayState: token }, to, config.signing);
  }

  /** Served at `/connectors/<id>/logout`: the provider's wish, or its answer to ours. */
  async answer(arrival: Arrival, call: Call): Promise<Reply> {
    const idp = await this.#room.source.current(call.signal);
    const heard = await this.#room.checker.hear(
      {
        method: arrival.method,
        params: arrival.params.toString(),
        query: arrival.query ?? '',
        certificates: idp.certificates,
        expected: this.#expectation(idp),
      },
      call.signal,
    );
    if (heard.kind === 'wish') {
      await this.#endSessions(heard.wish, idp);
      return this.#confirm(idp, heard.wish, heard.relayState);
    }
    const { answer, relayState } = heard;
    // Whose browser it is, and so where it goes, is not decided here but by its cookie.
    if (relayState === undefined || answer.request !== requestIdFor(relayState)) {
      refuse('the LogoutResponse answers no request of ours (InResponseTo, RelayState)');
    }
    const complete = answer.status === success;
    if (!complete)
      call.log.warn({ status: answer.status }, 'the identity provider did not sign the person out');
    return { status: 303, signedOut: { token: relayState, complete } };
  }

  async #endSessions({ id, nameId, sessions, over }: LogoutWish, { entityId }: Idp): Promise<void> {
    const { config, host, us } = this.#room;
    const parties = { idp: entityId, sp: us.entityId };
    const people = peopleNamedBy(nameId, sessions, config, parties);
    const key = `logout ${createHash('sha256').update(id).digest('base64url')}`;
    if (!(await host.once(key, new Date(over)))) refuse('the LogoutRequest was used before');
    const named = sessions.map((index) => sessionOf(nameId, index, parties));
    await host.changed(people, 'signedOut', named.length > 0 ? named : undefined);
  }

  #confirm({ logout }: Idp, { id }: LogoutWish, relayState: string | undefined): Reply {
    const [to] = logout;
    if (to === undefined) return signedOutPage();
    const endpoint = { binding: to.binding, url: to.responseUrl ?? to.url };
    const xml = logoutResponse(this.#envelope(endpoint.url), id);
    const message = { field: 'SAMLResponse' as const, xml, ...(relayState !== undefined && { relayState }) };
    return replyWith(send(message, endpoint, this.#room.config.signing));
  }

  #envelope(destination: string, id = `_${randomBytes(20).toString('hex')}`): Envelope {
    const { host, us } = this.#room;
    return { id, issueInstant: host.now(), issuer: us.entityId, destination };
  }

  #expectation({ entityId }: Idp): LogoutExpectation {
    const { config, host, us } = this.#room;
    return {
      idp: entityId,
      destination: us.logoutUrl,
      now: host.now().getTime(),
      skew: config.clockSkew,
    };
  }
}

/** The answer to a request is known again without anything having been stored: only we know tokens of ours. */
function requestIdFor(token: string): string {
  return `_${createHash('sha256').update(`logout ${token}`).digest('hex')}`;
}
