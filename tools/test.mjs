/**
 * Runs rings of tests one after the other and counts: a ring that fails, cannot run, or runs fewer tests than its
 * least number in tests/rings.json fails the whole, and the others run all the same.
 *
 * It runs on the machine's own Node (20 or newer) and has no dependencies. Debian packages that a ring needs are
 * installed where we are root; otherwise it says which are missing and stops.
 *
 *   node tools/test.mjs [ring…]        without a name: all that are not `onRequest`
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostileTable } from './hostile-table.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rings = JSON.parse(readFileSync(join(root, 'tests/rings.json'), 'utf8'));
const results = join(root, 'test-results');
/** A ring that hangs must not use up the time of those after it. */
const longestRing = 20 * 60_000;

process.exitCode = await main(process.argv.slice(2));

async function main(wanted) {
  const unknown = wanted.filter((name) => !Object.hasOwn(rings, name));
  if (unknown.length > 0)
    return stop(`There is no ring "${unknown[0]}". There are: ${Object.keys(rings).join(', ')}`, 2);
  const chosen = wanted.length > 0 ? wanted : Object.keys(rings).filter((name) => !rings[name].onRequest);
  if (spawnSync(process.execPath, [join(root, 'tools/install.mjs')], { stdio: 'inherit' }).status !== 0)
    return 1;
  const missing =
    installPackages(needsOf(chosen, 'packages')) ?? missingPrograms(needsOf(chosen, 'programs'));
  if (missing) return stop(missing, 1);
  const outcomes = [];
  for (const name of chosen) outcomes.push(await runRing(name));
  return summarize(outcomes);
}

function stop(sentence, code) {
  console.error(`\n${sentence}`);
  return code;
}

function needsOf(names, kind) {
  return [...new Set(names.flatMap((name) => rings[name][kind] ?? []))];
}

/** @returns a sentence when something is missing and cannot be installed */
function installPackages(packages) {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  const list = missing.join(' ');
  if (process.getuid?.() !== 0 || !hasProgram('apt-get')) {
    return `These Debian packages are missing: ${list}\nInstall them (sudo apt-get install --no-install-recommends ${list}), or run one ring that needs none: node tools/test.mjs unit`;
  }
  console.error(`Installing the Debian packages ${list}…`);
  const output = withServicesKeptDown(
    () => apt(['update', '-qq']) ?? apt(['install', '-qq', '--no-install-recommends', ...missing]),
  );
  const still = missing.filter((name) => !isInstalled(name));
  return still.length === 0
    ? undefined
    : `These Debian packages could not be installed: ${still.join(' ')}\n${output ?? ''}`;
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  return stdout?.includes('\nStatus: install ok installed\n') ?? false;
}

/** @returns the end of its output when it failed */
function apt(args) {
  const { status, stdout, stderr } = spawnSync('apt-get', ['-y', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return status === 0 ? undefined : `${stdout}${stderr}`.trim().split('\n').slice(-15).join('\n');
}

/** The tests start servers of their own, on ports of their own: Debian's must not start with the package. */
function withServicesKeptDown(work) {
  const policy = '/usr/sbin/policy-rc.d';
  const before = existsSync(policy);
  if (!before) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return work();
  } finally {
    if (!before) rmSync(policy);
  }
}

function missingPrograms(programs) {
  const missing = programs.filter((name) => !hasProgram(name));
  return missing.length === 0 ? undefined : `These programs are missing on the PATH: ${missing.join(' ')}`;
}

function hasProgram(name) {
  return process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, name)));
}

async function runRing(name) {
  const started = Date.now();
  const report = join(results, `${name}.json`);
  mkdirSync(results, { recursive: true });
  rmSync(report, { force: true });
  console.log(`\n── ${name} ${'─'.repeat(60 - name.length)}`);
  const status = await vitest(name, report);
  const counted = readReport(report);
  const problem = problemOf(name, status, counted);
  if (name === 'hostile' && existsSync(report)) console.log(hostileTable(readJson(report)));
  return { name, ...counted, problem, seconds: Math.round((Date.now() - started) / 1000) };
}

/** Through Node 24, in a process group of its own: what a ring leaves behind when it hangs ends with it. */
function vitest(name, report) {
  const bin = join(root, 'node_modules/.bin');
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', name];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return new Promise((resolve) => {
    const child = spawn(join(bin, 'node'), [...args, ...reporters], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
    });
    const end = () => process.kill(-child.pid, 'SIGKILL');
    const timer = setTimeout(end, longestRing);
    const interrupted = () => {
      end();
      process.exit(130);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    child.once('error', () => resolve(null));
    child.once('exit', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve(code);
    });
  });
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function readReport(path) {
  if (!existsSync(path)) return { passed: 0, failed: 0, skipped: 0 };
  const report = readJson(path);
  // A file that cannot be loaded has no tests to count, and is a failure all the same.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(isFailed),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function isFailed(test) {
  return test.status === 'failed';
}

function problemOf(name, status, { passed, failed }) {
  const { atLeast } = rings[name];
  if (failed > 0) return `${failed} failed`;
  if (passed === 0) return 'ran nothing';
  if (passed < atLeast) return `ran ${passed} tests, and has at least ${atLeast}`;
  if (status !== 0)
    return status === null ? 'took too long, or could not start' : `vitest ended with ${status}`;
  return undefined;
}

/** The last line is for machines. A ring that did not do its work counts as one failure, if it has none. */
function summarize(outcomes) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  console.log(
    `\n${'ring'.padEnd(12)}${['passed', 'failed', 'skipped', 'seconds'].map((word) => word.padStart(9)).join('')}`,
  );
  for (const { name, passed, failed, skipped, seconds, problem } of outcomes) {
    const numbers = [passed, failed, skipped, seconds].map((number) => String(number).padStart(9)).join('');
    console.log(`${name.padEnd(12)}${numbers}${problem ? `   ${problem}` : ''}`);
    total.passed += passed;
    total.failed += problem ? Math.max(failed, 1) : failed;
    total.skipped += skipped;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 ? 0 : 1;
}
