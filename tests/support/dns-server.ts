/**
 * A small DNS server for SRV records (RFC 1035, RFC 2782), over UDP on a free loopback port.
 *
 *     const dns = await startDnsServer({ '_ldap._tcp.example.com': [{ name: 'a.example.com', port: 389 }] });
 *     dns.resolver.resolveSrv('_ldap._tcp.example.com');
 *     dns.asked;           // every name that was asked for
 */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';

export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority?: number;
  readonly weight?: number;
}

/** What is not there does not exist (NXDOMAIN); null is an answer that something is broken (SERVFAIL). */
export type Zone = Record<string, readonly ServiceRecord[] | null>;

export interface DnsServer {
  /** May be changed while it runs. */
  readonly zone: Zone;
  readonly asked: readonly string[];
  readonly resolver: Resolver;
  stop(): Promise<void>;
}

const SERVFAIL = 2;
const NXDOMAIN = 3;

export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const name = nameIn(query);
    asked.push(name);
    const records = zone[name];
    const code = records === null ? SERVFAIL : records === undefined ? NXDOMAIN : 0;
    socket.send(answer(query, code, records ?? []), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    zone,
    asked,
    resolver,
    async stop() {
      resolver.cancel();
      socket.close();
      await once(socket, 'close');
    },
  };
}

const HEADER = 12;

function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = HEADER, length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return labels.join('.').toLowerCase();
}

function answer(query: Buffer, code: number, records: readonly ServiceRecord[]): Buffer {
  const header = Buffer.from(query.subarray(0, HEADER));
  // An authoritative answer, without recursion.
  header.writeUInt16BE(0x8480 | code, 2);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  const end = query.indexOf(0, HEADER) + 5;
  return Buffer.concat([header, query.subarray(HEADER, end), ...records.map(recordBytes)]);
}

function recordBytes({ name, port, priority = 0, weight = 0 }: ServiceRecord): Buffer {
  const data = Buffer.concat([Buffer.alloc(6), nameBytes(name)]);
  for (const [index, value] of [priority, weight, port].entries()) data.writeUInt16BE(value, index * 2);
  const head = Buffer.alloc(12);
  // The name is that of the question; SRV, IN, a minute to live.
  for (const [index, value] of [0xc00c, 33, 1, 0, 60, data.length].entries()) {
    head.writeUInt16BE(value, index * 2);
  }
  return Buffer.concat([head, data]);
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
    Buffer.of(0),
  ]);
}
