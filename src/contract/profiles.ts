/** The behaviour of one edition of LM Studio, as data. */
export interface Profile {
  /** Whether the answer to the POST carries the progress counters: downloaded bytes, speed, estimate. */
  countersInDownloadAnswer: boolean;
  /**
   * The status of an unknown route outside `/api/v1`. LM Studio's 200 hid a wrong path in a public client for months.
   */
  unknownRouteStatus: 200 | 404;
  /** How long a server keeps an idle connection open, in ms; modeldock's own, longer default where absent. */
  keepAliveMs?: number | undefined;
}

/** An edition of LM Studio, by name. */
export type ProfileName =
  /** The page of the documentation that this project implements, of autumn 2025. */
  | 'documented'
  /** Released servers. */
  | 'lmstudio-0.4'
  /** Stricter than LM Studio: a wrong path is an error. */
  | 'strict';

/** The editions of LM Studio that can be imitated; a profile of your own is one of them with other values. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  documented: { countersInDownloadAnswer: true, unknownRouteStatus: 200 },
  'lmstudio-0.4': { countersInDownloadAnswer: false, unknownRouteStatus: 200, keepAliveMs: 5000 },
  strict: { countersInDownloadAnswer: true, unknownRouteStatus: 404 },
};

export const profileNames = Object.keys(profiles) as ProfileName[];

/** Returns a profile by its name. @throws RangeError listing the known names */
export function profileNamed(name: string): Profile {
  if (Object.hasOwn(profiles, name)) return profiles[name as ProfileName];
  throw new RangeError(`Cannot use the profile ${name}: expected one of ${profileNames.join(', ')}, found ${name}.`);
}
