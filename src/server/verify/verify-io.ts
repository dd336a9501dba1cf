/** What `verify` finds around it. */
export interface VerifyIo {
  /** The report, on standard output. */
  out: (text: string) => void;
  /** Prints progress and errors, on standard error. */
  err: (text: string) => void;
  /** The terminal that standard output is; `undefined` where it is a file or a pipe. */
  screen: () => { columns: number; colour: boolean } | undefined;
  /** Whether progress may be drawn over on standard error. */
  drawsProgress: () => boolean;
  /** Calls back at the first SIGINT or SIGTERM, which ends nothing by itself. */
  onSignal: (listener: () => void) => void;
}

export const verifyProcessIo: VerifyIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  screen: () => {
    const { isTTY, columns } = process.stdout;
    if (!isTTY || process.env.TERM === 'dumb') return undefined;
    return { columns: columns || 80, colour: process.stdout.hasColors() };
  },
  drawsProgress: () => process.stderr.isTTY && process.env.TERM !== 'dumb',
  // A second signal ends the process, as without a listener.
  onSignal: (listener) => void process.once('SIGINT', listener).once('SIGTERM', listener),
};
