import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { watchFiles } from '../watched-files.js';
import { begin, createCargo, createWorkplace, SEGMENT, smallLimits } from './workplace.js';

it('writes the last bytes before a silence although they came while their segment was being written', async () => {
  const place = await createWorkplace();
  onTestFinished(() => place.close());
  let goOn = (): void => undefined;
  const isSlow = new Promise<void>((resolve) => (goOn = resolve));
  const files = watchFiles({
    before: async ({ name, path }) => {
      if (name === 'writev' && path.endsWith('.part')) await isSlow;
      return undefined;
    },
  });
  const { content, file } = createCargo(SEGMENT);
  const part = await place.open(file, { files });

  begin(part, content, 0, smallLimits.writeBytes);
  part.take(0, Buffer.from(content.subarray(smallLimits.writeBytes, smallLimits.writeBytes + 1000)));
  // The moment at which everything should be in the journal comes and goes.
  await sleep(4 * smallLimits.journalMs);
  goOn();

  await expect.poll(() => part.storedBytes()).toBe(smallLimits.writeBytes + 1000);
});
