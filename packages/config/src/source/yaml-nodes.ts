/**
 * Walks the nodes of a YAML document: to plain values, and back from a path to an offset in the text.
 *
 * Done here and not by the library's `toJS`, for aliases: "billion laughs" doubles the document with every line of
 * it, and an alias to its own parent makes a value without an end.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Path } from './problem.ts';
import type { At } from './report.ts';

const maxNodes = 50_000;
const maxDepth = 50;
const maxAliases = 200;

export class Unusable extends Error {
  override readonly name = 'Unusable';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** @throws Unusable */
export function plain(document: Document.Parsed): unknown {
  const budget = { nodes: maxNodes, aliases: maxAliases };

  function value(node: unknown, depth: number): unknown {
    const offset = start(node);
    if (depth > maxDepth) throw new Unusable('is nested too deeply', offset);
    if (budget.nodes-- === 0) throw new Unusable('is too large once its aliases are followed', offset);
    if (isAlias(node)) {
      if (budget.aliases-- === 0) throw new Unusable(`has more than ${maxAliases} aliases`, offset);
      const target = node.resolve(document);
      if (!target) throw new Unusable('this alias has no anchor before it', offset);
      return value(target, depth + 1);
    }
    if (isMap(node))
      return Object.fromEntries(node.items.map((pair) => [keyOf(pair), value(pair.value, depth + 1)]));
    if (isSeq(node)) return node.items.map((item) => value(item, depth + 1));
    return isScalar(node) ? node.value : null;
  }

  return value(document.contents, 0);
}

function keyOf(pair: Pair): string {
  if (isScalar(pair.key)) return String(pair.key.value);
  throw new Unusable('a key must be a word', start(pair.key));
}

/** The offset of what stands at the path, or of the nearest thing around it. */
export function find(document: Document.Parsed, path: Path, at: At): number {
  let node: unknown = document.contents;
  let offset = start(node);
  for (const [index, part] of path.entries()) {
    node = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === part)
      : null;
    const next = pair ? pair.value : isSeq(node) && typeof part === 'number' ? node.items[part] : undefined;
    if (!pair && next === undefined) break;
    const wanted = pair && (next === null || (at === 'key' && index === path.length - 1)) ? pair.key : next;
    offset = start(wanted);
    node = next;
  }
  return offset;
}

function start(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
