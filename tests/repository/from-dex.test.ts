/** docs/from-dex.md promises a test for each row: here they are counted, and looked up. */
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './imports.ts';

const page = 'docs/from-dex.md';
const text = readFileSync(join(root, page), 'utf8');
const verdicts = ['done', 'better', 'refused because', 'later'];

interface Row {
  readonly what: string;
  readonly verdict: string;
  readonly here: string;
  readonly tests: readonly Named[];
}

interface Named {
  readonly file: string;
  /** What stands around it, if anything. */
  readonly group: string | undefined;
  readonly title: string;
}

const rows = rowsOf(text);

describe('the page for those who come from Dex', () => {
  it('judges every row in one of four words', () => {
    expect(rows.length).toBeGreaterThan(150);
    expect(rows.filter(({ verdict }) => !verdicts.includes(verdict))).toEqual([]);
  });

  it('has a test for each row, unless it is not built yet', () => {
    const bare = rows.filter(({ verdict, tests }) => verdict !== 'later' && tests.length === 0);
    expect(bare.map(({ what }) => what)).toEqual([]);
  });

  it('gives the reason of each refusal', () => {
    const silent = rows.filter(({ verdict, here }) => verdict === 'refused because' && here.length < 20);
    expect(silent.map(({ what }) => what)).toEqual([]);
  });

  it('names tests that exist, in the file that it links', () => {
    const missing = rows
      .flatMap(({ tests }) => tests)
      .filter((test) => !isThere(test))
      .map(({ file, group, title }) => `${file}: ${group} › ${title}`);
    expect([...new Set(missing)]).toEqual([]);
  });

  it('goes through all known faults', () => {
    const faults = rowsOf(text.slice(text.indexOf('## Known faults')))
      .flatMap(({ what }) => /^(\d+)\. /.exec(what)?.[1] ?? [])
      .map(Number);
    for (let number = 1; number <= 25; number += 1) expect(faults).toContain(number);
  });
});

function rowsOf(part: string): readonly Row[] {
  return part
    .split('\n')
    .filter((line) => /^\| .* \| .* \| .* \| .* \|$/.test(line))
    .filter((line) => !/^\| (?:---|.* \| \| here \|)/.test(line))
    .map(rowOf);
}

function rowOf(line: string): Row {
  const [what = '', verdict = '', here = '', shown = ''] = line
    .slice(2, -2)
    .split(' | ')
    .map((cell) => cell.trim());
  const links = [...shown.matchAll(/\[(.*?)\]\(([^)]+\.test\.ts)\)/g)];
  const tests = links.map(([, name = '', link = '']) => ({
    title: name.split(' › ').at(-1) ?? '',
    group: name.split(' › ').at(-2),
    file: normalize(join('docs', link)),
  }));
  return { what, verdict, here, tests };
}

function isThere({ file, group, title }: Named): boolean {
  if (!existsSync(join(root, file))) return false;
  const source = readFileSync(join(root, file), 'utf8');
  const calls = source.matchAll(/(\b(?:test|it|describe)|\)|`)\(\s*(['"`])((?:\\.|(?!\2).)*)\2\s*,/g);
  let around: string | undefined;
  for (const [, call, , text = ''] of calls) {
    const name = text.replaceAll(/\\(['"`])/g, '$1');
    if (call === 'describe') around = name;
    else if (name === title && (group === undefined || group === around)) return true;
    else if (name === group) around = name; // What `describe.each(…)` returns is called like that of `test.each(…)`.
  }
  return false;
}
