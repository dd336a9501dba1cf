import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHub, type Hub, type HubJournalEntry } from '../../src/hub/index.js';
import { ask } from './wire-client.js';

const PATH = '/modeldock/tiny-chat-GGUF/resolve/main/tiny-chat-Q4_K_M.gguf';
const TOKEN = 'hf_AbCdEfGhIjKlMnOpQrStUvWxYz01234567';

let hub: Hub;
beforeAll(async () => {
  hub = await createHub({ digestCache: false });
});
beforeEach(() => hub.journal.clear());
afterAll(() => hub.close());

const journaled = async (target: string, headers: Record<string, string> = {}): Promise<HubJournalEntry> => {
  await ask(hub.endpoint + target, { headers });
  const text = (await ask(`${hub.endpoint}/__hub/journal`)).body.toString();
  return (JSON.parse(text) as HubJournalEntry[]).at(-1)!;
};

describe('the journal kept secrets that', () => {
  it.each([
    ['?token=S1', '?token=****'],
    ['?Signatur%65=S1', '?Signatur%65=****'],
    ['?a=b&access_token=S1&c=d', '?a=b&access_token=****&c=d'],
    ['?X-Amz-Security-Token=S1&X-Amz-Date=1', '?X-Amz-Security-Token=****&X-Amz-Date=1'],
    ['?Key-Pair-Id=S1&Policy=S1&Expires=2', '?Key-Pair-Id=****&Policy=****&Expires=2'],
    ['?api_key=S1&password=S1&client_secret=S1', '?api_key=****&password=****&client_secret=****'],
    ['?q%5Btoken%5D=S1', '?q%5Btoken%5D=****'],
    ['?+token=S1', '?+token=****'],
    ['?%zz&token=S1', '?%zz&token=****'],
    ['?to=http%3A%2F%2Fcdn%2Fx%3FSignature%3DS1', '?to=http%3A%2F%2Fcdn%2Fx%3FSignature%3D****'],
    [
      '?to=http%253A%252F%252Fcdn%252Fx%253FSignature%253DS1',
      '?to=http%253A%252F%252Fcdn%252Fx%253FSignature%253D****',
    ],
    [`?search=${TOKEN}`, '?search=hf_****'],
    [`?search=h%66${TOKEN.slice(2)}`, '?search=hf_****'],
    ['?search=hf_member', '?search=hf_****'],
    ['?search=sk-lm-AbCdEfGh:0123', '?search=sk-****'],
    ['?search=Bearer+S1', '?search=Bearer+****'],
  ])('stand in the query %s', async (query, shown) => {
    expect((await journaled(PATH + query)).target).toBe(PATH + shown);
  });

  it('stand in the path', async () => {
    const entry = await journaled(`/${TOKEN}/x/resolve/main/${TOKEN}.gguf`);
    expect(JSON.stringify(entry)).not.toContain(TOKEN.slice(4));
    expect(entry.target).toBe('/hf_****/x/resolve/main/hf_****.gguf');
    const escaped = await journaled(`/a%20b/h%66${TOKEN.slice(2)}/resolve/main/c%20d`);
    expect([escaped.target, escaped.repo]).toEqual(['/a%20b/hf_****/resolve/main/c%20d', 'a b/hf_****']);
  });

  it.each([
    ['escapes', 'a=%61&'.repeat(2500)],
    ['names', `a=${'hf_'.repeat(5000)}/`],
    ['brackets', `${'token['.repeat(2500)}=a`],
    ['nothing', `${'&'.repeat(15_000)}a`],
    ['a link in a link', 'a?b='.repeat(3700)],
  ])('could have taken long to look for among %s', async (_, query) => {
    const before = process.cpuUsage();
    expect((await journaled(`${PATH}?${query}`)).target.length).toBeGreaterThan(PATH.length);
    // Processor time: it is the same however much else the machine has to do.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  });

  it.each([
    ['X-Api-Key', 'S1', '****'],
    ['X-HF-Token', 'S1', '****'],
    ['Authorization2', `Bearer ${TOKEN}`, '****'],
    ['X-Client-Secret', 'S1', '****'],
    ['Set-Cookie', 'S1', '****'],
    ['X-Password', 'S1', '****'],
    ['Proxy-Authorization', 'Basic S1', '****'],
    ['Referer', 'http://cdn/x?Expires=2&Signature=S1', 'http://cdn/x?Expires=2&Signature=****'],
    ['Referer', 'http://me:S1@cdn/x', 'http://****@cdn/x'],
    ['X-Original-Url', '/x?token=S1', '/x?token=****'],
    ['X-Note', `mine is ${TOKEN}, keep it`, 'mine is hf_****, keep it'],
    ['X-Note', 'Bearer S1', 'Bearer ****'],
  ])('stand in the header %s: %s', async (name, value, shown) => {
    expect((await journaled(PATH, { [name]: value })).headers[name.toLowerCase()]).toBe(shown);
  });

  it('were confused with what is none', async () => {
    const target = `${PATH}?download=true&max_tokens=5&tokenizer=a&search=hf%5Fhub&cursor=YQ%3D%3D&a=%zz`;
    const headers = {
      'User-Agent': 'unknown/None; hf_hub/0.30.2; hf_transfer/0.1.9; python/3.12',
      Range: 'bytes=0-9',
      'If-None-Match': '"abc?token"',
      Authorization: 'Bearer hf_member',
      'X-Tokenizer': 'bpe',
    };
    const entry = await journaled(target, headers);
    expect(entry.target).toBe(target);
    expect(entry.headers).toMatchObject({
      'user-agent': headers['User-Agent'],
      range: 'bytes=0-9',
      'if-none-match': '"abc?token"',
      authorization: '[member]',
      'x-tokenizer': 'bpe',
    });
    expect((await journaled('/api/models/acme/hf_transfer/tree/main')).repo).toBe('acme/hf_transfer');
  });
});
