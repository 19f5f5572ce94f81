/** Has tickets checked by a process of its own, which is started with the first one and again should it end. */
import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectorError } from '@gatehouse/connector-kit';
import { misconfigured, unavailable } from '../errors.ts';

/** Without a token: whether tickets could be checked at all. */
export interface Question {
  readonly id: number;
  readonly service: string;
  readonly token?: string;
}

export interface Answer {
  readonly id: number;
  readonly principal?: string;
  readonly reply?: string;
  readonly refused?: string;
  /** The keytab cannot be read, or has no key of the service. */
  readonly fault?: string;
  /** The library is not there. */
  readonly missing?: string;
}

export type Verdict =
  | { readonly principal: string; readonly reply?: Buffer }
  /** GSSAPI's own words. */
  | { readonly refused: string };

export interface AcceptorOptions {
  /** `HTTP/login.example.com` */
  readonly service: string;
  readonly keytab: string;
  /** Milliseconds for one ticket; it takes one, unless the disk with the replay cache is slow. */
  readonly longestCheck?: number;
  /** The file that is run; tests have one of their own. */
  readonly program?: string;
}

const ours = fileURLToPath(new URL(`acceptor-process${extname(import.meta.url)}`, import.meta.url));
/** Both are read; of two values the first counts. */
const settings = `${fileURLToPath(new URL('krb5.conf', import.meta.url))}:/etc/krb5.conf`;
/** Tickets under way at once: more are a flood. */
const mostAtOnce = 64;

interface Waiting {
  readonly child: ChildProcess;
  readonly settle: (answer: Answer) => void;
  readonly fail: (error: ConnectorError) => void;
}

export class Acceptor {
  readonly #service: string;
  readonly #keytab: string;
  readonly #longestCheck: number;
  readonly #program: string;
  readonly #waiting = new Map<number, Waiting>();
  #process: ChildProcess | undefined;
  #last = 0;

  constructor({ service, keytab, longestCheck = 5_000, program = ours }: AcceptorOptions) {
    // GSSAPI's form of a service on a host (RFC 2743, section 4.1).
    this.#service = service.replace('/', '@');
    this.#keytab = keytab;
    this.#longestCheck = longestCheck;
    this.#program = program;
  }

  /** @throws ConnectorError `misconfigured` without library or key, `unavailable` when the process does not answer */
  async accept(token: Buffer): Promise<Verdict> {
    const { principal, reply, refused } = await this.#ask(token.toString('base64'));
    if (principal === undefined) return { refused: refused ?? 'no principal' };
    return { principal, ...(reply !== undefined && { reply: Buffer.from(reply, 'base64') }) };
  }

  /** @throws ConnectorError as `accept` does, where no ticket could be checked */
  async prove(): Promise<void> {
    await this.#ask(undefined);
  }

  close(): void {
    this.#process?.kill('SIGKILL');
  }

  async #ask(token: string | undefined): Promise<Answer> {
    if (this.#waiting.size >= mostAtOnce) throw unavailable('too many tickets are being checked');
    const answer = await this.#send({
      id: ++this.#last,
      service: this.#service,
      ...(token !== undefined && { token }),
    });
    if (answer.missing !== undefined) throw libraryMissing(answer.missing);
    if (answer.fault !== undefined) throw keyMissing(answer.fault, this.#keytab, this.#service);
    return answer;
  }

  #send(question: Question): Promise<Answer> {
    const child = this.#running();
    return new Promise<Answer>((settle, fail) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), this.#longestCheck);
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(question.id);
        if (this.#waiting.size === 0) letGo(child);
      };
      const waiting = {
        child,
        settle: (answer: Answer) => {
          done();
          settle(answer);
        },
        fail: (error: ConnectorError) => {
          done();
          fail(error);
        },
      };
      this.#waiting.set(question.id, waiting);
      child.ref();
      child.channel?.ref();
      child.send(question, (error) => {
        if (error !== null) waiting.fail(unavailable('the process that checks tickets has ended', error));
      });
    });
  }

  #running(): ChildProcess {
    if (this.#process?.connected) return this.#process;
    const child = startProcess(this.#program, this.#keytab);
    child.on('message', (answer: Answer) => this.#waiting.get(answer.id)?.settle(answer));
    child.on('error', ({ message }) => {
      child.kill('SIGKILL');
      this.#ended(child, message);
    });
    child.once('exit', (code, signal) => this.#ended(child, `${signal ?? code}`));
    this.#process = child;
    return child;
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#process === child) this.#process = undefined;
    // Its successor may have been started before it was quite gone.
    for (const waiting of [...this.#waiting.values()].filter((each) => each.child === child)) {
      waiting.fail(unavailable(`the process that checks tickets ended (${how})`));
    }
  }
}

/**
 * Nothing of our environment goes along, which may hold passwords. Without a list of plug-ins GSSAPI knows its own
 * mechanisms alone: an installed gss-ntlmssp would take NTLM.
 */
function startProcess(file: string, keytab: string): ChildProcess {
  const env = { KRB5_CONFIG: settings, KRB5_KTNAME: `FILE:${keytab}`, GSS_MECH_CONFIG: '/dev/null' };
  return fork(file, { env, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
}

/** A process that nobody waits for does not keep the broker from ending. */
function letGo(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

function libraryMissing(reason: string): ConnectorError {
  const [first] = reason.split('\n');
  return misconfigured(
    `the library that checks Kerberos tickets is not there (${first}): install Debian's g++, make, python3 and libkrb5-dev, run \`npm run kerberos\`, and restart`,
  );
}

function keyMissing(reason: string, keytab: string, service: string): ConnectorError {
  return misconfigured(
    `"${keytab}" gives no key of ${service.replace('@', '/')} (${reason}): \`klist -k\` shows what is in it, and this account has to be able to read it`,
  );
}
