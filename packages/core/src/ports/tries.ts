/**
 * Sign-ins that an administrator tries from the command line (`gatehouse connector try`).
 *
 * The command and the server that has the issuer's address share no more than this: the command lays an offer down, the
 * server takes a browser through it and leaves the upstream's answer, the command reads that and leaves its findings
 * for the page. Nobody is signed in by it. What the connector keeps between leaving and coming back (nonce, PKCE
 * verifier) never leaves the command.
 */
import type { Arrival, Departure } from '@gatehouse/connector-kit';

/** Sealed in the store. */
export interface TryOffer {
  /** 256 random bits, in the address of its pages, which the terminal shows. Stored as SHA-256 only. */
  readonly id: string;
  /** 256 random bits, carried by the upstream; stored as SHA-256 only. */
  readonly token: string;
  /** The parameter that brings the token back. */
  readonly tokenParam: string;
  readonly connectorId: string;
  readonly connectorName: string;
  /** Stands on the page and in the terminal, so that a person sees whose terminal it is. */
  readonly code: string;
  readonly departure: Departure;
  readonly expiresAt: Date;
}

export interface OpenTry {
  readonly offer: TryOffer;
  /** Which browser has begun it: the one that asks, none, or another. */
  readonly begun: 'no' | 'here' | 'elsewhere';
  /** Until there are findings; it holds codes and assertions. */
  readonly arrival?: Arrival;
  readonly findings?: TryFindings;
}

/** What a page shows at the end, in this order. */
export interface TryFindings {
  readonly ok: boolean;
  readonly title: string;
  /** One sentence. */
  readonly lead: string;
  readonly sections: readonly FindingsSection[];
}

export interface FindingsSection {
  readonly title: string;
  readonly lines: readonly FindingsLine[];
}

export interface FindingsLine {
  readonly name: string;
  readonly values: readonly string[];
  readonly remark?: string;
}

export interface Tries {
  open(offer: TryOffer): Promise<void>;
  /** @param browser the secret in the cookie of the browser that asks */
  find(id: string, browser?: string): Promise<OpenTry | null>;
  findByToken(token: string): Promise<TryOffer | null>;
  /** Whether an answer for this connector is waited for. */
  isExpected(connectorId: string): Promise<boolean>;
  /** The first browser has it. False: another was first, or it is over. */
  begin(id: string, browser: string): Promise<boolean>;
  /** One answer, from the browser that began. False: there was one, or it is over. */
  arrive(id: string, browser: string, arrival: Arrival): Promise<boolean>;
  /** The answer is forgotten at the same moment. */
  conclude(id: string, findings: TryFindings): Promise<void>;
  /** Forgets all of it. */
  close(id: string): Promise<void>;
}
