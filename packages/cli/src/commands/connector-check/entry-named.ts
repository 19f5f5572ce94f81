/** The connector that a command names. */
import type { Config } from '@gatehouse/config';
import { CommandFailure } from '../../failure.ts';
import type { Entry } from './ask-upstream.ts';

/** @throws CommandFailure that names those there are */
export function entryNamed(id: string, { connectors }: Config): Entry {
  const entry = connectors.find((candidate) => candidate.id === id);
  if (entry) return entry;
  throw new CommandFailure('usage', `There is no connector "${id}".`, {
    advice: [`The configuration has: ${connectors.map((each) => each.id).join(', ') || 'none'}`],
  });
}
