import { styleText } from 'node:util';
import type { Serving } from './serve.js';
import type { Settings } from './settings.js';

/** What a person sees first: the address, the call to try, and where to look next. */
export function welcome({ urls, url, port }: Serving, settings: Settings, version: string): string {
  const bold = (text: string) => (process.stdout.isTTY ? styleText('bold', text) : text);
  const dim = (text: string) => (process.stdout.isTTY ? styleText('dim', text) : text);
  const base = urls.length > 1 ? `http://localhost:${port}` : url;
  const token = settings.requireToken === undefined ? '' : `  -H "Authorization: Bearer $LM_API_TOKEN" \\\n`;
  const time = settings.frozen ? 'frozen' : settings.speed === 1 ? 'real time' : `${settings.speed}× real time`;
  return `
  ${bold(`modeldock ${version}`)}  LM Studio's download API, simulated. Nothing is downloaded.

  ${dim('Listening')}  ${urls.map(bold).join('  ')}
  ${dim('Playing')}    scenario ${settings.scenario.name}, ${time}, profile ${settings.profile}

  ${dim('Try')}
curl ${base}/api/v1/models/download \\
${token}  -H "Content-Type: application/json" \\
  -d '{"model": "ibm/granite-4-micro"}'

  ${dim('then')}       curl ${base}/api/v1/models/download/status/<job_id>
  ${dim('Stories')}    "simulate/fails-at-50", "simulate/stalls-at-99", "simulate/pauses-at-30" … as the model
  ${dim('More')}       modeldock --help · ${url}/__modeldock/health · ${url}/__modeldock/openapi.json
  ${dim('Stop')}       Ctrl-C
`;
}
