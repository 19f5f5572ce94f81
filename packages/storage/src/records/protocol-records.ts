/** What the OpenID provider library keeps, within a unit of work. */
import type { ProtocolRecord, ProtocolRecords, RecordKind } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { call } from '../database/statement.ts';
import { hashOf } from '../hash.ts';
import { isStorable } from '../storable.ts';
import type { UnitPart } from '../unit/part.ts';
import { accessTokens } from './access-tokens.ts';
import { authorizationCodes, consumeCode } from './authorization-codes.ts';
import { grants } from './grants.ts';
import { interactions } from './interactions.ts';
import { revokeGrant } from './revoke-grant.ts';
import { endSession, findSessionByUid, renewSession, sessionHash, sessions } from './sessions.ts';
import type { RecordTable, StoredId } from './table.ts';

export class UnitRecords implements ProtocolRecords {
  readonly #part: UnitPart;
  readonly #tables: Readonly<Record<RecordKind, RecordTable>>;

  constructor(part: UnitPart) {
    this.#part = part;
    this.#tables = {
      session: sessions,
      interaction: interactions(part.pendingSignIns),
      authorizationCode: authorizationCodes,
      accessToken: accessTokens,
      grant: grants,
    };
  }

  async find(kind: RecordKind, id: string): Promise<ProtocolRecord | null> {
    const { shelves, database } = this.#part;
    const place = placeOf(kind, id);
    const known = shelves[kind].get(place.key);
    if (known !== undefined) return this.#current(known);
    if (kind === 'grant' && !isStorable(id)) return null;
    const [row] = await database.query(this.#tables[kind].find, place.stored);
    if (row && (kind === 'authorizationCode' || kind === 'accessToken')) this.#part.bring(row);
    const found = row ? this.#tables[kind].read(row) : null;
    return this.#current(shelves[kind].arrive(place.key, found));
  }

  async findSessionByUid(uid: string): Promise<ProtocolRecord | null> {
    const { shelves, database } = this.#part;
    const known = shelves.session.findWhere((session) => session.sessionUid === uid);
    if (known) return this.#current(known);
    if (!isStorable(uid)) return null;
    const [row] = await database.query(findSessionByUid, uid);
    return row ? this.#current(this.#arriveSession(row, uid)) : null;
  }

  save(kind: RecordKind, id: string, record: ProtocolRecord): void {
    const { shelves, writes } = this.#part;
    const { key, stored } = placeOf(kind, id);
    const saved = this.#tables[kind].save(stored, record, shelves[kind].isStored(key));
    writes.save(`${kind}:${key}`, [saved]);
    shelves[kind].put(key, record);
  }

  consumeCode(id: string): void {
    const { shelves, writes, now } = this.#part;
    const { key, stored } = placeOf('authorizationCode', id);
    const consumedAt = now();
    writes.use([call(consumeCode, stored, consumedAt)]);
    shelves.authorizationCode.change((each, code) => (each === key ? { ...code, consumedAt } : code));
  }

  destroy(kind: RecordKind, id: string): void {
    const { shelves, writes } = this.#part;
    const { key, stored } = placeOf(kind, id);
    const uid = kind === 'session' ? shelves.session.get(key)?.sessionUid : undefined;
    writes.drop(`${kind}:${key}`);
    writes.decide([uid === undefined ? call(this.#tables[kind].destroy, stored) : call(endSession, uid)]);
    shelves[kind].remove(key);
  }

  renewSession(from: string, to: string): void {
    const { shelves, writes } = this.#part;
    const [before, after] = [placeOf('session', from), placeOf('session', to)];
    const session = shelves.session.get(before.key);
    if (session?.sessionUid === undefined) throw new TypeError('a session that is renewed was read before');
    writes.decide([call(renewSession, after.stored, session.sessionUid)]);
    shelves.session.move(before.key, after.key);
  }

  revokeGrant(grantId: string): void {
    revokeGrant(this.#part, grantId);
  }

  /** A session that this unit has destroyed, or given another uid, is not found by what the row still says. */
  #arriveSession(row: Row, uid: string): ProtocolRecord | null {
    const session = this.#part.shelves.session.arrive(sessionHash(row), sessions.read(row));
    return session?.sessionUid === uid ? session : null;
  }

  /** What has expired is gone, whether or not its row has been removed already. */
  #current(record: ProtocolRecord | null): ProtocolRecord | null {
    return record && record.expiresAt > this.#part.now() ? record : null;
  }
}

/** A grant's id opens nothing and is kept as it is, because tokens must name it; all other ids are hashed. */
function placeOf(kind: RecordKind, id: string): { readonly key: string; readonly stored: StoredId } {
  if (kind === 'grant') return { key: id, stored: id };
  const hash = hashOf(id);
  return { key: hash.toString('hex'), stored: hash };
}
