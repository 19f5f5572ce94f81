/**
 * Walks the nodes of a YAML document: to plain values, and back from a path to an offset in the text.
 *
 * Done here and not by the library's `toJS`, for aliases: "billion laughs" doubles the document with every line of
 * it, and an alias to its own parent makes a value without an end.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Path } from './problem.ts';
import type { At } from './report.ts';

const maxNodes = 100_000;
const maxDepth = 50;
const maxAliases = 100;

export class Unusable extends Error {
  override readonly name = 'Unusable';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export interface Plain {
  readonly value: unknown;
  /** Offsets of keys that their map has already. */
  readonly duplicates: readonly number[];
}

/** @throws Unusable */
export function plain(document: Document.Parsed): Plain {
  const duplicates = new Set<number>();
  const budget = { nodes: maxNodes, aliases: maxAliases };

  function value(node: unknown, depth: number): unknown {
    const offset = start(node);
    if (depth > maxDepth) throw new Unusable('is nested too deeply', offset);
    if (budget.nodes-- === 0) throw new Unusable('is too large, with its aliases followed', offset);
    if (isAlias(node)) return value(target(node, offset), depth + 1);
    if (isMap(node))
      return Object.fromEntries(
        [...pairs(node, duplicates)].map(([key, pair]) => [key, value(pair.value, depth + 1)]),
      );
    if (isSeq(node)) return node.items.map((item) => value(item, depth + 1));
    return isScalar(node) ? node.value : null;
  }

  function target(alias: Alias, offset: number): unknown {
    if (budget.aliases-- === 0) throw new Unusable(`has more than ${maxAliases} aliases`, offset);
    const node = alias.resolve(document);
    if (!node) throw new Unusable('this alias has no anchor before it', offset);
    return node;
  }

  return { value: value(document.contents, 0), duplicates: [...duplicates] };
}

/** The offset of what stands at the path, or of the nearest thing around it. */
export type Find = (path: Path, at: At) => number;

export function finder(document: Document.Parsed): Find {
  const known = new Map<YAMLMap, ReadonlyMap<string, Pair>>();

  function pairAt(map: YAMLMap, key: string): Pair | undefined {
    const found = known.get(map) ?? pairs(map);
    known.set(map, found);
    return found.get(key);
  }

  return (path, at) => {
    let node: unknown = document.contents;
    let offset = start(node);
    for (const [index, part] of path.entries()) {
      node = isAlias(node) ? node.resolve(document) : node;
      const pair = isMap(node) ? pairAt(node, String(part)) : undefined;
      const next = pair ? pair.value : isSeq(node) ? node.items[Number(part)] : undefined;
      if (!pair && next === undefined) break;
      const atKey = at === 'key' && index === path.length - 1;
      offset = start(pair && (atKey || next === null) ? pair.key : next);
      node = next;
    }
    return offset;
  };
}

/** By key. The library could find duplicates too, by comparing every key with every other. */
function pairs(map: YAMLMap, duplicates?: Set<number>): ReadonlyMap<string, Pair> {
  const found = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = keyOf(pair);
    if (found.has(key)) duplicates?.add(start(pair.key));
    found.set(key, pair);
  }
  return found;
}

function keyOf(pair: Pair): string {
  if (isScalar(pair.key)) return String(pair.key.value);
  throw new Unusable('a key must be a word', start(pair.key));
}

function start(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
