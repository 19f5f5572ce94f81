/** Ids of a document: no two elements have the same, whatever the attribute is called. */
import { refuse } from '../refusal.ts';
import { allWithin, attributesOf } from './elements.ts';
import type { XmlElement } from './libraries.ts';

const idNames: ReadonlySet<string> = new Set(['ID', 'Id', 'id']);
/** An xs:ID, so that it can stand in a reference (and in the path that xml-crypto makes of it) as it is. */
const ncName = /^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/;

/**
 * Attack (signature wrapping): the element that was signed is moved aside, and another one with its id takes its place.
 */
export function refuseDuplicateIds(root: XmlElement): void {
  const seen = new Set<string>();
  for (const element of allWithin(root)) {
    const ids = attributesOf(element).filter(({ localName }) => idNames.has(localName));
    if (ids.length > 1) refuse(`${element.localName} has more than one id`);
    const [id] = ids;
    if (id === undefined) continue;
    if (!ncName.test(id.value)) refuse(`${element.localName} has an id that is none`);
    if (seen.has(id.value)) refuse('two elements have the same id');
    seen.add(id.value);
  }
}
