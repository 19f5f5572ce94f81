/** `branding` and `log`: what people and operators see. */
import { z } from 'zod';
import { path, text } from './primitives.ts';

export const branding = z
  .strictObject({
    name: text({ max: 100 }).prefault('Gatehouse').describe('The name on every page.'),
    logo: path().optional().describe('An SVG or PNG file.'),
    css: path().optional().describe('A style sheet that comes after ours.'),
  })
  .prefault({})
  .describe('How the pages look.');

export const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' })
      .prefault('info')
      .describe('What is less important than this is left out.'),
    format: z
      .enum(['json', 'pretty'], { error: 'must be json or pretty' })
      .prefault('json')
      .describe('`json` for machines, one object a line; `pretty` for people.'),
  })
  .prefault({})
  .describe('What is logged. Tokens, codes and passwords never are.');

export type LogConfig = Readonly<z.output<typeof log>>;
