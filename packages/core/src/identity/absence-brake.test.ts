import { recordingLog } from '@gatehouse/connector-kit/testing';
import { expect, test } from 'vitest';
import type { AbsenceBrakes } from '../ports/absence-brakes.ts';
import { AbsenceBrake } from './absence-brake.ts';

// Attack, or a bad minute: the database goes away just after the brake has come on, and no operator hears of it.
test('the alert is logged even if taking people back fails, which is tried again later', async () => {
  const log = recordingLog();
  const away = new Error('the database is away');
  const brakes: AbsenceBrakes = {
    standing: async () => ({}),
    noteAbsence: async () => {},
    answers: async () => ({ asked: 20, absent: 20, stated: 0 }),
    close: async () => true,
    open: async () => true,
    takeBack: () => Promise.reject(away),
    speak: async () => {},
    release: async () => true,
    missing: async () => [],
  };
  const absence = { subject: 'jane', connectorId: 'corp', at: new Date() };
  await expect(new AbsenceBrake(brakes, log).counts(absence)).rejects.toBe(away);
  expect(log.lines).toEqual([
    expect.objectContaining({ level: 'error', fields: expect.objectContaining({ code: 'absences_held' }) }),
  ]);
});
