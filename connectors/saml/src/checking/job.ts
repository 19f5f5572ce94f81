/** One answer, message about signing out, or metadata to be checked, and what came out: what travels between the threads. */
import { ConnectorError, type ConnectorErrorCode } from '@gatehouse/connector-kit';
import { type Heard, hear, type LogoutJob } from '../logout/hear.ts';
import { type MetadataOptions, type ReadMetadata, readMetadata } from '../metadata/read-metadata.ts';
import { type Checked, checkResponse } from '../response/check-response.ts';
import type { Expectation } from '../response/expectation.ts';

export interface Job {
  /** The value of `SAMLResponse`. */
  readonly answer: string;
  readonly expected: Expectation;
}

export interface MetadataJob {
  readonly text: string;
  readonly options: MetadataOptions;
}

export type Work = { readonly check: Job } | { readonly hear: LogoutJob } | { readonly read: MetadataJob };

export type Outcome =
  | { readonly checked: Checked }
  | { readonly heard: Heard }
  | { readonly read: ReadMetadata }
  | { readonly code: ConnectorErrorCode; readonly reason: string };

/** Never throws: an error loses its class on the way to another thread. */
export function run(work: Work): Outcome {
  try {
    if ('hear' in work) return { heard: hear(work.hear) };
    if ('read' in work) return { read: readMetadata(work.read.text, work.read.options) };
    return { checked: checkResponse(work.check.answer, work.check.expected) };
  } catch (error) {
    if (ConnectorError.is(error)) return { code: error.code, reason: error.message };
    // A stack that ran over, or a fault of ours; what it says may quote the answer.
    const kind = error instanceof Error ? error.name : 'unknown';
    return { code: 'bad_response', reason: `the answer could not be checked (${kind})` };
  }
}
