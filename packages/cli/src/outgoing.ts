/** From the configuration's `outgoing` to what opens a way out for each connector. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '@gatehouse/config';
import type { OutgoingOptions } from '@gatehouse/server';
import { version } from './commands/version.ts';
import { CommandFailure } from './failure.ts';

export type SharedOutgoing = Omit<OutgoingOptions, 'log'>;

/** @throws CommandFailure if the file of `outgoing.ca` holds no certificate */
export async function readOutgoing({ outgoing }: Pick<Config, 'outgoing'>): Promise<SharedOutgoing> {
  const { ca, proxy, noProxy, timeouts } = outgoing;
  const { connect, headers, silence, whole } = timeouts;
  return {
    ...(ca !== undefined && { ca: await readAuthorities(ca) }),
    ...(proxy !== undefined && { proxy: { url: proxy, except: noProxy } }),
    timeouts: {
      connect: connect * 1000,
      headers: headers * 1000,
      silence: silence * 1000,
      whole: whole * 1000,
    },
    userAgent: `Gatehouse/${version}`,
  };
}

/** A file with anything else in it would count for nothing, in silence. */
async function readAuthorities(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandFailure('failed', `outgoing.ca: ${path} cannot be read`, { cause });
  });
  try {
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new CommandFailure('failed', `outgoing.ca: ${path} does not begin with a certificate in PEM`, {
      cause,
    });
  }
}
