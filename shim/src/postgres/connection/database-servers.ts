/**
 * Parameters that choose one of several servers. They are taken and ignored: a shim always needs one that
 * takes writes.
 */
const pointless = ['target_session_attrs', 'load_balance_hosts'];
/** The scheme and who asks; servers; database and parameters. */
const form = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)([^]*)$/;

/** One of the servers that a connection string names. */
export interface DatabaseServer {
  /** As people name it: `host:port`. */
  readonly name: string;
  /** For the driver. */
  readonly connectionString: string;
}

/**
 * The servers of a connection string in libpq's form, in their order:
 * `postgres://user@one:5432,two:5432/database`, or `?host=one,two&port=5432,5433` (PostgreSQL: libpq,
 * "Specifying Multiple Hosts"). The driver knows only one. A string of another form is left as it is.
 */
export function databaseServers(connectionString: string): readonly DatabaseServer[] {
  const [, begin, authority = '', rest = ''] = form.exec(connectionString) ?? [];
  if (begin === undefined) return [{ name: 'the database', connectionString }];
  const [path = '', query = ''] = rest.split('?', 2);
  const parameters = new URLSearchParams(query);
  for (const name of pointless) parameters.delete(name);
  const hosts = parameters.get('host')?.split(',');
  const ports = parameters.get('port')?.split(',') ?? [];
  if (hosts !== undefined) {
    return hosts.map((host, i) => {
      // One port is for all of them.
      const port = ports[i] ?? ports[0];
      parameters.set('host', host);
      if (port !== undefined) parameters.set('port', port);
      const name = port === undefined ? host : `${host}:${port}`;
      return { name, connectionString: `${begin}${authority}${path}?${parameters}` };
    });
  }
  const suffix = parameters.size === 0 ? path : `${path}?${parameters}`;
  return authority.split(',').map((name) => ({ name, connectionString: `${begin}${name}${suffix}` }));
}
