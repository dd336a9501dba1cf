import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/control/journal/journal.js';
import { answererOf, answerOf, callTo, openJournal, type CallParts } from './calls.js';

async function entryOf(parts: CallParts, answer = '{}', path = '/v1/models'): Promise<JournalEntry> {
  const journal = openJournal();
  const answerer = answererOf(journal, async (call) => {
    await call.text();
    return answerOf(answer);
  });
  await answerer(callTo(path, { method: 'POST', ...parts }));
  return (await journal.list())[0]!;
}

const TOKEN = 'sk-lm-AbCdEfGh:0123456789abcdefghij';

describe('the journal', () => {
  it.each([
    [`Bearer ${TOKEN}`, 'Bearer ****'],
    [`bearer ${TOKEN}`, 'bearer ****'],
    ['Bearer session:checkout', 'Bearer session:checkout'],
    [`Bearer session:checkout:${TOKEN}`, 'Bearer session:checkout:****'],
    [`Bearer session:not/a/name:${TOKEN}`, 'Bearer ****'],
    ['Basic dXNlcjpwYXNz', 'Basic ****'],
    [TOKEN, '****'],
    ['Bearer ', 'Bearer'],
  ])('shows Authorization: %s as %s', async (authorization, shown) => {
    const entry = await entryOf({ headers: { authorization } });
    expect(entry.request.headers.authorization).toBe(shown);
  });

  it.each([
    ['token=abc&model=qwen', 'token=****&model=qwen'],
    ['hf_token=abc', 'hf_token=****'],
    ['access_token=abc', 'access_token=****'],
    ['api_key=abc', 'api_key=****'],
    ['private_key=abc&access_key=def', 'private_key=****&access_key=****'],
    ['accessKeyId=abc&aws_access_key_id=def', 'accessKeyId=****&aws_access_key_id=****'],
    ['auth=abc&key=def&credentials=ghi', 'auth=****&key=****&credentials=****'],
    [
      'next=http%253A%252F%252Fcdn%252Ff%253FSignature%253Dabc',
      'next=http%253A%252F%252Fcdn%252Ff%253FSignature%253D****',
    ],
    ['X-Amz-Signature=abc&X-Amz-Expires=60', 'X-Amz-Signature=****&X-Amz-Expires=60'],
    ['Policy=abc&Signature=def&Key-Pair-Id=ghi', 'Policy=****&Signature=****&Key-Pair-Id=****'],
    ['tokenizer=gpt2&max_tokens=5', 'tokenizer=gpt2&max_tokens=5'],
    ['a[token]=abc', 'a%5Btoken%5D=****'],
    ['next=https%3A%2F%2Fcdn%2Ff%3FSignature%3Dabc%26x%3D1', 'next=https%3A%2F%2Fcdn%2Ff%3FSignature%3D****%26x%3D1'],
    ['url=https%3A%2F%2Fu%3Apass%40h%2Ff', 'url=https%3A%2F%2F****%40h%2Ff'],
  ])('shows the query %s as %s', async (query, shown) => {
    expect((await entryOf({ query })).query).toBe(shown);
  });

  it.each([
    [`{"token": "abc", "model": "qwen"}`, `{"token": "****", "model": "qwen"}`],
    [`{"hf_token":"a\\"b"}`, `{"hf_token":"****"}`],
    [`{"token": ["abc", "def"], "model": "qwen"}`, `{"token": "****", "model": "qwen"}`],
    [`{"token": {"value": "abc"}, "cookie": "sid=abc"}`, `{"token": "****", "cookie": "****"}`],
    [`{"password": "abc"}`, `{"password": "****"}`],
    [`{"max_tokens": 5, "tokenizer": "gpt2"}`, `{"max_tokens": 5, "tokenizer": "gpt2"}`],
    [`{"header": "Authorization: Bearer abcdef"}`, `{"header": "Authorization: Bearer ****"}`],
    [`{"header": "Bearer session:checkout:abc"}`, `{"header": "Bearer session:checkout:****"}`],
    [`{"note": "hf_abcdefghijklmnop"}`, `{"note": "hf_****"}`],
    [`{"note": "${TOKEN}"}`, `{"note": "sk-****"}`],
    [`{"model": "https://me:secret@huggingface.co/a/b"}`, `{"model": "https://****@huggingface.co/a/b"}`],
    [
      `{"url": "https://cdn.example/f?X-Amz-Signature=abc&x=1"}`,
      `{"url": "https://cdn.example/f?X-Amz-Signature=****&x=1"}`,
    ],
  ])('shows the body %s as %s, asked or answered', async (body, shown) => {
    const entry = await entryOf({ body }, body);
    expect(entry.request.body!.text).toBe(shown);
    expect(entry.answer!.body!.text).toBe(shown);
  });

  it('shows no token that an answer or a path quotes', async () => {
    const token = 'correct-horse-battery';
    const entry = await entryOf(
      { headers: { authorization: `Bearer ${token}` } },
      `{"error": "no such token: ${token}"}`,
      `/v1/${token}`,
    );
    expect(entry.answer!.body!.text).toBe('{"error": "no such token: ****"}');
    expect(entry.path).toBe('/v1/****');
  });

  it('shows none of the beginning that LM Studio quotes of a wrong token', async () => {
    const entry = await entryOf(
      { headers: { authorization: `Bearer ${TOKEN}` } },
      '{"message": "Malformed LM Studio API token provided: sk-lm-AbCd*************************. Ensure you are using"}',
    );
    expect(entry.answer!.body!.text).toBe(
      '{"message": "Malformed LM Studio API token provided: ****. Ensure you are using"}',
    );
  });

  it('leaves the sentence whole that asks for a token', async () => {
    const text = `{"message": "using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN')."}`;
    expect((await entryOf({}, text)).answer!.body!.text).toBe(text);
  });

  it('shows no secret that a clipped body breaks off in', async () => {
    const body = `{"padding": "${'x'.repeat(8150)}", "token": "${'s'.repeat(500)}"}`;
    const { text, clipped } = (await entryOf({ body })).request.body!;
    expect(clipped).toBe(true);
    expect(text.endsWith('"token": "****')).toBe(true);
  });

  it('shows none in what the api had said', async () => {
    const journal = openJournal();
    const answerer = answererOf(journal, async (call) => {
      call.notes!.fault = { id: 'fault_1', type: 'status', intended: answerOf('{"token": "abc"}') };
      return answerOf('{}');
    });
    await answerer(callTo('/v1/models'));
    expect((await journal.list())[0]!.fault!.intended!.body!.text).toBe('{"token": "****"}');
  });
});
