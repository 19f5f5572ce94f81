import { expect, test } from 'vitest';
import { explainConnecting } from './problem.ts';

const place = { server: 'db.example.com:5432', user: 'gatehouse', database: 'gatehouse' };

test.each([
  ['The server does not support SSL connections', 'Switch TLS on there'],
  ['self-signed certificate in certificate chain', 'sslrootcert='],
  ['unable to verify the first certificate', 'sslrootcert='],
  ["Hostname/IP does not match certificate's altnames: IP: 192.0.2.7", 'a name that is in its certificate'],
  ['connect ECONNREFUSED 192.0.2.7:5432', 'Is it running'],
])('a connection that ends with "%s" comes with advice', (words, advice) => {
  const problem = explainConnecting(new Error(words), place);
  expect(problem).toMatchObject({ name: 'DatabaseProblem', message: expect.stringContaining(advice) });
});
