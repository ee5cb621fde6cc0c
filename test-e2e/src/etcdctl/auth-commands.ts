import { step, type Step } from './comparison.ts';

/** Makes the user root, and switches auth on. */
export const enableAuth: readonly Step[] = [
  step('auth enable', { code: 1, says: /etcdserver: root user does not exist/ }),
  step('auth disable', { says: /Authentication Disabled/ }),
  step('user add root:rootpw', { says: /User root created/ }),
  step('role add root', { says: /Role root created/ }),
  step('user grant-role root root', { says: /Role root is granted to user root/ }),
  step('auth enable', { says: /Authentication Enabled/ }),
];

/** user and role with all their subcommands and flags; as root. */
export const authCommands: readonly Step[] = [
  step('user add ann:pw', { says: /User ann created/ }),
  step('user add ann:pw', { code: 1, says: /etcdserver: user name already exists/ }),
  step('user add bob --new-user-password=pw', { says: /User bob created/ }),
  step('user add carl --interactive=false', { input: 'pw\n', says: /User carl created/ }),
  step('user add cert --no-password', { says: /User cert created/ }),
  step('user add :pw', { code: 128 }),
  step('user list', { says: /^ann\nbob\ncarl\ncert\nroot$/m }),
  step('user list -w json'),
  step('role add app', { says: /Role app created/ }),
  step('role add app', { code: 1, says: /etcdserver: role name already exists/ }),
  step("role add ''", { code: 1, says: /etcdserver: role name is empty/ }),
  step('role add spare -w json'),
  step('role list', { says: /^app\nroot\nspare$/m }),
  step('role list -w fields'),
  step('role grant-permission app read config', { says: /Role app updated/ }),
  step('role grant-permission app --prefix=true readwrite /app/', { says: /Role app updated/ }),
  step('role grant-permission app write log log9', { says: /Role app updated/ }),
  step('role grant-permission app --from-key=true read zz', { says: /Role app updated/ }),
  step('role grant-permission app nonsense k', { code: 128 }),
  step('role grant-permission none read k', { code: 1, says: /etcdserver: role name not found/ }),
  step('role grant-permission app read z a', { code: 1 }),
  step('role get app', { says: /\[\/app\/, \/app0\) \(prefix \/app\/\)/ }),
  step('role get app -w json'),
  step('role get root'),
  step('role get none', { code: 1, says: /etcdserver: role name not found/ }),
  step('user grant-role ann app', { says: /Role app is granted to user ann/ }),
  step('user grant-role ann app', { says: /Role app is granted to user ann/ }),
  step('user grant-role ann none', { code: 1, says: /etcdserver: role name not found/ }),
  step('user grant-role none app', { code: 1, says: /etcdserver: user name not found/ }),
  step('user get ann', { says: /User: ann\nRoles: app/ }),
  step('user get ann --detail', { says: /Role app\nKV Read:/ }),
  step('user get ann -w json'),
  step('user get none', { code: 1, says: /etcdserver: user name not found/ }),
  step('user passwd ann --interactive=false', { input: 'newpw\n', says: /Password updated/ }),
  step('user passwd none --interactive=false', {
    input: 'pw\n',
    code: 1,
    says: /etcdserver: user name not found/,
  }),
  step('role revoke-permission app log log9', { says: /Permission of range \[log, log9\) is revoked/ }),
  step('role revoke-permission app log log9', { code: 1, says: /permission is not granted to the role/ }),
  step('role revoke-permission app --prefix=true /app/', { says: /is revoked from role app/ }),
  step('role revoke-permission app --from-key=true zz', { says: /is revoked from role app/ }),
  step('role revoke-permission app config', { says: /is revoked from role app/ }),
  step('role get app'),
  step('user revoke-role ann app', { says: /Role app is revoked from user ann/ }),
  step('user revoke-role ann app', { code: 1, says: /etcdserver: role is not granted to the user/ }),
  step('role delete spare', { says: /Role spare deleted/ }),
  step('role delete spare', { code: 1, says: /etcdserver: role name not found/ }),
  step('user delete carl', { says: /User carl deleted/ }),
  step('user delete carl', { code: 1, says: /etcdserver: user name not found/ }),
];

/** What root may not do to itself while auth is on. */
export const protectedRoot: readonly Step[] = [
  step('user delete root', { code: 1, says: /etcdserver: invalid auth management/ }),
  step('user revoke-role root root', { code: 1, says: /etcdserver: invalid auth management/ }),
  step('role delete root', { code: 1, says: /etcdserver: invalid auth management/ }),
];

/** At the end. */
export const disableAuth: readonly Step[] = [step('auth disable', { says: /Authentication Disabled/ })];
