import type { Fault } from './api.js';
import type { FilterName } from './routes.js';

/** Every word that the page shows, in one place. */
export const t = {
  product: 'Audit log',
  timeline: 'Timeline',
  overview: 'Overview',
  access: 'Access log',
  loading: 'Loading',
  reload: 'Reload the page',
  tryAgain: 'Try again',
  noTime: 'no time',
  tenant: 'Tenant',
  defaultTenant: 'no tenant',
  allTenants: 'All tenants',
  zone: 'Time zone',
  zoneHere: 'this browser',
  theme: 'Theme',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  help: 'Keys',
  close: 'Close',
  skip: 'Skip to the content',
  navigation: 'Views',
  nowhere: 'There is no such page',
  nowhereText: 'The address leads nowhere in this viewer.',
  toTimeline: 'To the timeline',
  reader: 'You read as',
  entry: 'Entry',
  printed: 'printed',
  oneTenant: 'One tenant',
  show: 'Show',
} as const;

export const faults: Readonly<Record<Fault, { readonly title: string; readonly text: string }>> = {
  ended: { title: 'Your session has ended', text: 'Sign in again in the application, then reload this page. The address keeps your filters.' }, // prettier-ignore
  denied: { title: 'You may not see this', text: 'The application does not let you read this part of the log. If you could before, what you may see has changed.' }, // prettier-ignore
  absent: { title: 'It is not there, or not yours to see', text: 'What does not exist and what you may not see are answered alike.' }, // prettier-ignore
  'not-yet': { title: 'Not yet', text: 'What you ask for is not there yet.' },
  invalid: { title: 'The filter is not understood', text: 'Change or remove the filter that is named here.' },
  away: { title: 'The log’s database is away', text: 'Nothing is lost by that: what happens meanwhile is logged when it is back. Try again in a moment.' }, // prettier-ignore
  timeout: { title: 'It took too long', text: 'A shorter time range or one more filter makes the question smaller.' },
  blocked: { title: 'The browser did not send a request', text: 'An ad blocker or another extension stopped it. Let it through for this page; nothing here leads to another server.' }, // prettier-ignore
  unreachable: { title: 'The server cannot be reached', text: 'The network is away, or the application does not run. What you see was loaded before.' }, // prettier-ignore
  failed: { title: 'The server could not answer', text: 'It says no more than this; its own log has the reason.' },
};

export const filterNames: Readonly<Record<FilterName, { readonly label: string; readonly hint: string }>> = {
  actor: { label: 'Actor', hint: 'id of who acted' },
  email: { label: 'E-mail', hint: 'of the actor' },
  address: { label: 'Address', hint: 'network address' },
  action: { label: 'Action', hint: 'invoice.approve, or invoice.*' },
  mark: { label: 'Mark', hint: 'of the catalogue of actions' },
  resource: { label: 'Resource', hint: 'Invoice, or Invoice:42' },
  outcome: { label: 'Outcome', hint: 'success, failure, denied, partial' },
  failures: { label: 'Failures', hint: 'all that did not succeed' },
  source: { label: 'Source', hint: 'what noticed it' },
  severity: { label: 'Severity', hint: 'info to critical' },
  flag: { label: 'Flag', hint: 'what the log says of its own knowledge' },
  requestId: { label: 'Request id', hint: 'as the application logs it' },
  group: { label: 'Unit of work', hint: 'a request with its writes' },
  tx: { label: 'Transaction', hint: 'of the database' },
};

/** Keys by where they work: names with spaces between, and what they do. */
export const keyTexts: readonly { readonly title: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  { title: 'Everywhere', keys: [['1', 'Timeline'], ['2', 'Overview'], ['3', 'Access log'], ['?', 'These keys'], ['Esc', 'Close, or back']] }, // prettier-ignore
  { title: 'In a list', keys: [['j ↓', 'Next entry'], ['k ↑', 'Entry before'], ['Enter', 'Open it'], ['e', 'Its actor'], ['r', 'History of its record'], ['g', 'All of its unit of work'], ['/', 'Filter'], ['f', 'Counts beside the list'], ['t', 'Live tail'], ['x', 'Export']] }, // prettier-ignore
  {
    title: 'On an entry',
    keys: [
      ['v', 'Verify it'],
      ['j k', 'Next and before in the list'],
    ],
  },
];
