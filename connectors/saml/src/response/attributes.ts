/** The attributes of an assertion, as the identity provider wrote them. */
import { ns } from '../names.ts';
import { refuse } from '../refusal.ts';
import { attributeOf, childrenOf, elementsOf, is, requiredAttribute, textOf } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';

export interface Attribute {
  readonly name: string;
  readonly friendlyName?: string;
  readonly values: readonly string[];
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
  return {
    name: requiredAttribute(element, 'Name'),
    ...(friendlyName !== undefined && { friendlyName }),
    values: values.filter((value) => value !== ''),
  };
}

/** Text, or one NameID: so eduPersonTargetedID is written. */
function readValue(value: XmlElement): string {
  const [inner, ...more] = elementsOf(value);
  if (inner !== undefined && more.length === 0 && is(inner, ns.assertion, 'NameID')) return textOf(inner);
  return textOf(value);
}
