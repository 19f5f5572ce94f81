/**
 * Installs what this checkout needs, once: Node 24 and every package, through a pinned pnpm.
 *
 * It runs on the machine's own Node (20 or newer) before anything is installed, so it has no dependencies.
 * The second time it only compares a hash. Two at once are safe: the kernel holds the lock and lets go of it
 * when the last process of an install is gone, so a killed install leaves nothing to clean up.
 *
 *   node tools/install.mjs [--quiet]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules/.install-stamp');
const node = join(root, 'node_modules/.bin/node');
const wantedNode = 24;
const lockHeld = 'GATEHOUSE_INSTALL_LOCK_HELD';
const exit = { failed: 3, busy: 1 };

/** In a script nothing is said; a person at a terminal still sees why the first command takes a minute. */
const quiet = process.argv.includes('--quiet') && !process.stderr.isTTY;
process.exitCode = await main();

async function main() {
  const wanted = wantedHash();
  if (isInstalled(wanted)) return 0;
  if (!process.env[lockHeld]) return withLock();
  const owner = checkoutOwner();
  const problem = (await install(owner)) ?? ensureNode();
  if (problem) return fail(problem);
  writeStamp(wanted, owner);
  return 0;
}

/** Everything that decides what an install would put in place. */
function wantedHash() {
  const hash = createHash('sha256');
  for (const file of manifests())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.update(`${process.platform} ${process.arch} ${root}`).digest('hex');
}

function manifests() {
  const packages = ['packages', 'connectors'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  const top = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
  return [...top, ...packages.filter((file) => existsSync(join(root, file))).sort()];
}

function isInstalled(wanted) {
  try {
    accessSync(node, constants.X_OK);
    return readFileSync(stamp, 'utf8') === wanted;
  } catch {
    return false;
  }
}

/**
 * Runs this script again under flock(1), on the folder of the checkout: it needs no file, and so no owner.
 * It runs on the machine's own Node: npm puts ours first on the PATH, and that is about to be replaced.
 */
function withLock() {
  const again = ['node', fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const env = { ...process.env, PATH: machinePath(), [lockHeld]: '1' };
  const options = { stdio: 'inherit', env };
  const tried = spawnSync('flock', ['-n', root, ...again], options);
  if (tried.error) return spawnSync('node', again.slice(1), options).status ?? exit.failed; // no flock(1) here
  if (tried.status !== exit.busy) return tried.status ?? exit.failed;
  say('Another process is installing into this folder; waiting for it…');
  return spawnSync('flock', [root, ...again], options).status ?? exit.failed;
}

function machinePath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => !folder.split(sep).includes('node_modules')).join(delimiter);
}

/**
 * Root works on a person's checkout as that person: nothing is left behind that its owner cannot read,
 * and packages run no scripts as root. Undefined: as whoever we are.
 */
function checkoutOwner() {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(root);
  if (uid === 0) return undefined;
  const canEnter = spawnSync(process.execPath, ['-e', 'process.chdir(process.argv[1])', root], {
    uid,
    gid,
    cwd: '/',
  });
  return canEnter.status === 0 ? { uid, gid } : undefined;
}

/** @returns what went wrong and what to do, or undefined */
async function install(owner) {
  const blocked = foreignFolder(owner);
  if (blocked) return blocked;
  const pnpm = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  const home = usableHome(owner);
  const done = progress('Installing what Gatehouse needs (once; about a minute)');
  try {
    const { status, output } = await run('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], {
      cwd: root,
      env: installEnvironment(home, owner),
      ...owner,
    });
    done(status === 0);
    return status === 0 ? undefined : advice(output);
  } catch (error) {
    done(false);
    return `npm's npx could not be started (${error.message}). Install npm, which comes with Node, and try again.`;
  } finally {
    if (home.temporary) rmSync(home.path, { recursive: true, force: true });
  }
}

/** Somebody else's node_modules: say so, rather than fail half-way through it. */
function foreignFolder(owner) {
  const uid = owner?.uid ?? process.getuid?.();
  for (const folder of [root, join(root, 'node_modules'), join(root, 'node_modules/.pnpm')]) {
    if (uid === undefined || uid === 0 || !existsSync(folder)) continue;
    const found = statSync(folder).uid;
    if (found !== uid)
      return `${folder} belongs to user ${found}, and this is user ${uid}. ${ownershipAdvice(uid)}`;
  }
  return undefined;
}

function ownershipAdvice(uid) {
  return `Run as its owner, or hand the checkout over: sudo chown -R ${uid} ${root}`;
}

/** npm and pnpm keep caches at home; service accounts have none, so they get one for the moment. */
function usableHome(owner) {
  const path = owner ? homeOf(owner.uid) : homedir();
  const writable = path && spawnSync('test', ['-w', path], owner ?? {}).status === 0;
  if (writable) return { path, temporary: false };
  const temporary = mkdtempSync(join(tmpdir(), 'gatehouse-home-'));
  if (owner) chownSync(temporary, owner.uid, owner.gid);
  return { path: temporary, temporary: true };
}

function homeOf(uid) {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[2] === String(uid));
  return line?.split(':')[5];
}

/**
 * CI: pnpm asks no questions. What npm hands down to scripts is left out where it misleads the npm that is started
 * here: with `npm --prefix` the global settings, and with them the registry, would be looked for in the checkout.
 */
function installEnvironment(home, owner) {
  const handedDown = ['prefix', 'global_prefix', 'local_prefix', 'globalconfig', 'loglevel'];
  const ofTheCaller = owner || home.temporary ? ['userconfig', 'cache', 'init_module'] : [];
  const left = new Set([...handedDown, ...ofTheCaller].map((name) => `npm_config_${name}`));
  const foreign = owner || home.temporary ? /^(XDG_\w+_HOME|PNPM_HOME)$/ : /^$/;
  const kept = Object.entries(process.env).filter(([name]) => !left.has(name) && !foreign.test(name));
  return { ...Object.fromEntries(kept), CI: 'true', npm_config_update_notifier: 'false', HOME: home.path };
}

/** Stops pnpm when we are told to stop, so that npm's Ctrl-C leaves nothing running. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    let output = '';
    child.stdout.on('data', (part) => (output += part));
    child.stderr.on('data', (part) => (output += part));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

function advice(output) {
  const known = [
    [/ENOSPC|no space left/i, 'The disk is full. About 1 GB is needed; make room and try again.'],
    [
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET|dns error|error sending request/i,
      'The package registry cannot be reached. Check the network and the proxy settings (`npm config get registry`, `HTTPS_PROXY`), and try again.',
    ],
    [
      /ERR_PNPM_OUTDATED_LOCKFILE/,
      'pnpm-lock.yaml does not fit the package.json files. Undo the local change, or update it with `npx pnpm install`.',
    ],
    [
      /EACCES|EPERM|permission denied/i,
      `A file could not be written. ${ownershipAdvice(process.getuid?.())}`,
    ],
  ];
  const sentence = known.find(([pattern]) => pattern.test(output))?.[1];
  const last = output
    .trim()
    .split('\n')
    .slice(-15)
    .map((line) => `  ${line}`)
    .join('\n');
  return `${sentence ?? 'The packages could not be installed; this is what pnpm said last.'}\n\n${last}`;
}

/** Node 24 comes as a package, for Linux with glibc on x64 and arm64; elsewhere people bring their own. */
function ensureNode() {
  const found = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (major(found.stdout) === wantedNode) return undefined;
  if (major(process.version) < wantedNode) {
    return `Node ${wantedNode} is not packaged for this machine (${process.platform} ${process.arch}). Install it yourself, so that \`node --version\` says v${wantedNode}, and try again.`;
  }
  rmSync(node, { force: true });
  symlinkSync(process.execPath, node);
  return undefined;
}

function major(version) {
  return Number(/^v(\d+)/.exec(version ?? '')?.[1] ?? 0);
}

/** Whole or not at all, after everything else. */
function writeStamp(wanted, owner) {
  const temporary = `${stamp}.${process.pid}`;
  writeFileSync(temporary, wanted);
  if (owner) chownSync(temporary, owner.uid, owner.gid);
  renameSync(temporary, stamp);
}

/** One line: on a terminal it counts the seconds, so it has to be shorter than any terminal is wide. */
function progress(text) {
  if (quiet) return () => {};
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  if (!process.stderr.isTTY) {
    say(`${text}…`);
    return (ok) => ok && say(`Installed in ${seconds()} s.`);
  }
  const draw = () => process.stderr.write(`\r${text}… ${seconds()} s `);
  const timer = setInterval(draw, 1000);
  draw();
  return (ok) => {
    clearInterval(timer);
    process.stderr.write(ok ? `\r${text}: done in ${seconds()} s\n` : '\n');
  };
}

/** Everything goes to stderr: stdout belongs to the command that follows. */
function say(text) {
  if (!quiet) process.stderr.write(`${text}\n`);
}

function fail(problem) {
  process.stderr.write(`\nThe installation failed. ${problem}\n`);
  return exit.failed;
}
