/**
 * Signature wrapping: the signed element is kept somewhere, so that its signature still fits, and another one stands
 * where it is read. The eight classical forms (Somorovsky and others, "On Breaking SAML", 2012), for a signed response
 * and for a signed assertion.
 */

export type Wrapping = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export const wrappings: readonly Wrapping[] = [1, 2, 3, 4, 5, 6, 7, 8];

interface Parts {
  /** What was signed, without its signature. */
  readonly original: string;
  readonly signature: string;
  /** The forged element, without a signature, and with an id of its own. */
  readonly forged: string;
}

/** @param forge changes what is said, such as the name of the person */
export function wrapAssertion(response: string, form: Wrapping, forge: (xml: string) => string): string {
  const assertion = elementOf(response, 'saml:Assertion');
  const parts = partsOf(assertion, forge);
  const rest = response.replace(assertion, '\u0000');
  const put = (xml: string) => rest.replace('\u0000', () => xml);
  const { original, signature, forged } = parts;
  switch (form) {
    case 1:
      return put(afterIssuer(forged, within(signature, original)));
    case 2:
      return put(afterIssuer(forged, original + signature));
    case 3:
      return put(forged + assertion);
    case 4:
      return put(atEnd(forged, assertion));
    case 5:
      return put(afterIssuer(forged, signature) + original);
    case 6:
      return put(afterIssuer(forged, within(signature, original)));
    case 7:
      return put(`<samlp:Extensions>${forged}</samlp:Extensions>${assertion}`);
    case 8:
      return put(afterIssuer(forged, within(signature, `<ds:Object>${original}</ds:Object>`)));
  }
}

export function wrapResponse(response: string, form: Wrapping, forge: (xml: string) => string): string {
  const { original, signature, forged } = partsOf(response, forge);
  switch (form) {
    case 1:
      return afterIssuer(forged, within(signature, original));
    case 2:
      return afterIssuer(forged, original + signature);
    case 3:
      return atEnd(forged, response);
    case 4:
      return afterIssuer(forged, response);
    case 5:
      return atEnd(afterIssuer(forged, signature), original);
    case 6:
      return afterIssuer(forged, within(signature, response));
    case 7:
      return afterIssuer(forged, `<samlp:Extensions>${response}</samlp:Extensions>`);
    case 8:
      return afterIssuer(forged, within(signature, `<ds:Object>${original}</ds:Object>`));
  }
}

function partsOf(element: string, forge: (xml: string) => string): Parts {
  const signature = elementOf(element, 'ds:Signature');
  const original = element.replace(signature, '');
  const forged = forge(original).replace(/\sID="([^"]+)"/, ' ID="_forged"');
  return {
    original,
    signature,
    forged: forged.replace(/(<saml:Assertion[^>]*\sID=")[^"]+/, '$1_forged-too'),
  };
}

/** The first of that name, as text. None of them has one of its kind inside. */
export function elementOf(xml: string, name: string): string {
  const end = `</${name}>`;
  const found = new RegExp(`<${name}[\\s>][\\s\\S]*?${end}`).exec(xml)?.[0];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

function within(signature: string, xml: string): string {
  return signature.replace('</ds:Signature>', () => `${xml}</ds:Signature>`);
}

function afterIssuer(element: string, xml: string): string {
  return element.replace('</saml:Issuer>', () => `</saml:Issuer>${xml}`);
}

function atEnd(element: string, xml: string): string {
  return element.replace(/<\/[a-z]+:(?:Response|Assertion)>$/, (end) => `${xml}${end}`);
}
