/** The request that a sign-in begins with (SAML 2.0 core, section 3.4.1). */
import { bindings, ns } from '../names.ts';
import { tree, writeXml } from '../xml/build.ts';

export interface AuthnRequest {
  readonly id: string;
  readonly issueInstant: Date;
  readonly issuer: string;
  readonly destination: string;
  readonly acs: string;
  /** Null: none is asked for. */
  readonly nameIdFormat: string | null;
  readonly fresh: boolean;
  readonly contexts: readonly string[];
}

export function authnRequest(request: AuthnRequest): string {
  const { nameIdFormat, contexts } = request;
  const wanted = tree(
    'samlp:RequestedAuthnContext',
    { Comparison: 'exact' },
    ...contexts.map((name) => tree('saml:AuthnContextClassRef', {}, name)),
  );
  const top = tree(
    'samlp:AuthnRequest',
    {
      ID: request.id,
      Version: '2.0',
      IssueInstant: request.issueInstant.toISOString(),
      Destination: request.destination,
      AssertionConsumerServiceURL: request.acs,
      ProtocolBinding: bindings.post,
      ForceAuthn: request.fresh ? 'true' : undefined,
    },
    tree('saml:Issuer', {}, request.issuer),
    tree('samlp:NameIDPolicy', { Format: nameIdFormat ?? undefined, AllowCreate: 'true' }),
    contexts.length > 0 ? wanted : undefined,
  );
  return writeXml(top, { samlp: ns.protocol, saml: ns.assertion });
}
