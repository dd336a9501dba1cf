/**
 * Moves the notes under "## Unreleased" (those too long for a changeset, such as a table of renames) to the end of the
 * section of this version, which `changeset version` has just added.
 *
 * @param {string} changelog
 * @param {string} version
 * @returns {string}
 */
export function foldUnreleased(changelog, version) {
  const sections = changelog.split(/^(?=## )/m);
  const notes = sections.find((section) => /^## Unreleased\b/.test(section));
  const own = sections.findIndex((section) => section.split('\n', 1)[0].trim() === `## ${version}`);
  if (own === -1)
    throw new Error(`Cannot fold the notes into CHANGELOG.md: expected a section "## ${version}", found none.`);
  if (notes === undefined) return changelog;
  const text = notes.slice(notes.indexOf('\n')).trim();
  return sections
    .map((section, index) => (index === own && text !== '' ? `${section.trimEnd()}\n\n${text}\n\n` : section))
    .filter((section) => section !== notes)
    .join('');
}
