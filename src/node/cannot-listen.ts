import type { Server } from 'node:net';

/** Reports that the server could not bind its address. */
export class CannotListenError extends Error {
  override readonly name: string = 'CannotListenError';
  readonly host: string;
  readonly port: number;
  /** The system's code for the reason, for instance `EADDRNOTAVAIL`. */
  readonly code: string | undefined;

  constructor(host: string, port: number, because: string, cause: NodeJS.ErrnoException) {
    super(`Cannot listen on ${host} port ${port}: ${because}`, { cause });
    this.host = host;
    this.port = port;
    this.code = cause.code;
  }
}

/** Reports that the port is already in use. */
export class PortTakenError extends CannotListenError {
  override readonly name = 'PortTakenError';
}

/** The advice of one program for each failure; each is a sentence. */
export interface ListenAdvice {
  portTaken: string;
  /** Says which addresses can be chosen. */
  addresses: string;
}

const ADVICE: ListenAdvice = {
  portTaken: 'Choose another port, or 0 for any free port.',
  addresses: '0.0.0.0 means every address.',
};

/** Resolves when the server listens. @throws PortTakenError, CannotListenError */
export function listenOn(
  server: Server,
  { host, port, ipv6Only }: { host: string; port: number; ipv6Only?: boolean },
  advice: ListenAdvice = ADVICE,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const Refused = error.code === 'EADDRINUSE' ? PortTakenError : CannotListenError;
      reject(new Refused(host, port, reasonOf(error, advice), error));
    };
    server.once('error', refuse);
    server.listen({ port, host, ...(ipv6Only !== undefined && { ipv6Only }) }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException, { portTaken, addresses }: ListenAdvice): string {
  switch (code) {
    case 'EADDRINUSE':
      return `the port is already in use. ${portTaken}`;
    case 'EADDRNOTAVAIL':
      return `this machine has no such address. ${addresses}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no address for that name. ${addresses}`;
    case 'EACCES':
      return `the system does not allow it. Choose a port above 1023, or 0 for any free port.`;
    default:
      return `${message}.`;
  }
}
