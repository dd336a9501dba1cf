/* The command as a process of its own, before or without the program it belongs to: bundled by command.test.ts. */
import { Command } from 'commander';
import { addHubCommand } from '../../src/hub/command.js';

const program = new Command('modeldock');
addHubCommand(program);
await program.parseAsync();
