import type { QueryParameter } from '../../../rest.ts';

const text = (name: string): QueryParameter => ({ name, type: 'string' });
const flag = (name: string): QueryParameter => ({ name, type: 'boolean' });
const number = (name: string): QueryParameter => ({ name, type: 'integer' });

/** The query parameters of the subresources of a Pod that its kubelet answers. */
export const connectQueries = {
  log: [
    text('container'),
    flag('follow'),
    flag('insecureSkipTLSVerifyBackend'),
    number('limitBytes'),
    flag('previous'),
    number('sinceSeconds'),
    text('stream'),
    number('tailLines'),
    flag('timestamps'),
  ],
  exec: [text('command'), text('container'), flag('stderr'), flag('stdin'), flag('stdout'), flag('tty')],
  attach: [text('container'), flag('stderr'), flag('stdin'), flag('stdout'), flag('tty')],
  portforward: [number('ports')],
} as const satisfies Readonly<Record<string, readonly QueryParameter[]>>;
