/** What a refresh token stands for: this identity, this client, this device. */
import type { Json } from '@gatehouse/connector-kit';

export interface OfflineSession {
  /** 256 random bits, part of the refresh token; stored as SHA-256 only. */
  readonly id: Uint8Array;
  readonly grantId: string;
  readonly subject: string;
  readonly clientId: string;
  readonly lineage: Lineage;
  readonly payload: { readonly [key: string]: Json };
  readonly createdAt: Date;
  /** Idle and absolute lifetime, whichever ends first. */
  readonly expiresAt: Date;
  readonly ended?: { readonly at: Date; readonly reason: EndReason };
}

export type EndReason = 'reuse' | 'revoked' | 'logout' | 'gone';

/** Which generations of the derived refresh token exist. */
export interface Lineage {
  /** The newest generation; the first is 1. */
  readonly generation: number;
  /**
   * When each of the last generations was succeeded: the last element belongs to `generation - 1`.
   * Holds at least the one before the newest, and every one that is still within its grace window.
   */
  readonly succeededAt: readonly Date[];
  /** The newest generation has been presented (without rotation); its predecessor is dead after its window. */
  readonly newestPresented: boolean;
}

export interface OfflineSessions {
  /** Brings the grant and the identity along. Null when unknown; ended ones are returned with `ended`. */
  find(id: Uint8Array): Promise<OfflineSession | null>;
  open(session: Omit<OfflineSession, 'ended'>): void;
  /**
   * `UPDATE … WHERE generation = from AND ended_at IS NULL`. A racer that lost to another rotation is no error
   * (derived tokens are equal); if the session ended meanwhile, `commit` throws `LostRace('offlineSession')`.
   */
  advance(id: Uint8Array, from: number, to: Lineage, expiresAt: Date): void;
  end(id: Uint8Array, reason: EndReason): void;
}
