/** The attributes of an assertion, as the identity provider wrote them. */
import { ns } from '../names.ts';
import { refuse } from '../refusal.ts';
import { attributeOf, childrenOf, elementsOf, exactText, is, requiredAttribute } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';
import { type NameId, readNameId } from './subject.ts';

export interface Attribute {
  readonly name: string;
  readonly friendlyName?: string;
  readonly values: readonly string[];
  /** Those of the values that came as one, as eduPersonTargetedID does. */
  readonly nameIds?: readonly NameId[];
}

/** An attribute that comes several times, as some write each group, stays several. */
export function readAttributes(assertion: XmlElement): readonly Attribute[] {
  return childrenOf(assertion, ns.assertion, 'AttributeStatement').flatMap((statement) =>
    elementsOf(statement).map((element) => {
      // An encrypted one could be the groups: without it the list would be shorter than it is.
      if (!is(element, ns.assertion, 'Attribute'))
        return refuse('an attribute is encrypted or of a strange kind');
      return readAttribute(element);
    }),
  );
}

function readAttribute(element: XmlElement): Attribute {
  const friendlyName = attributeOf(element, 'FriendlyName');
  const values = elementsOf(element).map((value) => {
    if (!is(value, ns.assertion, 'AttributeValue'))
      return refuse('an attribute has something that is no value');
    return readValue(value);
  });
  const nameIds = values.filter((value) => typeof value !== 'string');
  return {
    name: requiredAttribute(element, 'Name'),
    ...(friendlyName !== undefined && { friendlyName }),
    values: values
      .map((value) => (typeof value === 'string' ? value : value.value))
      .filter((value) => value !== ''),
    ...(nameIds.length > 0 && { nameIds }),
  };
}

/** Text, or one NameID. */
function readValue(value: XmlElement): string | NameId {
  const [inner, ...more] = elementsOf(value);
  if (inner === undefined || more.length > 0 || !is(inner, ns.assertion, 'NameID')) return exactText(value);
  return exactText(inner) === '' ? '' : readNameId(inner);
}
