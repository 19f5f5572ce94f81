import { describe, expect, it } from 'vitest';
import { attributesOf, identityLines } from './attributes.ts';

describe('what the upstream said', () => {
  it('is one line for each claim or attribute, with the step that brought it', () => {
    const steps = [
      { name: 'ID token', facts: { claims: { sub: 'u-1', groups: ['a', 'b'], address: { country: 'UK' } } } },
      { name: 'groups at Microsoft Graph', facts: { found: 7 } },
    ];
    expect(attributesOf(steps)).toEqual([
      { name: 'sub', values: ['u-1'], remark: 'ID token' },
      { name: 'groups', values: ['a', 'b'], remark: 'ID token' },
      { name: 'address', values: ['{"country":"UK"}'], remark: 'ID token' },
      { name: 'found', values: ['7'], remark: 'groups at Microsoft Graph' },
    ]);
  });

  it('has the attributes of an assertion under their own names', () => {
    const attributes = [
      { name: 'urn:oid:0.9.2342.19200300.100.1.3', friendlyName: 'mail', values: ['a@example.com'] },
      { name: 'groups', friendlyName: '', values: ['x', 'y'] },
    ];
    expect(attributesOf([{ name: 'assertion', facts: { attributes } }])).toEqual([
      { name: 'urn:oid:0.9.2342.19200300.100.1.3', values: ['a@example.com'], remark: 'mail, assertion' },
      { name: 'groups', values: ['x', 'y'], remark: 'assertion' },
    ]);
  });

  // Attack: a token in a claim is read over a shoulder, or from a screenshot in a ticket.
  it.each([
    ['access_token', 'opaque'],
    ['hr_token', 'opaque'],
    ['client_secret', 'opaque'],
    ['nonce', 'opaque'],
    ['at_hash', 'opaque'],
    ['anything', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln'],
    ['anything', 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln'],
    ['picture', 'https://example.com/ada.png?t=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln&s=9'],
    ['anything', { deep: { access_token: 'opaque' } }],
    ['anything', [{ endpoint: 'x', access_token: 'opaque' }]],
  ])('leaves a secret in %s out', (name, value) => {
    const said = JSON.stringify(attributesOf([{ name: 'ID token', facts: { claims: { [name]: value } } }]));
    expect(said).toContain('left out: a secret');
    expect(said).not.toMatch(/opaque|eyJ/);
  });

  it('never has the state of an identity, which is what opens the upstream again', () => {
    const state = { refreshToken: 'opaque' };
    const lines = identityLines({ upstreamId: '1', username: 'ada', groups: [], state });
    expect(JSON.stringify(lines)).not.toContain('opaque');
  });
});
