import { runCommandLine } from '../../src/server/run-command-line.js';
import type { Settings } from '../../src/server/settings.js';

/** How a command line ended, and what it told `serve`. */
export interface Parsed {
  /** 0 where `serve` was told. */
  code: number;
  stdout: string;
  stderr: string;
  settings?: Settings;
}

/** Runs the command line in this process, without a server: `serve` only keeps what it was told. */
export async function parse(args: readonly string[], env: Record<string, string> = {}): Promise<Parsed> {
  const before = { ...process.env };
  const parsed: Omit<Parsed, 'code'> = { stdout: '', stderr: '' };
  for (const name of Object.keys(before)) if (name.startsWith('MODELDOCK_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
  try {
    const code = await runCommandLine(args, {
      out: (text) => (parsed.stdout += text),
      err: (text) => (parsed.stderr += text),
      serve: async (settings) => {
        parsed.settings = settings;
      },
    });
    return { code: code ?? 0, ...parsed };
  } finally {
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  }
}
