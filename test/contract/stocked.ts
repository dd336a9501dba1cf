import { expect } from 'vitest';
import { openClient, type Client } from './client.js';

/** A world where every download is there at once. */
export const openStocked = async (
  ...downloads: [model: string, quantization?: string | undefined][]
): Promise<Client> => {
  const client = openClient({ scenario: 'instant' });
  for (const [model, quantization] of downloads) {
    expect((await client.download(model, quantization)).body.status).toBe('completed');
  }
  return client;
};

/** The models that are listed. */
export async function listed(client: Client): Promise<Record<string, unknown>[]> {
  return (await client.get('/api/v1/models')).body.models as Record<string, unknown>[];
}
