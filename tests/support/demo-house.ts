/** Gatehouse with the very configuration that `npm start` uses, on a database and a port of the test. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type House, openHouse } from './house.ts';

const simple = join(import.meta.dirname, '../../config/simple.yaml');

export const admin = { email: 'admin@example.com', password: 'correct horse battery staple' };

export async function openDemoHouse(place: { readonly port?: number } = {}): Promise<House> {
  const written = parse(await readFile(simple, 'utf8')) as Record<string, unknown>;
  const { issuer: _issuer, database: _database, log: _log, ...config } = written;
  return await openHouse({ config, env: { GATEHOUSE_ADMIN_PASSWORD: admin.password }, ...place });
}
