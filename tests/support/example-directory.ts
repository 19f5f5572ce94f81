/** The people and groups of dc=example,dc=com that `config/enterprise.yaml` speaks of. */
export const exampleDirectory = `
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups
${person('jane', 'Jane Doe')}
${person('john', 'John Roe')}
${person('mallory', 'Mallory Moe')}
${person('leaver', 'Lee Ver')}
${group('staff', ['jane', 'john', 'leaver'])}
${group('leavers', ['leaver'])}
${group('cn-k8s-admins', ['jane'])}
${group('k8s-viewers', ['jane', 'john'])}
${group('argo-deployers', ['jane'])}
${group('system:masters', ['jane', 'john'])}
`;

/** The password of everybody: their uid and `-secret`. */
function person(uid: string, cn: string): string {
  return `
dn: uid=${uid},ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: ${uid}
cn: ${cn}
sn: ${cn.split(' ').at(-1)}
mail: ${uid}@example.com
userPassword: ${uid}-secret`;
}

function group(cn: string, members: readonly string[]): string {
  const lines = members.map((uid) => `member: uid=${uid},ou=people,dc=example,dc=com`);
  return `
dn: cn=${cn},ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: ${cn}
${lines.join('\n')}`;
}
