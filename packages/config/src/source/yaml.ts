/** From YAML text to plain values that know where they came from. */
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { Path, Problem } from './problem.ts';
import type { At, Locate } from './report.ts';
import { faultSentence, tellingFaults } from './yaml-faults.ts';
import { finder, plain, Unusable } from './yaml-nodes.ts';

export interface Source {
  readonly value: unknown;
  readonly locate: Locate;
  /** With any of them, `value` is not to be trusted. */
  readonly problems: readonly Problem[];
}

export function parseYaml(text: string): Source {
  const lines = new LineCounter();
  const document = parse(text, lines);
  if (!document) return broken([{ path: [], message: 'is nested too deeply' }]);
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.directives.yaml.version !== '1.2') {
    return broken([{ path: [], message: 'must be YAML 1.2: in older versions `no` and `off` are not text' }]);
  }
  const problem = (message: string, offset: number) => ({ path: [], position: at(offset), message });
  const faults = tellingFaults([...document.errors, ...document.warnings]);
  if (faults.length > 0) return broken(faults.map((fault) => problem(faultSentence(fault), fault.pos[0])));
  try {
    const { value, duplicates } = plain(document);
    if (duplicates.length > 0)
      return broken(duplicates.map((offset) => problem('this key is here twice', offset)));
    const find = finder(document);
    return { value, locate: (path: Path, what: At) => at(find(path, what)), problems: [] };
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return broken([problem(error.message, error.offset)]);
  }
}

/** Null where the text is nested so deeply that the parser ran out of stack. */
function parse(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    // `logLevel`: the library would write its warnings to the process; they are ours to report.
    return parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      strict: true,
      uniqueKeys: false,
      logLevel: 'error',
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function broken(problems: readonly Problem[]): Source {
  return { value: undefined, locate: () => undefined, problems };
}
