/** Durations as people write them: `90s`, `10m`, `1h30m`, `14d`. */

const units = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

export const durationPattern = /^(?=\d)(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/;

/** Seconds; null for what is no duration. */
export function parseDuration(text: string): number | null {
  const match = durationPattern.exec(text);
  if (!match) return null;
  return Object.values(units).reduce((sum, size, index) => sum + size * Number(match[index + 1] ?? 0), 0);
}

/** The shortest way to write it: 5400 is `1h30m`. */
export function formatDuration(seconds: number): string {
  let rest = seconds;
  const parts = Object.entries(units).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count}${unit}` : '';
  });
  return parts.join('') || '0s';
}
