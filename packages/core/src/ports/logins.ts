/** Attempts to sign in through a redirect connector, from leaving to coming back. */
import type { Arrival, Json } from '@gatehouse/connector-kit';

export interface Login {
  /** 256 random bits, carried by the upstream in `state` or `RelayState`; stored as SHA-256 only. */
  readonly token: string;
  /** The interaction (and through its cookie the browser) that began it. */
  readonly interaction: string;
  readonly connectorId: string;
  /** Sealed in the store. */
  readonly memo: Json;
  readonly expiresAt: Date;
  readonly finishedAt?: Date;
}

/** One return from the upstream, waiting for the browser that began the login to come and fetch it. */
export interface StoredArrival {
  /** Random; the browser carries it in the address of `finish`. Stored as SHA-256 only. */
  readonly handle: string;
  readonly loginToken: string;
  /** Sealed in the store: it holds codes and assertions. */
  readonly arrival: Arrival;
}

export interface Logins {
  find(token: string): Promise<Login | null>;
  open(login: Login): void;
  /** Keeps at most `limit` arrivals a login: the oldest give way. */
  saveArrival(arrival: StoredArrival, limit: number): void;
  findArrival(handle: string): Promise<{ readonly login: Login; readonly arrival: Arrival } | null>;
  /** Once: `commit` throws `LostRace('login')` for the second. */
  finish(token: string): void;
}
