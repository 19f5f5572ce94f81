import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressGroup, readPeer, trustedProxies } from './trusted-proxies.ts';

function requestFrom(address: string, headers: Record<string, string>): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: address });
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, { host: 'seen.example', ...headers });
  return request;
}

const proxies = trustedProxies(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
const peerOf = (address: string, headers: Record<string, string>) =>
  readPeer(requestFrom(address, headers), proxies);

describe('who the client is', () => {
  it('Attack: a client writes X-Forwarded-For itself to get around its limit. It is ignored.', () => {
    const peer = peerOf('203.0.113.9', {
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    expect(peer).toEqual({ address: '203.0.113.9', host: 'seen.example', secure: false, proxied: false });
  });

  it('Attack: a client behind our proxy writes the header; the proxy appends the truth. The right end counts.', () => {
    expect(peerOf('10.0.0.1', { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' }).address).toBe(
      '203.0.113.9',
    );
  });

  it('walks over a chain of our own proxies', () => {
    const headers = { 'x-forwarded-for': '203.0.113.9, 10.2.2.2, 192.0.2.7' };
    expect(peerOf('10.0.0.1', headers).address).toBe('203.0.113.9');
  });

  it('stops where the chain is no address, and believes nothing beyond', () => {
    for (const rubbish of ['unknown', '_hidden', '999.1.1.1', '1', '0x7f000001']) {
      const headers = { 'x-forwarded-for': `198.51.100.1, ${rubbish}, 10.2.2.2` };
      expect(peerOf('10.0.0.1', headers).address).toBe('10.2.2.2');
    }
  });

  it('takes the proxy itself where it says nothing', () => {
    expect(peerOf('10.0.0.1', {}).address).toBe('10.0.0.1');
    expect(peerOf('10.0.0.1', { 'x-forwarded-for': ' , ' }).address).toBe('10.0.0.1');
  });

  it('reads addresses with ports, brackets, zones and IPv4 in IPv6', () => {
    const through = (hop: string) => peerOf('::ffff:10.0.0.1', { 'x-forwarded-for': hop }).address;
    expect(through('203.0.113.9:4711')).toBe('203.0.113.9');
    expect(through('[2001:db8::1]:4711')).toBe('2001:db8::1');
    expect(through('2001:db8::1')).toBe('2001:db8::1');
    expect(through('::ffff:203.0.113.9')).toBe('203.0.113.9');
  });

  it('does not take an IPv6 address for a member of an IPv4 range', () => {
    expect(peerOf('2001:db8::1', { 'x-forwarded-for': '203.0.113.9' }).address).toBe('2001:db8::1');
    expect(peerOf('fd00::1', { 'x-forwarded-for': '203.0.113.9' }).address).toBe('203.0.113.9');
  });

  it('believes host and protocol of a trusted proxy, of several values the one it wrote itself', () => {
    const headers = { 'x-forwarded-host': 'evil.example, login.example', 'x-forwarded-proto': 'http, https' };
    expect(peerOf('10.0.0.1', headers)).toMatchObject({ host: 'login.example', secure: true, proxied: true });
  });
});

describe('whom a limit counts', () => {
  it('counts an IPv6 network of 2^64 addresses as one', () => {
    expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe(addressGroup('2001:db8:1:2:ffff::1'));
    expect(addressGroup('2001:db8:1:2::1')).not.toBe(addressGroup('2001:db8:1:3::1'));
  });

  it('counts an IPv4 address as one, in whatever form it comes', () => {
    expect(addressGroup('::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(addressGroup('203.0.113.9')).not.toBe(addressGroup('203.0.113.8'));
  });

  it('has a key for what is no address at all', () => {
    expect(addressGroup('')).toBe('unknown');
  });
});
