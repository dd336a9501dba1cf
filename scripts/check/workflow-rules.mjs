/**
 * Checks rules of this project for workflows, beyond GitHub's syntax: a workflow must run on a fork, and with no more
 * permissions than it needs. Returns a sentence for each violation.
 */
export function findRuleFaults(text, workflow, scripts) {
  return [
    ...unpinnedActions(text),
    ...unknownSecrets(text),
    ...unknownScripts(text, scripts),
    ...(workflow.permissions ? [] : ['has no permissions: name what the jobs may do, or {} for nothing.']),
    ...(workflow.concurrency ? [] : ['has no concurrency: two runs of one branch could interfere.']),
    ...Object.entries(workflow.jobs)
      .filter(([, job]) => !job.uses && job['timeout-minutes'] === undefined)
      .map(([name]) => `has no timeout-minutes in job "${name}": a test that hangs would run for six hours.`),
  ];
}

/** A tag can be moved to other code, a commit cannot. The comment shows readers and Renovate which version it is. */
function unpinnedActions(text) {
  return [...text.matchAll(/\buses:\s*(\S+)(.*)/g)]
    .filter(
      ([, action, comment]) => !action.startsWith('./') && !(/@[0-9a-f]{40}$/.test(action) && /# v\d/.test(comment)),
    )
    .map(([, action]) => `uses ${action}: expected the full commit and its version as a comment.`);
}

/** A fork has no secrets: steps that need one fail there. */
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
