/** Subjects as Dex writes them, computed by an independent protocol buffers implementation. */
export const subjectVectors: readonly {
  readonly upstreamId: string;
  readonly connectorId: string;
  readonly subject: string;
}[] = [
  { upstreamId: 'foo', connectorId: 'bar', subject: 'CgNmb28SA2Jhcg' },
  { upstreamId: '2342749', connectorId: 'github', subject: 'CgcyMzQyNzQ5EgZnaXRodWI' },
  { upstreamId: '0-385-28089-0', connectorId: 'mock', subject: 'Cg0wLTM4NS0yODA4OS0wEgRtb2Nr' },
  {
    upstreamId: '08a8684b-db88-4b73-90a9-3cd1661f5466',
    connectorId: 'local',
    subject: 'CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs',
  },
  {
    upstreamId: 'cn=jane,ou=People,dc=example,dc=org',
    connectorId: 'ldap',
    subject: 'CiNjbj1qYW5lLG91PVBlb3BsZSxkYz1leGFtcGxlLGRjPW9yZxIEbGRhcA',
  },
  { upstreamId: 'jürgen', connectorId: 'ldap', subject: 'Cgdqw7xyZ2VuEgRsZGFw' },
  {
    upstreamId: 'x'.repeat(130),
    connectorId: 'oidc',
    subject:
      'CoIBeHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eBIEb2lkYw',
  },
  { upstreamId: 'abruce', connectorId: 'ldap_hlsdev_local', subject: 'CgZhYnJ1Y2USEWxkYXBfaGxzZGV2X2xvY2Fs' },
];
