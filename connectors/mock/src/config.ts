/** The `config:` of a `mock` connector entry: the people of the played upstream and how it behaves. */
import { z } from 'zod';

/**
 * - `gone`: the person has left (a refresh says so, a sign-in is denied).
 * - `absent`: the person is not found any more, and nothing is said about them.
 * - `denied`: known, and refused.
 * - `partialGroups`: only some groups can be read, which is "could not find out".
 * - `slow`: answers after `slowFor` seconds, unless the call is ended before.
 * - `unavailable`: does not answer.
 */
export const behaviour = z.enum([
  'normal',
  'unavailable',
  'gone',
  'absent',
  'slow',
  'partialGroups',
  'denied',
]);
export type Behaviour = z.output<typeof behaviour>;

const text = z.string().min(1).max(500);

export const person = z.strictObject({
  id: text.describe('The upstream id: part of `sub`.'),
  username: text,
  displayName: text.optional(),
  email: text.optional(),
  emailVerified: z.boolean().default(true),
  password: text.optional().describe('Only for `kind: password`.'),
  groups: z.array(text).default([]),
  generatedGroups: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('Adds so many groups: `generated-00001` and so on.'),
  behaviour: behaviour.default('normal'),
});
export type Person = z.output<typeof person>;

export function hasLeft({ behaviour }: Person): boolean {
  return behaviour === 'gone' || behaviour === 'absent';
}

export const mockConfig = z
  .strictObject({
    kind: z.enum(['redirect', 'password']).default('redirect'),
    people: z.array(person).min(1),
    upstream: z.enum(['normal', 'unavailable', 'slow']).default('normal').describe('Applies to everybody.'),
    immediate: z
      .boolean()
      .default(false)
      .describe('Signs the hinted person, or the first, in without showing the page.'),
    usernameLabel: text.default('Username'),
    slowFor: z.number().positive().max(3_600).default(30).describe('Seconds.'),
    behaviourFile: text
      .optional()
      .describe('Absolute path of a JSON file that is read on each call and changes what is written here.'),
  })
  .check((context) => {
    const { kind, people } = context.value;
    for (const [index, one] of people.entries()) {
      if (kind === 'password' && one.password === undefined) {
        const message = 'with `kind: password` each person needs a password';
        context.issues.push({ code: 'custom', message, path: ['people', index, 'password'], input: one });
      }
      if (people.findIndex(({ id }) => id === one.id) !== index) {
        context.issues.push({
          code: 'custom',
          message: 'this id is taken',
          path: ['people', index, 'id'],
          input: one,
        });
      }
    }
  });
export type MockConfig = z.output<typeof mockConfig>;

/** What a behaviour file may hold. A person that the configuration does not have is an error. */
export const behaviourFile = z.strictObject({
  upstream: z.enum(['normal', 'unavailable', 'slow']).optional(),
  people: z.record(z.string(), changeable()).default({}),
});
export type BehaviourFile = z.output<typeof behaviourFile>;

function changeable() {
  return z.strictObject({
    groups: z.array(text).optional(),
    generatedGroups: z.int().min(0).max(100_000).optional(),
    email: text.optional(),
    displayName: text.optional(),
    behaviour: behaviour.optional(),
  });
}
