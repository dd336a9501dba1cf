import type { FileHandle } from 'node:fs/promises';

/** Writes all bytes at a position: the system may write fewer per call. */
export async function writeAll(handle: Pick<FileHandle, 'write'>, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    checkWritten(bytesWritten);
    done += bytesWritten;
  }
}

/** @throws Error if the system wrote nothing and reported no error: a retry would repeat that forever */
export function checkWritten(bytesWritten: number): void {
  if (bytesWritten <= 0) throw new Error('Cannot write to the file: the system wrote nothing and gave no reason.');
}
