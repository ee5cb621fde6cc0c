import type { QueryParameter } from '../../../rest.ts';

const text = (name: string, description: string): QueryParameter => ({ name, type: 'string', description });
const flag = (name: string, description: string): QueryParameter => ({ name, type: 'boolean', description });
const number = (name: string, description: string): QueryParameter => ({
  name,
  type: 'integer',
  description,
});

/** The query parameters of the subresources of a Pod that its kubelet answers. */
export const connectQueries = {
  log: [
    text('container', 'Whose log; needed where the Pod has several containers.'),
    flag('follow', 'Go on with what is written from now on.'),
    flag('insecureSkipTLSVerifyBackend', "Don't verify the certificate of the node."),
    number('limitBytes', 'The most bytes to send.'),
    flag('previous', 'The log of the container before its last restart.'),
    number('sinceSeconds', 'Only what is younger than that.'),
    text('stream', 'Which stream: All, Stdout or Stderr.'),
    number('tailLines', 'Only so many lines from the end.'),
    flag('timestamps', 'Begin each line with its time.'),
  ],
  exec: [
    text('command', 'The command and its arguments; not run in a shell.'),
    text('container', 'Where to run it.'),
    flag('stderr', 'Send standard error.'),
    flag('stdin', 'Take standard input.'),
    flag('stdout', 'Send standard output.'),
    flag('tty', 'Give the command a terminal.'),
  ],
  attach: [
    text('container', 'Where to attach.'),
    flag('stderr', 'Send standard error.'),
    flag('stdin', 'Take standard input.'),
    flag('stdout', 'Send standard output.'),
    flag('tty', 'The container has a terminal.'),
  ],
  portforward: [number('ports', 'Ports to forward.')],
} as const satisfies Readonly<Record<string, readonly QueryParameter[]>>;
