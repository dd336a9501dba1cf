import type { DockControl } from '../control/contract/dock-control.js';
import { toReplayToken } from '../control/session/replay-token.js';

/** The longest token that is shown in a test's output; a longer one is written to a file. */
const LONGEST_SHOWN = 4096;

const BEGINNING = 'Restore this session with\n  modeldock --replay ';

/** Says how to restore the session of a failed test, for the end of an error message. Never rejects. */
export async function replayNote(control: DockControl): Promise<string> {
  try {
    const token = await toReplayToken(await control.snapshot());
    const shown = token.length > LONGEST_SHOWN ? (saveToken(token) ?? token) : token;
    return `${BEGINNING}${shown}`;
  } catch (error) {
    return `This session cannot be restored: ${(error as Error).message}`;
  }
}

/**
 * Appends the note to an error, unless it has it already. An engine copies the message into the stack when the error is
 * created, and test runners show either, so both are changed.
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
 * Writes a token to a file of its own, and returns its path; undefined in a page. Node's modules are looked up at run
 * time: importing them would make this entry unusable in pages.
 */
function saveToken(token: string): string | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined };
  };
  const fs = process?.getBuiltinModule?.('node:fs');
  const os = process?.getBuiltinModule?.('node:os');
  const path = process?.getBuiltinModule?.('node:path');
  if (!fs || !os || !path) return undefined;
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'modeldock-replay-')), 'session.mdk');
  fs.writeFileSync(file, `${token}\n`);
  return file;
}
