/**
 * The certificate that is served, read again when its files change.
 *
 * Kubernetes renews a mounted secret by swapping a symbolic link in its folder, so the folders are watched and not
 * the files; and looked at every minute, since some file systems (NFS) report nothing.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Log } from '@gatehouse/connector-kit';

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** @throws Error that names the option and the file: unreadable, no PEM, or key and certificate do not belong together */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const cert = await readPem('listen.tls.cert', files.cert);
  const key = await readPem('listen.tls.key', files.key);
  checkPair(files, { cert, key });
  return { cert, key };
}

async function readPem(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`${option}: ${path} cannot be read`, { cause });
  }
}

function checkPair(files: CertificateFiles, { cert, key }: Certificate): void {
  const leaf = attempt(
    `listen.tls.cert: ${files.cert} is not a PEM certificate`,
    () => new X509Certificate(cert),
  );
  const secret = attempt(`listen.tls.key: ${files.key} is not a PEM private key`, () =>
    createPrivateKey(key),
  );
  if (!leaf.checkPrivateKey(secret)) {
    throw new Error(
      `listen.tls: the key in ${files.key} does not belong to the certificate in ${files.cert}`,
    );
  }
  attempt('listen.tls: the certificate cannot be used', () => createSecureContext({ cert, key }));
}

function attempt<T>(message: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new Error(message, { cause });
  }
}

/** Milliseconds: the two files are written one after the other. */
const settle = 250;
const lookEvery = 60_000;

/** Calls `use` with each new pair that fits together. Returns the way to stop. */
export function watchCertificate(
  files: CertificateFiles,
  first: Certificate,
  log: Log,
  use: (certificate: Certificate) => void,
): () => void {
  const watched = new WatchedCertificate(files, first, log, use);
  return () => watched.stop();
}

class WatchedCertificate {
  readonly #files: CertificateFiles;
  readonly #log: Log;
  readonly #use: (certificate: Certificate) => void;
  readonly #watchers: readonly FSWatcher[];
  readonly #interval: NodeJS.Timeout;
  #current: Certificate;
  #pending: NodeJS.Timeout | undefined;

  constructor(
    files: CertificateFiles,
    first: Certificate,
    log: Log,
    use: (certificate: Certificate) => void,
  ) {
    this.#files = files;
    this.#current = first;
    this.#log = log;
    this.#use = use;
    const folders = new Set([dirname(files.cert), dirname(files.key)]);
    this.#watchers = [...folders].flatMap((folder) => this.#watch(folder));
    this.#interval = setInterval(() => void this.#look(), lookEvery).unref();
  }

  stop(): void {
    for (const watcher of this.#watchers) watcher.close();
    clearInterval(this.#interval);
    clearTimeout(this.#pending);
  }

  #watch(folder: string): FSWatcher[] {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#lookSoon());
      watcher.on('error', (error) => this.#log.warn({ error }, 'certificate folder not watched'));
      return [watcher];
    } catch (error) {
      this.#log.warn({ error }, 'certificate folder not watched');
      return [];
    }
  }

  #lookSoon(): void {
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => void this.#look(), settle).unref();
  }

  /** A pair that does not fit is half a renewal or a mistake: the old one is served until a good one comes. */
  async #look(): Promise<void> {
    try {
      const found = await readCertificate(this.#files);
      if (found.cert === this.#current.cert && found.key === this.#current.key) return;
      this.#use(found);
      this.#current = found;
      this.#log.info({ validTo: new X509Certificate(found.cert).validTo }, 'certificate renewed');
    } catch (error) {
      this.#log.error({ error }, 'certificate not renewed');
    }
  }
}
