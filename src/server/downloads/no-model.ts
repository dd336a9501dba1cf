import type { CliIo } from './cli-io.js';
import { exitCodes } from './exit-codes.js';
import { printable } from './printable.js';
import type { NoModel } from './read-link.js';

/** Explains why a text is not a model, and what to type instead. Returns the exit code. */
export function refuseModel(
  command: 'get' | 'update' | 'remove',
  text: string,
  { reason, instead }: NoModel,
  io: CliIo,
): number {
  const advice = instead === undefined ? '' : ` Type modeldock ${command} ${spell(command, instead)} instead.`;
  io.err(`modeldock: ${printable(`Cannot ${command} ${text}: ${reason}.${advice}`)}\n`);
  return exitCodes.wrongUse;
}

function spell(command: string, instead: NonNullable<NoModel['instead']>): string {
  if ('id' in instead) return instead.id;
  const { owner, repo, quantization } = instead;
  const link = `https://huggingface.co/${owner}/${repo}`;
  if (quantization === undefined) return link;
  return command === 'get' ? `${link} --quantization ${quantization}` : `${link}@${quantization}`;
}
