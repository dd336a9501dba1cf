import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, readPage } from '../docs/snippets.js';
import { canRun, unpackProject, type Project } from './unpacked.js';

/*
 * The examples in other languages, run from the packed package, and the pages about them. A toolchain that is not here is
 * a reason to skip; `MODELDOCK_PYTHON` names another Python than the first that has pytest.
 */

const pythons = [process.env.MODELDOCK_PYTHON, 'python3', '/usr/bin/python3'].filter((name) => name !== undefined);
const python = pythons.find((name) => canRun(name, '-c', 'import sys; assert sys.version_info >= (3, 8)'));
const withPytest = pythons.find((name) => canRun(name, '-c', 'import pytest'));
const withXdist = pythons.find((name) => canRun(name, '-c', 'import pytest, xdist'));
const canRunGo = canRun('go', 'version');

let project: Project;
beforeAll(async () => {
  project = await unpackProject();
});
afterAll(() => project.remove());

describe('the example in Python', { skip: process.platform === 'win32' }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await project.copyExample('python');
    await writeFile(join(folder, 'wrong_pytest.py'), WRONG_PYTEST);
    await writeFile(join(folder, 'wrong_unittest.py'), WRONG_UNITTEST);
  });
  const env = { PYTHONPATH: 'node_modules/modeldock/python' };

  it('passes with unittest', async ({ skip }) => {
    skip(python === undefined, 'there is no Python 3.8 or later');
    expect(await project.shell(`${python} -m unittest test_download_unittest`, folder, env)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/Ran 2 tests.*OK/s) as string,
    });
  });

  it('fails with unittest for findings, and reports a failure with calls and a replay token', async ({ skip }) => {
    skip(python === undefined, 'there is no Python 3.8 or later');
    const { code, output } = await project.shell(`${python} -m unittest wrong_unittest`, folder, env);
    expect(code).toBe(1);
    expect(output).toContain('FAILED (failures=2)');
    expect(output).toMatch(/FindingsError: The test passed, and.*lm\.ignore_findings\("status-of-undefined"\)/s);
    expect(output).toMatch(/1 != 2.*GET \/api\/v1\/models → 200.*modeldock --replay mdk1\./s);
  });

  it('passes with pytest', async ({ skip }) => {
    skip(withPytest === undefined, 'no Python here has pytest (apt-get install python3-pytest)');
    const { code, output } = await project.shell(`${withPytest} -m pytest -q`, folder);
    expect(output).toContain('5 passed');
    expect(code).toBe(0);
  });

  it('passes with four workers of pytest-xdist, which share one server', async ({ skip }) => {
    skip(withXdist === undefined, 'no Python here has pytest-xdist (apt-get install python3-pytest-xdist)');
    const counted = join(project.folder, 'starts');
    await writeFile(join(folder, 'counting.sh'), 'echo start >> "$STARTS"; exec modeldock "$@"\n');
    const sharing = { MODELDOCK_BIN: 'sh counting.sh', STARTS: counted };
    const { output } = await project.shell(`${withXdist} -m pytest -q -n 4`, folder, sharing);
    expect(output).toContain('5 passed');
    expect(readFileSync(counted, 'utf8')).toBe('start\n');
  });

  it('fails with pytest for findings, and reports a failure with calls and a replay token', async ({ skip }) => {
    skip(withPytest === undefined, 'no Python here has pytest (apt-get install python3-pytest)');
    const { code, output } = await project.shell(`${withPytest} -m pytest -q wrong_pytest.py`, folder);
    expect(code).toBe(1);
    expect(output).toContain('2 failed, 1 passed');
    expect(output).toMatch(/The test passed, and its client.*lm\.ignore_findings\("status-of-undefined"\)/s);
    const [, token] = /GET \/api\/v1\/models → 200.*modeldock --replay (mdk1\.\S+)/s.exec(output)!;
    const replayed = await project.shell(`modeldock exec --replay ${token} -- true`, folder);
    expect(replayed.code).toBe(0);
  });

  it('uses the server of modeldock exec', async ({ skip }) => {
    skip(python === undefined, 'there is no Python 3.8 or later');
    const line = `modeldock exec --each-profile -- ${python} -m unittest test_download_unittest`;
    const { code, output } = await project.shell(line, folder, { ...env, MODELDOCK_BIN: 'no-such-program' });
    expect(code).toBe(0);
    expect(output).toContain('strict        passed');
  });

  it('says what to install where there is no modeldock', async ({ skip }) => {
    skip(python === undefined, 'there is no Python 3.8 or later');
    const missing = { ...env, MODELDOCK_BIN: 'no-such-program' };
    const { output } = await project.shell(`${python} -m unittest test_download_unittest`, folder, missing);
    expect(output).toMatch(/Cannot start modeldock with no-such-program .*Install it \(npm i -D modeldock\)/);
  });
});

describe('the example in Go', () => {
  it('passes under modeldock exec', { skip: process.platform === 'win32' }, async ({ skip }) => {
    skip(!canRunGo, 'there is no Go toolchain');
    const folder = await project.copyExample('go');
    const line = 'npx modeldock exec --findings ignore -- go test -count=1 -v ./...';
    const { code, output } = await project.shell(line, folder, { GOFLAGS: '-mod=mod', GOPROXY: 'off' });
    expect(output).toContain('--- PASS: TestDownloads/simulate/steady');
    expect(code).toBe(0);
  });
});

describe('the example in a shell', { skip: process.platform === 'win32' || !canRun('curl', '--version') }, () => {
  it('passes under modeldock exec, as its page runs it', async () => {
    const folder = await project.copyExample('shell');
    for (const text of linesOf('docs/shell.md')) {
      const { code, output } = await project.shell(text, folder);
      expect(code, output).toBe(0);
    }
  });
});

describe('the page', () => {
  it.each([
    ['docs/python.md', 'python', ['conftest.py', 'test_download.py', 'test_download_unittest.py']],
    ['docs/go.md', 'go', ['download.go', 'download_test.go']],
    ['docs/shell.md', 'shell', ['download.sh', 'test.sh']],
  ])('%s shows files of its example as they are run', (page, example, names) => {
    const root = new URL(`../../examples/${example}/`, import.meta.url);
    const shown = blocksOf(readPage(page)).filter(({ language }) => ['python', 'go', 'bash'].includes(language));
    const files = shown.map(({ text }) => /^(?:#|\/\/) (\S+)\n(.*)$/s.exec(text)!);
    expect(files.map(([, name]) => name)).toEqual(names);
    for (const [, name, text] of files) expect(text).toBe(readFileSync(new URL(name!, root), 'utf8'));
    expect(readdirSync(root)).toContain('README.md');
  });

  it('docs/python.md shows the settings of the example', () => {
    const settings = blocksOf(readPage('docs/python.md')).find(({ language }) => language === 'toml')!;
    expect(settings.text.replace('# pyproject.toml\n', '')).toBe(readPage('examples/python/pyproject.toml'));
  });

  it.each(['docs/python.md', 'docs/go.md'])('%s runs what its example runs', (page) => {
    for (const line of linesOf(page)) expect(line).toMatch(/pytest -q|-m unittest|npx modeldock exec .*-- go test/);
  });
});

/** What a page has its reader type, but for the installation. */
function linesOf(page: string): string[] {
  return blocksOf(readPage(page))
    .filter(({ language, text }) => language === 'sh' && !text.startsWith('npm i '))
    .map(({ text }) => text);
}

const ASK = `
    import urllib.request
    urllib.request.urlopen(url + path).read()
`;
const WRONG_PYTEST = `
def ask(url, path):${ASK}

def test_passes_with_a_finding(lm):
    try:
        ask(lm.url, "/api/v1/models/download/status/undefined")
    except Exception:
        pass


def test_ignores_a_finding(lm):
    lm.ignore_findings("status-of-undefined")
    try:
        ask(lm.url, "/api/v1/models/download/status/undefined")
    except Exception:
        pass


def test_fails(lm):
    ask(lm.url, "/api/v1/models")
    assert 1 == 2
`;
const WRONG_UNITTEST = `
import unittest

import modeldock


def ask(url, path):${ASK}

class WrongTest(modeldock.LmMixin, unittest.TestCase):
    def test_passes_with_a_finding(self):
        try:
            ask(self.lm.url, "/api/v1/models/download/status/undefined")
        except Exception:
            pass

    def test_ignores_a_finding(self):
        self.lm.ignore_findings("status-of-undefined")
        try:
            ask(self.lm.url, "/api/v1/models/download/status/undefined")
        except Exception:
            pass

    def test_fails(self):
        ask(self.lm.url, "/api/v1/models")
        self.assertEqual(1, 2)
`;
