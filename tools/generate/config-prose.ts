/** What `docs/config.md` says besides its tables. A test loads every example here. */

export const introduction = `# Configuration

Gatehouse reads one YAML file: \`gatehouse serve --config gatehouse.yaml\`. This is the least that does something:

\`\`\`yaml
# yaml-language-server: $schema=./gatehouse.schema.json
issuer: http://127.0.0.1:5556
connectors:
  - id: local
    type: local
firstUser: { email: admin@example.com, groups: [admins] }
clients:
  - id: kubernetes
    public: true
    native: true
    redirectUris: [http://localhost:8000]
\`\`\`

\`config/simple.yaml\` is a file to start from, \`config/enterprise.yaml\` one with TLS, PostgreSQL and LDAP.

- **Check it before it counts.** \`gatehouse config check\` names every problem at once, with line and column, and warns of what is allowed but unwise. \`gatehouse config show\` prints what is in effect, defaults included, with secrets masked. An unknown key is an error, never ignored.
- **Editors** complete and check the file by its first line above; \`gatehouse config schema\` prints that schema with your plugins in it.
- **Secrets** are never written in the file: \`{ fromEnv: NAME }\` takes one from the environment, \`{ fromFile: path }\` from a file, without the newline at its end. In the \`config\` of a connector any text may be given in this way, and what is a secret there must be.
- **Durations** are \`90s\`, \`10m\`, \`1h30m\`, \`14d\`. **Paths** begin at the folder of the configuration file. **Patterns** for groups are exact names, or have \`*\` for any run of characters.
- **The environment overrides nothing.** Gatehouse reads \`GATEHOUSE_CONFIG\` (which file), \`GATEHOUSE_ADMIN_PASSWORD\` (of \`firstUser\`, when the account is made) and what \`fromEnv\` names.`;

export const storageProse = `Everything is in PostgreSQL. What must not be read there even by somebody with a copy of it (private keys, what upstreams gave us) is sealed first, with a key that is not in it:

\`\`\`yaml
database: { url: { fromEnv: DATABASE_URL } }
seal:
  keys:
    - { id: "2026-11", key: { fromEnv: SEAL_KEY } }   # openssl rand -base64 32
\`\`\`

Keep a copy of the sealing key apart from the backups of the database: each is of no use without the other.`;

export const signInProse = `A connector is one way to sign in. Its \`type\` decides what \`config\` holds; \`rules\` are the same for all.

\`\`\`yaml
connectors:
  - id: corp
    type: ldap
    config:
      host: ldap.example.com
      bindDn: cn=gatehouse,ou=services,dc=example,dc=com
      bindPassword: { fromEnv: LDAP_BIND_PASSWORD }
      userSearch: { baseDn: "ou=people,dc=example,dc=com", username: uid }
      groupSearch: { baseDn: "ou=groups,dc=example,dc=com" }
    rules:
      require: { anyGroup: [staff] }
      deny: { groups: [leavers] }
      groups:
        rename: { cn-k8s-admins: k8s-admins }
        include: ["k8s-*"]
        exclude: [k8s-test]
        prefix: "corp:"
\`\`\`

Who is let in is decided by the names that the upstream uses, before anything is renamed. Then each group goes through these steps:

| at the upstream | after \`rename\` | after \`include\` | after \`exclude\` | with \`prefix\` |
| --- | --- | --- | --- | --- |
| \`cn-k8s-admins\` | \`k8s-admins\` | \`k8s-admins\` | \`k8s-admins\` | \`corp:k8s-admins\` |
| \`k8s-test\` | \`k8s-test\` | \`k8s-test\` | | |
| \`staff\` | \`staff\` | | | |

A group that then begins with \`system:\` is dropped and logged, whatever the rules say: Kubernetes keeps these names for itself. \`gatehouse config check\` warns when the rules of two connectors can yield the same group; it looks at \`include\`, \`exclude\` and \`prefix\`, and takes a connector without \`include\` to yield any name.`;

export const usersProse = `The connector of type \`local\` keeps accounts itself: in the database (\`gatehouse user add\`), or here. Nobody is in both.

\`\`\`yaml
connectors: [{ id: local, type: local }]
users:
  - id: 3a0c8f52-6e0f-4a53-9c55-1f7d0e6b2a91
    email: admin@example.com
    passwordHash: "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"
    groups: [admins]
\`\`\``;

export const clientsProse = `A client is public (a command line; PKCE instead of a secret) or has a secret. These are the two usual ones:

\`\`\`yaml
clients:
  - id: kubernetes                        # kubectl, with the kubelogin plugin
    public: true
    native: true
    trusted: true
    refreshTokens: always
    redirectUris: [http://localhost:8000, http://127.0.0.1:8000]
  - id: argo-cd
    secrets: [{ fromEnv: ARGO_CD_SECRET }, { fromEnv: ARGO_CD_SECRET_NEXT }]   # the current one and the next
    redirectUris: [https://argo.example.com/auth/callback]
    requireGroups: ["corp:argo-*"]
\`\`\`

The redirect URIs are compared letter by letter. Only a native client may be sent to another port of a loopback address than is written here, and \`localhost\` is not \`127.0.0.1\`.`;
