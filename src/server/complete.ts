import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { scenarios } from '../index.js';

/** Makes `complete` work: it prints a shell's script, which then asks `complete -- WORDS` at each press of Tab. */
export function addCompletion(program: Command): void {
  const root = tab(program);
  const serve = root.commands.get('serve')!;
  for (const command of root.commands.values()) {
    const scenario = command.options.get('scenario');
    if (scenario) {
      scenario.handler = (complete) => {
        for (const [name, { description }] of Object.entries(scenarios)) complete(name, description);
      };
    }
  }
  // `serve` is the default command: its flags are completed without its name too.
  for (const { value, description, handler, alias } of serve.options.values()) {
    root.option(value, description, handler ?? alias, handler ? alias : undefined);
  }
}
