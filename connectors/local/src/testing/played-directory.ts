/** For the tests of this package: a user directory in memory that can also fail and hang. */
import type { LocalAccount, LocalDirectory } from '../directory.ts';

export class PlayedDirectory implements LocalDirectory {
  /** One word for each question since the last `become`. */
  readonly questions: string[] = [];
  #accounts: readonly LocalAccount[] = [];
  #mood: 'well' | 'failing' | 'hanging' = 'well';

  become(...accounts: readonly LocalAccount[]): void {
    this.#accounts = accounts;
    this.#mood = 'well';
    this.questions.length = 0;
  }

  fail(): void {
    this.#mood = 'failing';
  }

  hang(): void {
    this.#mood = 'hanging';
  }

  async findByEmail(email: string): Promise<LocalAccount | null> {
    await this.#answer('findByEmail');
    if (email.includes('\0')) throw new Error('invalid byte sequence for encoding "UTF8": 0x00');
    return this.#accounts.find((account) => account.email === email) ?? null;
  }

  async findById(id: string): Promise<LocalAccount | null> {
    await this.#answer('findById');
    return this.#accounts.find((account) => account.id === id) ?? null;
  }

  async list(): Promise<readonly LocalAccount[]> {
    await this.#answer('list');
    return this.#accounts;
  }

  async #answer(question: string): Promise<void> {
    this.questions.push(question);
    if (this.#mood === 'failing') throw new Error('connect ECONNREFUSED');
    if (this.#mood === 'hanging') await new Promise(() => undefined);
  }
}
