/** What we read of a discovery document (OIDC Discovery 1.0, section 3; RFC 9207; RP-Initiated Logout 1.0). */
import { z } from 'zod';

const url = z.string().exactOptional();
const names = z.array(z.string()).exactOptional();

/** The rest is left out: a member that nobody has looked at changes nothing. */
export const discoveryDocument = z.object({
  issuer: z.string(),
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
  userinfo_endpoint: url,
  end_session_endpoint: url,
  authorization_response_iss_parameter_supported: z.boolean().exactOptional(),
  scopes_supported: names,
  acr_values_supported: names,
  token_endpoint_auth_methods_supported: names,
  mtls_endpoint_aliases: z.object({ token_endpoint: url, userinfo_endpoint: url }).exactOptional(),
});
