// All words of the site, by page, so that they can be read and translated in one place.
import { login } from './text/login.js';
import { overview } from './text/overview.js';
import { settings } from './text/settings.js';
import { uninstall } from './text/uninstall.js';
import { triggers, mappings, underway, conditions, draft } from './text/rules.js';
import { activity, decision } from './text/activity.js';
import { act } from './text/act.js';
import { configuration, erase, erased } from './text/configuration.js';
import { team, signIn, invitation, accounts } from './text/team.js';
import { audit } from './text/audit.js';
import { preview, previewTable, testConversion } from './text/preview.js';
import { difference } from './text/difference.js';
import { ids } from './text/ids.js';

const objects = {
  deals: { name: 'Deals', one: 'deal' },
  contacts: { name: 'Contacts', one: 'contact' },
  companies: { name: 'Companies', one: 'company' },
};

const nav = {
  label: 'Main',
  menu: 'Menu',
  skip: 'Skip to content',
  product: 'Connector',
  pages: { overview: 'Overview', settings: 'Settings', triggers: 'Event Triggers', mappings: 'Field Mappings', preview: 'Live preview', ids: 'ID doctor', activity: 'Activity', team: 'Team', accounts: 'Accounts', uninstall: 'Uninstall', configuration: 'Configuration', deleteAccount: 'Delete Account' },
  groups: { setup: 'Setting up', account: 'Account' },
  account: id => `HubSpot account ${id}`,
  signOut: 'Sign out',
  stop: 'Stop all sending',
  start: 'Start sending again',
  states: { ok: 'Connected, sending is on', unset: 'Set-up is not finished', trouble: 'Connected, with a problem', stopped: 'Sending is stopped', paused: 'Paused: HubSpot connection ended', disconnected: 'Not connected to HubSpot' },
  missing: 'What is missing',
  open: page => `Open ${page}`,
  impact: 'impact.com',
  notFound: 'There is no such page',
  notFoundHelp: 'The address may be mistyped, or the page has moved.',
  toOverview: 'Go to the overview',
};

const sending = {
  stopTitle: 'Stop all sending?',
  stopBody: 'From this moment no conversion leaves for impact.com. HubSpot events are still received and kept, and what is due waits until you start sending again. Conversions that impact.com has already accepted are not taken back.',
  stopConfirm: 'Stop all sending',
  startTitle: 'Start sending again?',
  startBody: 'Conversions that were held back go out now, in the order in which they happened. Turn off triggers or consent first if some of them should not.',
  startConfirm: 'Start sending',
  banners: {
    stopped: { title: 'Sending is stopped.', body: 'Events are received and kept, but no conversion goes to impact.com.' },
    removed: { title: 'Paused: the app was removed in HubSpot.', body: 'Your settings are kept. Connect again to go on where it stopped.' },
    refused: { title: 'Paused: HubSpot no longer accepts the connection.', body: 'Its access was withdrawn there. What HubSpot reports is kept, and so are your settings. Connect again to go on where it stopped.' },
    account_gone: { title: 'Paused: HubSpot says that this account no longer exists.', body: 'Your settings are kept. If the account is still there, connect it again.' },
    client: { title: 'HubSpot refuses the connector itself, not your account.', body: 'Whoever runs the connector must correct the app’s client id and secret. You have nothing to do: what waits goes on by itself after that.' },
    denied: { title: 'HubSpot refuses the connector’s calls.', body: 'What waits is tried again by itself. If this stays, connect again.' },
    unreachable: { title: 'HubSpot gives the connector no access right now.', body: 'You have nothing to do: what waits goes on by itself as soon as HubSpot answers.' },
    hubspot_scopes: { title: 'HubSpot allows the connector less than it needs.', body: 'Permissions were taken away there. Connect again and agree to them.' },
    impact_refused: { title: 'impact.com no longer accepts your credentials.', body: 'Conversions wait, none is lost. Enter the Account SID and Auth Token anew.' },
    impact_scopes: { title: 'The impact.com token allows less than the connector needs.', body: 'Conversions go out, but what becomes of them cannot be read. Allow it for the token in impact.com, or enter another one.' },
    disconnected: { title: 'HubSpot is disconnected.', body: 'Nothing is received or sent. Connect again to go on where it stopped; your settings are kept.' },
  },
  reconnect: 'Connect to HubSpot again',
};

const common = {
  retry: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  download: 'Download',
  loading: 'Loading…',
  failedTitle: 'This could not be loaded',
  updatesFail: 'Live updates are interrupted. What you see may be old; trying again by itself.',
  required: 'required',
  on: 'On',
  off: 'Off',
  noneYet: 'none yet',
  yes: 'Yes',
  no: 'No',
};

const pager = {
  previous: 'Previous',
  next: 'Next',
};

const combobox = {
  none: 'No match',
  more: n => `${n} more: type to narrow the list`,
  before: n => `${n} earlier ones: type to find them`,
};

const errors = {
  network: 'The connector cannot be reached. Check your network connection and try again.',
  slow: 'The connector did not answer in time. Try again in a moment.',
  garbled: 'The answer could not be read. Something between this page and the connector changed it; try again.',
  unauthenticated: 'You are signed out. Log in again to go on.',
  forbidden: 'This request was refused because its security token is missing or old. Reload the page and try again.',
  not_found: 'There is nothing here any more.',
  conflict: 'Someone else changed this in the meantime.',
  too_large: 'This is larger than the connector accepts.',
  unavailable: 'The connector is busy or its database is away. Nothing is lost; try again in a moment.',
  remote: 'The other side did not answer as expected. Try again in a moment.',
  http_502: 'The connector is just starting or was interrupted. Try again in a few seconds.',
  http_504: 'The connector did not answer in time. Try again in a moment.',
  unknown: status => `The request failed (HTTP ${status}). Try again; if it stays, tell whoever runs this connector.`,
};

export const text = {
  objects,
  nav,
  sending,
  common,
  combobox,
  pager,
  errors,
  login,
  overview,
  settings,
  uninstall,
  triggers,
  mappings,
  ids,
  underway,
  conditions,
  draft,
  activity,
  decision,
  act,
  difference,
  configuration,
  erase,
  erased,
  team,
  signIn,
  invitation,
  accounts,
  audit,
  preview,
  previewTable,
  testConversion,
};
