/** How long metadata may be used, and when it wants to be read again (SAML 2.0 metadata, sections 2.3.1, 2.3.2 and 2.4.1). */
import { quote, refuse } from '../refusal.ts';
import { readTime } from '../response/times.ts';
import { attributeOf, isElement } from '../xml/elements.ts';
import type { XmlElement, XmlNode } from '../xml/libraries.ts';

export interface Lifetime {
  /** Until when it may be used; milliseconds since 1970. */
  readonly validUntil: number;
  /** Milliseconds. */
  readonly cacheDuration: number;
}

/** The shortest of the role, its provider, and all groups around it: each may say when it is over. */
export function lifetimeOf(role: XmlElement): Lifetime {
  const around: XmlElement[] = [];
  for (let node: XmlNode | null = role; node !== null && isElement(node); node = node.parentNode)
    around.push(node);
  return {
    validUntil: Math.min(...around.map(untilOf)),
    cacheDuration: Math.min(...around.map(durationOf)),
  };
}

function untilOf(element: XmlElement): number {
  const text = attributeOf(element, 'validUntil');
  return text === undefined ? Number.POSITIVE_INFINITY : readTime(text, 'validUntil');
}

/** xs:duration, as much of it as lasts for some time. */
const form =
  /^P(?=.*\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/;
const second = 1000;
const day = 86_400 * second;
const units = [365 * day, 30 * day, day, 3_600 * second, 60 * second, second];

function durationOf(element: XmlElement): number {
  const text = attributeOf(element, 'cacheDuration');
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const [, ...numbers] = form.exec(text) ?? refuse(`cacheDuration ${quote(text)} is not a duration`);
  return units.reduce((sum, unit, at) => sum + unit * Number(numbers[at] ?? 0), 0);
}
