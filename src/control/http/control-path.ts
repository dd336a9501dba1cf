/** Where the routes of the control API are. */
export const CONTROL_PREFIX = '/__modeldock';

const CONTROL_PATH = /^\/__modeldock(\/|$)/i;

/** Whether a path belongs to the control API; without regard to case, as all paths are. */
export function isControlPath(path: string): boolean {
  return CONTROL_PATH.test(path);
}
