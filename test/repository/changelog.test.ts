import { describe, expect, it } from 'vitest';
import { foldUnreleased } from '../../scripts/release/changelog.mjs';

const older = '## 0.1.0\n\n### Minor Changes\n\n- The first version.\n';

describe('the changelog of a new version', () => {
  it('gets the notes that were unreleased, after its changes', () => {
    const text = `# Changes\n\n## 0.2.0\n\n### Minor Changes\n\n- Something new.\n\n## Unreleased\n\nRenamed: a to b.\n\n${older}`;

    expect(foldUnreleased(text, '0.2.0')).toBe(
      `# Changes\n\n## 0.2.0\n\n### Minor Changes\n\n- Something new.\n\nRenamed: a to b.\n\n${older}`,
    );
  });

  it('stays as it is without such notes', () => {
    const text = `# Changes\n\n## 0.2.0\n\n- Something new.\n\n${older}`;
    expect(foldUnreleased(text, '0.2.0')).toBe(text);
  });

  it('drops an empty section of notes', () => {
    expect(foldUnreleased(`# Changes\n\n## 0.2.0\n\n- New.\n\n## Unreleased\n\n${older}`, '0.2.0')).toBe(
      `# Changes\n\n## 0.2.0\n\n- New.\n\n${older}`,
    );
  });

  it('cannot be made without a section of the version', () => {
    expect(() => foldUnreleased(`# Changes\n\n${older}`, '0.2.0')).toThrow('expected a section "## 0.2.0", found none');
  });
});
