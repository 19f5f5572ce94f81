import { defineConfig } from 'vitest/config';

/** Upstreams that lie: they run in the rings of their connectors too, and here all at once. */
const hostilePeers = ['tests/hostile/**/*.test.ts', 'connectors/{github,oidc,saml}/src/**/hostile.test.ts'];
const githubDescription = 'tests/support/hostile/github/install-description.ts';

/** Rings of tests, from quick to slow; `tools/test.mjs` runs them and checks their least number of tests. */
export default defineConfig({
  test: {
    // Most tests wait for a server, a browser or a database: more of them at once than there are processors.
    maxWorkers: 4,
    projects: [
      ring('unit', [
        'packages/{connector-kit,core,config,cli,server,oauth-upstream}/src/**/*.test.ts',
        'connectors/{local,mock,github,oidc,oauth2}/src/**/*.test.ts',
      ]),
      ring('storage', ['packages/storage/src/**/*.test.ts']),
      ring('ldap', ['connectors/ldap/src/**/*.test.ts']),
      ring('saml', ['connectors/saml/src/**/*.test.ts', 'tests/saml/**/*.test.ts']),
      ring('flows', ['tests/flows/**/*.test.ts']),
      ring('browser', ['tests/browser/**/*.test.ts']),
      ring('hostile', hostilePeers, [githubDescription]),
      ring('repository', ['tests/repository/**/*.test.ts']),
      ring('release', ['tests/release/**/*.test.ts']),
      ring('directory', ['tests/directory/**/*.test.ts']),
      ring('kubernetes', ['tests/kubernetes/**/*.test.ts'], ['tests/support/build-authenticator.ts']),
      ring('kerberos', ['tests/kerberos/**/*.test.ts'], ['tests/support/build-kerberos.ts']),
    ],
  },
});

function ring(name: string, include: string[], globalSetup: string[] = []) {
  return { test: { name, include, globalSetup, testTimeout: 60_000, hookTimeout: 120_000 } };
}
