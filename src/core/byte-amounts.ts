const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/**
 * Formats bytes with at most three digits, as in `948 B`, `2.3 GB`, `117 MB`. Units are decimal, as disks are sold and
 * LM Studio counts.
 */
export function describeBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // An amount that would be shown as 1000 becomes 1.0 of the next unit.
  while (unit < UNITS.length - 1 && value >= 999.5) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]!}`;
}
