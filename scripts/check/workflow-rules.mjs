/**
 * What this project asks of a workflow beyond GitHub's syntax, so that it runs on a fresh fork and with no more power than
 * it needs. Answers with a sentence for each fault.
 */
export function findRuleFaults(text, workflow, scripts) {
  return [
    ...unpinnedActions(text),
    ...unknownSecrets(text),
    ...unknownScripts(text, scripts),
    ...(workflow.permissions ? [] : ['has no permissions: name what the jobs may do, or {} for nothing.']),
    ...(workflow.concurrency ? [] : ['has no concurrency: two runs of one branch would not know of each other.']),
    ...Object.entries(workflow.jobs)
      .filter(([, job]) => !job.uses && job['timeout-minutes'] === undefined)
      .map(([name]) => `has no timeout-minutes in job "${name}": a test that hangs would run for six hours.`),
  ];
}

/** A tag can be moved to other code, a commit cannot. The comment tells a reader and Renovate which version it is. */
function unpinnedActions(text) {
  return [...text.matchAll(/\buses:\s*(\S+)(.*)/g)]
    .filter(
      ([, action, comment]) => !action.startsWith('./') && !(/@[0-9a-f]{40}$/.test(action) && /# v\d/.test(comment)),
    )
    .map(([, action]) => `uses ${action}: expected the full commit and its version as a comment.`);
}

/** A fork has no secrets: what needs one fails there. */
function unknownSecrets(text) {
  return [...text.matchAll(/\bsecrets\.(\w+)/g)]
    .filter(([, name]) => name !== 'GITHUB_TOKEN')
    .map(([, name]) => `reads the secret ${name}, which a fork does not have.`);
}

function unknownScripts(text, scripts) {
  return [...text.matchAll(/\bnpm run ([\w:-]+)/g)]
    .filter(([, name]) => !(name in scripts))
    .map(([, name]) => `runs npm run ${name}, which package.json does not have.`);
}
