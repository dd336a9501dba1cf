import type { DockControl } from '../control/contract/dock-control.js';
import { toReplayToken } from '../control/session/replay-token.js';

/** The longest token that is shown in a test's output; a longer one goes into a file. */
const LONGEST_SHOWN = 4096;

const BEGINNING = 'Bring this world back with\n  modeldock --replay ';

/** How to bring the world of a failed test back, for the end of its message. Never rejects. */
export async function replayNote(control: DockControl): Promise<string> {
  try {
    const token = await toReplayToken(await control.snapshot());
    const shown = token.length > LONGEST_SHOWN ? (saveToken(token) ?? token) : token;
    return `${BEGINNING}${shown}`;
  } catch (error) {
    return `This world cannot be brought back: ${(error as Error).message}`;
  }
}

/**
 * Makes an error end with that, unless it does already. An engine writes the message into the stack when the error is
 * made, and test runners show either.
 */
export async function appendReplayNote(error: Error, control: DockControl): Promise<void> {
  const { message, stack } = error;
  if (message.includes(BEGINNING)) return;
  error.message = `${message}\n\n${await replayNote(control)}`;
  if (stack?.includes(message)) error.stack = stack.replace(message, () => error.message);
}

interface NodeModules {
  'node:fs': { mkdtempSync(prefix: string): string; writeFileSync(path: string, text: string): void };
  'node:os': { tmpdir(): string };
  'node:path': { join(...parts: string[]): string };
}

/**
 * Writes a token to a file of its own, and answers with its path; undefined in a page. Node's modules are asked for at
 * run time, of Node itself: an import of them would keep this entry out of pages.
 */
function saveToken(token: string): string | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined };
  };
  const fs = process?.getBuiltinModule?.('node:fs');
  const os = process?.getBuiltinModule?.('node:os');
  const path = process?.getBuiltinModule?.('node:path');
  if (!fs || !os || !path) return undefined;
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'modeldock-replay-')), 'world.mdk');
  fs.writeFileSync(file, `${token}\n`);
  return file;
}
