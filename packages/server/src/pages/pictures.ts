/** The operator's own picture for a connector: what it may be. */
import { readFile, stat } from 'node:fs/promises';

export interface Picture {
  readonly type: string;
  readonly content: Buffer;
}

/** Bytes. It is shown 24 pixels wide, to everybody who signs in. */
const largest = 64 * 1024;
const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');
/** What may stand before the first element (XML 1.0, section 2.8). */
const svgBeginning =
  /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--(?:(?!-->)[\s\S])*-->\s*)*(?:<!DOCTYPE svg[^>[]*>\s*)?<svg[\s>]/;

/**
 * By what is in the file, not by its name. That an SVG file has no script is not checked, since there are too many ways
 * to write one: no page runs it (`<img>`), and opened by itself it is in a sandbox (assets.ts).
 *
 * @throws Error that names the option and the file
 */
export async function readPicture(option: string, path: string): Promise<Picture> {
  const content = await read(option, path);
  if (content.subarray(0, pngSignature.length).equals(pngSignature)) return { type: 'image/png', content };
  if (svgBeginning.test(content.toString('utf8'))) return { type: 'image/svg+xml', content };
  throw new Error(`${option}: ${path} is neither an SVG nor a PNG file`);
}

async function read(option: string, path: string): Promise<Buffer> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw new Error(`${option}: ${path} cannot be read`, { cause });
  });
  if (size > largest) throw new Error(`${option}: ${path} is larger than ${largest / 1024} KiB`);
  return await readFile(path).catch((cause: unknown) => {
    throw new Error(`${option}: ${path} cannot be read`, { cause });
  });
}
