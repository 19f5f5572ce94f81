/** Moments in an answer, and the clocks of two computers. */
import { refuse } from '../refusal.ts';
import { attributeOf, requiredAttribute } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';

/** xs:dateTime in UTC (SAML 2.0 core, section 1.3.3); some write +00:00. */
const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:00)$/;

/** Milliseconds since 1970. */
export function readTime(text: string, where: string): number {
  const time = form.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? refuse(`${where} is not a moment in UTC`) : time;
}

export function timeOf(element: XmlElement, name: string): number | undefined {
  const text = attributeOf(element, name);
  return text === undefined ? undefined : readTime(text, `${name} of ${element.localName}`);
}

export interface Clock {
  readonly now: number;
  readonly skew: number;
}

export function refuseEarly(element: XmlElement, name: string, { now, skew }: Clock): void {
  const time = timeOf(element, name);
  if (time !== undefined && time > now + skew) {
    refuse(`${name} of ${element.localName} is ${seconds(time - now)} in the future; compare the clocks`);
  }
}

/** The moment, which is required. */
export function requireNotOver(element: XmlElement, name: string, { now, skew }: Clock): number {
  const time = readTime(requiredAttribute(element, name), `${name} of ${element.localName}`);
  if (time + skew <= now) {
    refuse(`${name} of ${element.localName} is ${seconds(now - time)} in the past; compare the clocks`);
  }
  return time;
}

/** When it was made: neither to come, nor before the request that it answers. */
export function requireIssued(element: XmlElement, clock: Clock & { readonly sentAt: number }): void {
  const time = readTime(requiredAttribute(element, 'IssueInstant'), `IssueInstant of ${element.localName}`);
  refuseEarly(element, 'IssueInstant', clock);
  if (time < clock.sentAt - clock.skew) {
    refuse(
      `${element.localName} was issued ${seconds(clock.sentAt - time)} before the request that it answers`,
    );
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
