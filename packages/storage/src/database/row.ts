/** Crosses the border from the driver's untyped rows: a column is what we say it is, or we stop. */
import type { Json } from '@gatehouse/connector-kit';
import type { Row } from './database.ts';

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : wrong(column);
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function texts(row: Row, column: string): readonly string[] {
  const value = row[column];
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : wrong(column);
}

export function whole(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : wrong(column);
}

export function flag(row: Row, column: string): boolean {
  const value = row[column];
  return typeof value === 'boolean' ? value : wrong(column);
}

export function date(row: Row, column: string): Date {
  const value = row[column];
  return value instanceof Date ? value : wrong(column);
}

export function dateOrNull(row: Row, column: string): Date | null {
  return row[column] === null ? null : date(row, column);
}

export function dates(row: Row, column: string): readonly Date[] {
  const value = row[column];
  return Array.isArray(value) && value.every((each) => each instanceof Date) ? value : wrong(column);
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : wrong(column);
}

/** A JSON object, as `JSON.stringify` wrote it. */
export function object(row: Row, column: string): { readonly [key: string]: Json } {
  const value = row[column];
  return isObject(value) ? value : wrong(column);
}

function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(column: string): never {
  throw new TypeError(`column ${column} does not hold what it should`);
}

type Present<T> = { [Key in keyof T]?: NonNullable<T[Key]> };

/** Drops what is null or undefined, so that an optional field is absent rather than empty. */
export function present<T extends Record<string, unknown>>(fields: T): Present<T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(kept) as Present<T>;
}
