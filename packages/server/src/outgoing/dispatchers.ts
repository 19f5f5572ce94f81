/** The connections of one connector: kept alive, bounded in number, to the operator's hosts apart from all others. */
import type { HttpNeeds } from '@gatehouse/connector-kit';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { guardedLookup, type LookupAll } from './guarded-lookup.ts';
import type { Reach } from './reach.ts';
import { type Tls, trustOf } from './trust.ts';

export interface ConnectionOptions {
  /** PEM. Vouches for servers beside the public authorities, also for the proxy. */
  readonly ca?: string;
  readonly proxy?: Proxy;
  readonly timeouts: Timeouts;
  /** For tests: the system's resolver if absent. */
  readonly lookup?: LookupAll;
}

export interface Proxy {
  /** May hold a user name and a password. */
  readonly url: string;
  /** Hosts and domains (`.example.com`) that are asked without it. */
  readonly except: readonly string[];
}

/** Milliseconds. */
export interface Timeouts {
  /** For TCP and TLS. */
  readonly connect: number;
  /** From the request to the head of the answer. */
  readonly headers: number;
  /** Between two parts of the body. */
  readonly silence: number;
  /** For all of it, up to the last byte of the body. */
  readonly whole: number;
}

/** To one origin; more requests wait for their turn, and their whole time runs. */
const connections = 16;
/** An upstream that names a new host each time must not make us hold connections to all of them. */
const maxOrigins = 32;
const keepAlive = 10_000;
const largestHead = 32 * 1024;

export interface Dispatchers {
  /** For the hosts of `HttpNeeds.urls`: with its certificate authority and client certificate. */
  readonly named: Dispatcher;
  readonly others: Dispatcher;
}

export function openDispatchers(needs: HttpNeeds, reach: Reach, options: ConnectionOptions): Dispatchers {
  const trust = trustOf(needs, options.ca);
  return {
    named: openDispatcher(reach, options, trust.named, trust.proxy),
    others: openDispatcher(reach, options, trust.others, trust.proxy),
  };
}

function openDispatcher(reach: Reach, options: ConnectionOptions, tls: Tls, proxyTls: Tls): Dispatcher {
  const { proxy, timeouts } = options;
  const common = {
    connections,
    maxOrigins,
    // Its second code path buys nothing for a few requests, and HTTP/2 servers have more ways to be unpleasant.
    allowH2: false,
    keepAliveTimeout: keepAlive,
    maxHeaderSize: largestHead,
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.silence,
    connect: {
      ...tls,
      allowH2: false,
      timeout: timeouts.connect,
      lookup: guardedLookup(reach, options.lookup),
    },
  };
  if (proxy === undefined) return new Agent(common);
  return new EnvHttpProxyAgent({
    ...common,
    // The proxy looks up the names; its own address may be private, since the operator wrote it.
    requestTls: { ...tls, timeout: timeouts.connect },
    proxyTls: { ...proxyTls, timeout: timeouts.connect },
    // Also to `http:` upstreams, so that a proxy is one and the same thing in both cases.
    proxyTunnel: true,
    httpProxy: proxy.url,
    httpsProxy: proxy.url,
    // Never from the environment, not even when it is empty.
    noProxy: proxy.except.join(','),
  });
}
