/** Our environment without what an npm that runs the tests has put there: it would tell another npm about our folders. */
export function plainEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(npm_|MODELDOCK_|CI$|INIT_CWD$)/i.test(entry[0]),
    ),
  );
}
