/** What the parts of one unit of work share. */
import type {
  Login,
  OfflineSession,
  ProtocolRecord,
  RecordKind,
  Seal,
  StoredArrival,
  StoredIdentity,
} from '@gatehouse/core';
import type { Database, Row } from '../database/database.ts';
import type { Shelf } from './shelf.ts';
import type { Writes } from './writes.ts';

export interface UnitPart {
  readonly database: Database;
  readonly seal: Seal;
  readonly now: () => Date;
  /** Slots of the rings of interactions and logins. */
  readonly pendingSignIns: number;
  readonly writes: Writes;
  readonly shelves: Shelves;
  /** Shelves the grant and the identity that a row was read together with. */
  bring(row: Row): void;
}

export type Shelves = Readonly<Record<RecordKind, Shelf<ProtocolRecord>>> & {
  readonly offlineSession: Shelf<OfflineSession>;
  readonly identity: Shelf<StoredIdentity>;
  readonly login: Shelf<Login>;
  readonly arrival: Shelf<StoredArrival>;
};
