export const howToEnableBrowserTests: string;

export interface Surroundings {
  env?: Readonly<Record<string, string | undefined>>;
  platform?: NodeJS.Platform;
}

/**
 * The path of a Chromium, or undefined if there is none.
 * @throws Error if an environment variable names one that cannot be run
 */
export function findChromium(surroundings?: Surroundings): string | undefined;

export function findOrInstallChromium(): Promise<string | undefined>;
