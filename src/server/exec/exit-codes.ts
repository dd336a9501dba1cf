/** Exit codes of `modeldock exec` that are not the program's own; the last two are those of a shell. */
export const execExitCodes = { findings: 1, notExecutable: 126, notFound: 127 } as const;
