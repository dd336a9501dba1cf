import { InvalidArgumentError } from 'commander';

/** Reads the value of a flag that names a port; 0 means any free port. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
}

/** Reads the value of a flag that names an address to listen on. An empty one would mean every address. */
export function parseHost(text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new InvalidArgumentError('Expected an address of this machine. Without the flag it is loopback.');
}
