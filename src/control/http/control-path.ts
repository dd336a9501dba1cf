/** The path prefix of the control API. */
export const CONTROL_PREFIX = '/__modeldock';

const CONTROL_PATH = /^\/__modeldock(\/|$)/i;

/** Whether a path belongs to the control API; compared without regard to case, as all paths are. */
export function isControlPath(path: string): boolean {
  return CONTROL_PATH.test(path);
}
