/**
 * What the ring `hostile` prints at its end: each attack, the refusal that is expected of it and the one that came, and
 * how many of each peer. A row is what a test has noted as `task.meta.hostile` (tests/support/hostile/note.ts).
 */

const columns = [
  ['peer', 10],
  ['attack', 68],
  ['expected', 14],
  ['answer', 90],
];

/** @param report of vitest's JSON reporter */
export function hostileTable(report) {
  const rows = rowsOf(report);
  if (rows.length === 0) return '';
  const lines = rows.map((row) => line([row.peer, row.attack, row.expected, answerOf(row)]));
  const head = line(columns.map(([name]) => name));
  return ['', head, '─'.repeat(head.length), ...lines, '', ...totals(rows), ''].join('\n');
}

function rowsOf({ testResults }) {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .flatMap(({ meta, status, title }) =>
      meta?.hostile === undefined ? [] : [{ attack: title, ...meta.hostile, held: status === 'passed' }],
    );
}

/** A row that has failed before it was answered says so. */
function answerOf({ seen = 'nothing was answered', held }) {
  return held ? seen : `NOT AS EXPECTED: ${seen}`;
}

function line(cells) {
  return cells
    .map((cell, at) => fit(String(cell ?? ''), columns[at][1]))
    .join('  ')
    .trimEnd();
}

function fit(text, width) {
  const flat = text.replaceAll(/\s+/g, ' ');
  return flat.length > width ? `${flat.slice(0, width - 1)}…` : flat.padEnd(width);
}

function totals(rows) {
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  const counted = peers.map((peer) =>
    countOf(
      peer,
      rows.filter((row) => row.peer === peer),
    ),
  );
  return [...counted, countOf('all', rows)];
}

function countOf(name, rows) {
  const held = rows.filter((row) => row.held).length;
  return `${name.padEnd(10)}  ${rows.length} attacks, ${held} answered as expected, ${rows.length - held} not`;
}
