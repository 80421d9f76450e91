// Words of the login page and of everything that can go wrong on the way through HubSpot.
const again = 'Use the button below to try again.';
const operator = 'Tell whoever runs this connector; you cannot mend it here.';

const problems = {
  access_denied: {
    title: 'HubSpot did not connect the app',
    body: 'The access was refused or the window was closed before “Connect app”. Nothing was changed in your account.',
    todo: 'Try again and choose “Connect app”. If HubSpot says that you may not install apps, ask a super admin of the account, or someone with the “HubSpot Marketplace access” permission, to do it once.',
  },
  state_missing: {
    title: 'The login came back without its proof',
    body: 'HubSpot sent you back, but the check value that belongs to this browser was not there. Cookies may be blocked, or the login was begun in another window.',
    todo: 'Allow cookies for this site, then log in again from this page.',
  },
  state_unknown: {
    title: 'This login was used already or took too long',
    body: 'Each login works once, for a few minutes, in the browser where it began. This one is used up, too old, or came from another browser.',
    todo: again,
  },
  account_deleting: {
    title: 'This account is being deleted',
    body: 'An owner asked for everything of this HubSpot account to be erased, and that is still under way. Nothing of this login was kept, and the app was removed from HubSpot again.',
    todo: 'Wait a few minutes and log in again: the account then starts from scratch.',
  },
  code_refused: {
    title: 'HubSpot took back its answer',
    body: 'The one-time code from HubSpot was no longer valid when we used it.',
    todo: again,
  },
  scopes_missing: {
    title: 'Some of the access is missing',
    body: 'HubSpot granted less than the connector needs, so it cannot read what it would have to send.',
    todo: 'Log in again and grant all of the access listed below. If one is greyed out in HubSpot, your HubSpot user or plan lacks it: ask a super admin.',
  },
  hubspot_unavailable: {
    title: 'HubSpot cannot be reached',
    body: 'HubSpot did not answer or reported a fault of its own.',
    todo: 'Wait a minute and try again. status.hubspot.com shows whether HubSpot has a disturbance.',
  },
  app_misconfigured: {
    title: 'The connector’s HubSpot app is not set up correctly',
    body: 'HubSpot does not accept the app’s client ID, client secret or redirect address.',
    todo: operator,
  },
  database_unavailable: {
    title: 'The connector cannot reach its database',
    body: 'You were let in by HubSpot, but the login could not be stored.',
    todo: 'Try again in a minute. If it stays, tell whoever runs this connector.',
  },
  session_ended: {
    title: 'You were signed out',
    body: 'A login ends after some time without use, or when you sign out in another tab.',
    todo: 'Log in again to go on.',
  },
  removed: {
    title: 'You were removed from this account’s team',
    body: 'An owner took you out of the team, so a log-in with HubSpot alone does not let you in again. Nothing was changed in your account.',
    todo: 'Ask an owner of the account for an invitation.',
  },
  wrong_account: {
    title: 'You chose another account',
    body: (chosen, wanted) => `You were connecting HubSpot account ${wanted}, but in HubSpot you chose account ${chosen}. Nothing was changed in either.`,
    todo: 'Log in again and choose the right account in HubSpot. If it is not listed there, you are logged in to HubSpot as somebody else.',
  },
  unknown: {
    title: 'The login did not work',
    body: 'Something unexpected happened on the way through HubSpot.',
    todo: again,
  },
};

export const login = {
  title: 'Connect HubSpot and impact.com',
  lead: 'Reports what happens in HubSpot, such as a deal that is won, to impact.com as a conversion, so that the partner who brought the customer is credited.',
  button: 'Click here to log in through HubSpot',
  afterwards: 'HubSpot asks which account to use and shows the access below. Choose “Connect app”, and you come back here.',
  accessTitle: 'What the app will be able to do, and why',
  scopes: {
    'oauth': 'Know which HubSpot account you chose and who you are, to log you in.',
    'crm.objects.contacts.read': 'Read contacts: the click ID that names the partner, the customer ID, and the fields you map.',
    'crm.objects.companies.read': 'Read companies: the fields you map, when a company is part of a conversion.',
    'crm.objects.deals.read': 'Read deals: stage, amount, currency and the fields you map, when a deal moves.',
    'crm.objects.line_items.read': 'Read line items: SKU, name, price and quantity of what was sold with a deal.',
    'crm.objects.deals.write': 'Write to deals: the ID doctor copies the contact’s id into a property of the deal, when you ask it to. Nothing else is written.',
    'crm.schemas.contacts.write': 'Create a contact property for the partner’s click ID, when you ask for it.',
    'crm.schemas.deals.write': 'Create a deal property for the customer ID, when you ask for it.',
  },
  otherScope: 'Part of the app’s definition. Whoever runs this connector can tell what it is for.',
  optional: 'if your HubSpot plan has it',
  never: 'It deletes and e-mails nothing in HubSpot and writes only what is named above, when you ask for it. Nothing goes to impact.com before you give consent for each kind of record.',
  whoTitle: 'If you may not install apps',
  who: 'Only a super admin of the HubSpot account, or a user with the “HubSpot Marketplace access” permission, can connect it. If HubSpot says that you may not:',
  whoSteps: [
    'Ask a super admin to log in here once. That connects the account.',
    'Or ask them for the permission: in HubSpot, Settings, Users & Teams, your user, Account permissions, “HubSpot Marketplace access”.',
    'Or, when the account is connected already, ask its owner here for an invitation by e-mail. You need no right in HubSpot then.',
  ],
  mailTitle: 'Sign in with a link by e-mail',
  mailHelp: 'For people who joined by an invitation, and for members who may no longer install apps.',
  mailLabel: 'E-mail address',
  mailField: 'The address that you were invited with, or that of your HubSpot user.',
  mailButton: 'Send me a sign-in link',
  mailWait: 'One moment…',
  mailSent: minutes => `If a member has this address, an e-mail with a link is on its way. The link works once, for ${minutes} minutes.`,
  mailNothing: 'Nothing came? Look into the spam folder, check the address, or ask an owner whether you are a member.',
  problems,
};
