/** All options, as they are written. */
import { z } from 'zod';
import { emailDomain, githubHost, id, orgName, pem, secret, teamName } from './fields.ts';

const team = z.union(
  [
    teamName.transform((name) => ({ name, id: undefined })),
    z.strictObject({
      name: teamName,
      id: id.optional().describe('Its number. A team that takes the name later is another one.'),
    }),
  ],
  { error: 'is neither the name of a team nor { name, id }' },
);

const org = z.strictObject({
  name: orgName.describe('As in the address of its page: `https://github.com/example`.'),
  id: id
    .optional()
    .describe(
      'Its number, which `connector check` shows. Whoever takes the name later is another organisation.',
    ),
  teams: z
    .array(team)
    .min(1)
    .optional()
    .describe('Only members of these teams may sign in, and only these teams become groups.'),
});

export const options = z.strictObject({
  clientId: z.string().min(1).max(200).describe('"Client ID" on the page of the app.'),
  clientSecret: secret.describe('A client secret of the app.'),
  app: z
    .enum(['oauth', 'github'])
    .default('oauth')
    .describe('What was registered at GitHub: an OAuth app, or a GitHub App.'),
  host: githubHost
    .optional()
    .describe('GitHub Enterprise: `github.example.com`, or `example.ghe.com`. Default: github.com.'),
  ca: pem.optional().describe('Certificates that vouch for `host`, instead of the public authorities.'),
  orgs: z
    .array(org)
    .min(1)
    .max(100)
    .optional()
    .describe('Only members of one of these organisations may sign in. Default: everybody with an account.'),
  loadAllGroups: z
    .boolean()
    .default(false)
    .describe(
      'Groups are all organisations (`org`) and teams (`org:team`) of the person, not only the teams of those listed.',
    ),
  teamNameField: z
    .enum(['name', 'slug', 'both'])
    .default('name')
    .describe(
      'What a team is called in its group: `org:Site Admins`, `org:site-admins`, or one group of each.',
    ),
  parentTeams: z
    .boolean()
    .default(false)
    .describe('Who is in a team is in its parent teams too, as GitHub sees it.'),
  preferredEmailDomain: emailDomain
    .optional()
    .describe(
      'Of several verified addresses the first one in this domain; `*` stands for one part: `*.example.com`. Otherwise the primary one.',
    ),
  insecureTrustUnverifiedEmails: z
    .boolean()
    .default(false)
    .describe(
      'For an Enterprise Server that does not send e-mail: addresses count as verified, though nobody looked.',
    ),
  webhookSecrets: z
    .array(secret)
    .min(1)
    .max(2)
    .optional()
    .describe('The secret of the webhook; two while it is being replaced. Default: webhooks are not taken.'),
});

export type Options = z.output<typeof options>;
