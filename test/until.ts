import { vi } from 'vitest';

/** Waits until a condition holds. The limit is a guard against hanging, and no measure of speed; fake timers do not move it. */
export async function until(holds: () => unknown): Promise<void> {
  await vi.waitUntil(holds, { timeout: 60_000, interval: 5 });
}
