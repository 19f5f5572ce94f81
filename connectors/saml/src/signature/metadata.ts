/** The signature of metadata, which stands as the first child of the root. */
import { ns } from '../names.ts';
import { misfit } from '../refusal.ts';
import { elementsOf, is } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';
import { metadataLimits } from '../xml/parse.ts';
import { verified } from './verify.ts';

export interface ParsedMetadata {
  readonly text: string;
  readonly root: XmlElement;
}

/** The root as the signature covers it. */
export function signatureOfMetadata(
  { text, root }: ParsedMetadata,
  certificates: readonly string[],
): XmlElement {
  const [signature] = elementsOf(root);
  if (signature === undefined || !is(signature, ns.signature, 'Signature')) {
    return misfit('the metadata is not signed, and `metadata.certificates` says by whom it has to be');
  }
  return verified({ text, signature }, certificates, metadataLimits);
}
