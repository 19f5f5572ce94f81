/** The upstream as its administrator wrote it down: there is nothing to discover. */
import {
  answerFailed,
  type Call,
  ConnectorError,
  type ConnectorHost,
  discard,
  readJson,
} from '@gatehouse/connector-kit';
import { type ClaimMapping, type Claims, failureOf, openClient } from '@gatehouse/oauth-upstream';
import * as client from 'openid-client';
import type { OAuth2Config } from './config.ts';

export class Upstream {
  readonly config: OAuth2Config;
  readonly host: ConnectorHost;

  constructor(config: OAuth2Config, host: ConnectorHost) {
    this.config = config;
    this.host = host;
  }

  get metadata(): client.ServerMetadata {
    const { authorizationUrl, tokenUrl, issuer } = this.config;
    return {
      issuer: issuer ?? new URL(authorizationUrl).origin,
      authorization_endpoint: authorizationUrl,
      token_endpoint: tokenUrl,
      authorization_response_iss_parameter_supported: issuer !== undefined,
    };
  }

  get mapping(): ClaimMapping {
    const { claims } = this.config;
    const { insecureAssumeEmailVerified: assumeEmailVerified, groups = [], ...rest } = claims;
    return { ...rest, assumeEmailVerified, groups };
  }

  async client(call: Pick<Call, 'signal'>): Promise<client.Configuration> {
    const { config, host, metadata } = this;
    const { clientId, authorizationUrl, tokenUrl, userinfoUrl } = config;
    const plainHttp = [authorizationUrl, tokenUrl, userinfoUrl].some((url) => url.startsWith('http:'));
    return await openClient({
      host,
      call,
      metadata,
      clientId,
      credentials: config,
      clockTolerance: 0,
      plainHttp,
    });
  }

  /** Undefined: the upstream does not take the token. */
  async userinfo(opened: client.Configuration, accessToken: string, call: Call): Promise<Claims | undefined> {
    const asked = 'the userinfo endpoint';
    const answer = await this.#askUserinfo(opened, accessToken, asked);
    if (answer.status === 401) {
      await discard(answer);
      return undefined;
    }
    if (answer.status !== 200) throw answerFailed(answer, asked, this.host.now());
    const body = await readJson(answer, asked);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new ConnectorError('bad_response', { reason: `${asked} sent no object` });
    }
    const claims = body as Claims;
    call.trace.step('userinfo', { claims });
    return claims;
  }

  async #askUserinfo(opened: client.Configuration, accessToken: string, asked: string): Promise<Response> {
    const { userinfoUrl } = this.config;
    const headers = new Headers({ accept: 'application/json' });
    try {
      return await client.fetchProtectedResource(
        opened,
        accessToken,
        new URL(userinfoUrl),
        'GET',
        null,
        headers,
      );
    } catch (error) {
      if (error instanceof client.WWWAuthenticateChallengeError)
        return new Response(null, { status: error.status });
      throw failureOf(error, { asked, secrets: [accessToken] });
    }
  }
}
