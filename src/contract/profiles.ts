/** How one edition of LM Studio behaves, as data. */
export interface Profile {
  /** The answer to the POST carries the counters that move: downloaded bytes, speed, estimate. */
  countersInDownloadAnswer: boolean;
  /** Status of an unknown route outside `/api/v1`. LM Studio's 200 hid a wrong path in a public client for months. */
  unknownRouteStatus: 200 | 404;
  /** After how long a server closes an idle connection, in ms; modeldock's own, longer time where absent. */
  keepAliveMs?: number | undefined;
}

/** An edition of LM Studio, by name. */
export type ProfileName =
  /** The page of the documentation that this project implements: autumn 2025. */
  | 'documented'
  /** Released servers. */
  | 'lmstudio-0.4'
  /** As an API should be: a wrong path is an error. */
  | 'strict';

/** The editions of LM Studio that can be imitated; a profile of your own is one of them with other values. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  documented: { countersInDownloadAnswer: true, unknownRouteStatus: 200 },
  'lmstudio-0.4': { countersInDownloadAnswer: false, unknownRouteStatus: 200, keepAliveMs: 5000 },
  strict: { countersInDownloadAnswer: true, unknownRouteStatus: 404 },
};

export const profileNames = Object.keys(profiles) as ProfileName[];

/** @throws RangeError naming those there are */
export function profileNamed(name: string): Profile {
  if (Object.hasOwn(profiles, name)) return profiles[name as ProfileName];
  throw new RangeError(`There is no profile ${name}. There is: ${profileNames.join(', ')}.`);
}
