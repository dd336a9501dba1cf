import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { redactHeader, redactQuery, redactTarget, redactText } from '../../src/core/redact.js';

const names = [
  ...[
    'token',
    'access_token',
    'hf_token',
    'id-token',
    'X-Amz-Security-Token',
    'client_secret',
    'aws_secret_access_key',
  ],
  ...['password', 'passwd', 'pwd', 'passphrase', 'Signature', 'X-Amz-Signature', 'sig', 'Policy', 'Key-Pair-Id', 'jwt'],
  ...['api_key', 'apiKey', 'x-api-key', 'private_key', 'privateKey', 'access_key', 'accessKeyId', 'aws_access_key_id'],
  ...['credential', 'credentials', 'X-Amz-Credential', 'cookie', 'Set-Cookie', 'authorization', 'auth'],
];
const inJson = fc.constantFrom(...names);
const inQueries = fc.constantFrom(...names, 'key');
/** Of one case and rare letters: what is shown besides must not hold it by accident. */
const secrets = fc.string({
  unit: fc.constantFrom('Q', 'Z', 'X', 'J', '0', '9', '8', '7'),
  minLength: 10,
  maxLength: 24,
});
const hardLetters = fc.string({ unit: fc.constantFrom(...Array.from(`"'\\/&=?;,:%+ {}[]<>\né東`)), maxLength: 6 });
/** A secret that needs escapes: both halves must go. */
const hardSecrets = fc.tuple(secrets, hardLetters, secrets);

const encode = encodeURIComponent;
const wrap = (layers: number, escape: (text: string) => string, text: string): string =>
  Array.from({ length: layers }).reduce<string>((inner) => escape(inner), text);
const layers = fc.nat(6);
const runs = { seed: 20251130, numRuns: 400 };

function expectGone(shown: string, ...parts: readonly string[]): void {
  for (const part of parts) expect(shown.replaceAll('%25', '%')).not.toContain(part);
}

describe('a secret is not shown', () => {
  test.prop([inQueries, hardSecrets, layers], runs)('in a query, or a link in a link in it', (name, parts, depth) => {
    const link = `https://cdn.example/a/b.gguf?x=1&${name}=${encode(parts.join(''))}&y=2`;
    const query = `a=b&to=${wrap(depth, encode, link)}&c=d`;
    for (const shown of [redactQuery(query), redactTarget(`/p?${query}`), redactText(`see ${link} and /p?${query}.`)]) {
      expectGone(shown, parts[0], parts[2]);
      if (depth < 4) expect(shown).toMatch(/x(?:=|%(?:25)*3D)1/);
    }
  });

  test.prop([inQueries, secrets, layers], runs)('in a query whose name is escaped', (name, secret, depth) => {
    const escaped = Array.from(name, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
    expectGone(redactTarget(`/p?a=b&${wrap(depth, encode, escaped)}=${secret}`), secret);
    expectGone(redactText(`/p?a=b&${wrap(depth, encode, `${escaped}=${secret}`)}`), secret);
    expectGone(redactQuery(`a[${name}]=${secret}&${name}[0]=${secret}&${name}[]=${secret}`), secret);
  });

  test.prop([inJson, hardSecrets, fc.nat(4)], runs)('in JSON, or JSON in JSON in it', (name, parts, depth) => {
    const secret = parts.join('');
    for (const value of [secret, [secret, 'x'], { a: { b: secret } }, [[{ a: secret }], secret]]) {
      for (const spaces of [undefined, 2]) {
        const body = JSON.stringify({ model: 'qwen', [name]: value, last: 'tail' }, undefined, spaces);
        const shown = redactText(wrap(depth, JSON.stringify, body));
        expectGone(shown, parts[0], parts[2]);
        expect(shown).toContain('qwen');
        expect(shown).toContain('tail');
        expectGone(redactText(JSON.stringify(body).slice(1, -1)), parts[0], parts[2]);
        expectGone(redactText(wrap(depth, encode, body)), parts[0], parts[2]);
      }
    }
  });

  test.prop([inJson, secrets], runs)('in JSON with escaped letters or quotes', (name, secret) => {
    const escape = (text: string): string =>
      Array.from(text, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('');
    expectGone(redactText(`{"${escape(name)}":"${secret}"}`), secret);
    expectGone(redactText(`{\\u0022${name}\\u0022:\\u0022${secret}\\u0022}`), secret);
    expectGone(redactText(`{"${name}"%3A"${secret}"}`), secret);
    expectGone(redactText(`{'${name}': '${secret}'}`), secret);
  });

  test.prop([inJson, secrets, fc.constantFrom('', 'Basic ', 'Bearer ')], runs)(
    'in a header',
    (name, secret, scheme) => {
      expectGone(redactHeader(name, scheme + secret), secret);
      expectGone(redactText(`GET / HTTP/1.1\r\nHost: a\r\n${name}: ${scheme}${secret}\r\n\r\n`), secret);
      expectGone(redactText(JSON.stringify({ command: `curl -H "${name}: ${scheme}${secret}" http://a` })), secret);
      expectGone(redactText(JSON.stringify({ lines: `a: b\n${name}: ${scheme}${secret}` })), secret);
      expectGone(redactText(`sent ${name}:${secret} to it`), secret);
    },
  );

  test.prop([inQueries, secrets, fc.constantFrom('"', "'", '\\"')], runs)(
    'between quotes after an equals sign',
    (name, secret, quote) => {
      expectGone(redactText(`set ${name}=${quote}a ${secret} b${quote} and go`), secret);
      expectGone(redactText(`(${name}=${secret}) [${name} = ${secret}] #${name}=${secret}`), secret);
    },
  );

  test.prop([secrets, layers], runs)('in the user information of a link', (secret, depth) => {
    const link = `https://me:${secret}@huggingface.co/a`;
    expectGone(redactText(`at ${link}`), secret);
    expectGone(redactTarget(`/p?to=${wrap(depth, encode, link)}`), secret);
    expectGone(redactText(`at https://me:p@${secret}@huggingface.co/a`), secret);
  });

  test.prop([secrets, layers], runs)('where its form alone tells what it is', (secret, depth) => {
    for (const token of [`hf_${secret}`, `sk-lm-${secret}`, `Bearer ${secret}`]) {
      expectGone(redactText(`{"note": "mine is ${token}, keep it"}`), secret);
      expectGone(redactTarget(`/p?search=${wrap(depth, encode, token)}`), secret);
    }
  });

  test.prop([hardSecrets], runs)('when it is known, in any escape', (parts) => {
    const known = parts.join('');
    const shown = redactText(`a ${known} b ${encode(known)} c ${JSON.stringify(known)}`, known);
    expectGone(shown, parts[0], parts[2]);
  });
});

describe('what is no secret stays', () => {
  it.each([
    '{"max_tokens": 5, "tokenizer": "gpt2", "total_tokens": 7}',
    '{"models": [{"key": "qwen/qwen3-4b", "type": "llm"}]}',
    '{"token": null, "auth": false, "password": ""}',
    "using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN').",
    'Cannot control modeldock without its control token: expected the header X-Modeldock-Token with it, found none or another value.',
    'unknown/None; hf_hub/0.30.2; hf_transfer/0.1.9; python/3.12',
    '/api/models/a?tokenizer=b&cursor=YQ%3D%3D&search=hf%5Fhub&a=%zz&token=&x=1',
    '{"url": "https://h/?token=", "a": "https://h/?q=1"}',
    'Bearer session:checkout',
  ])('%s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  test.prop([fc.string({ maxLength: 200 })], runs)('as does what was redacted before', (text) => {
    const once = redactText(text);
    expect(redactText(once)).toBe(once);
  });
});

/** Twice as much of the same may take twice the time, and more where the machine is busy, but not four times. */
describe('redaction takes time linear in', () => {
  const repeated = [
    ...[
      '%25',
      '%2525',
      '%61',
      '\\',
      '\\"',
      '"',
      "'",
      'token',
      'token"',
      '"token":',
      '"token":[',
      '"token":{"',
      'token=',
    ],
    ...[
      'token="',
      'token=\\"',
      'token[',
      'key',
      'Bearer ',
      'Bearer',
      ' ',
      '\t',
      '\n',
      '\\n',
      '://',
      '://a:',
      '@',
      'hf_',
      'sk-',
    ],
    ...[
      'API token provided: ',
      '&',
      '?',
      'a=%61&',
      'a?b=',
      '/',
      ':',
      'token: ',
      '\\u0061',
      '\\u0022',
      '"a":"',
      '{',
      '<token>',
    ],
  ];
  it.each(repeated)('a text full of %j', (piece) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length));
    const within = (run: () => unknown): number => {
      const started = performance.now();
      run();
      return performance.now() - started;
    };
    for (const redact of [redactText, redactTarget]) {
      // Quadratic time is minutes here, linear time well below a second.
      expect(within(() => redact(`${text}x`))).toBeLessThan(20_000);
    }
  });
});
