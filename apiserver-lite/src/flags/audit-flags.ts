import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import type { AuditMode } from '../audit/audit-options.ts';

const { string: text, boolean, duration, int, float } = inEffect;

/** Flags that the log and the webhook have alike, with their defaults. */
function backendFlags(
  name: 'log' | 'webhook',
  defaults: {
    mode: AuditMode;
    maxSize: string;
    maxWait: string;
    throttle: boolean;
    burst: string;
    qps: string;
  },
): ComponentFlag[] {
  const only = 'Only in the mode batch.';
  return [
    text(`audit-${name}-mode`, defaults.mode, 'Whether requests wait: batch, blocking or blocking-strict.'),
    int(`audit-${name}-batch-buffer-size`, '10000', `Events that wait at most; others are lost. ${only}`),
    int(`audit-${name}-batch-max-size`, defaults.maxSize, `Events of a batch. ${only}`),
    duration(`audit-${name}-batch-max-wait`, defaults.maxWait, `How long a batch is waited for. ${only}`),
    boolean(
      `audit-${name}-batch-throttle-enable`,
      String(defaults.throttle),
      `Whether there are only so many batches a second. ${only}`,
    ),
    float(`audit-${name}-batch-throttle-qps`, defaults.qps, `Batches a second. ${only}`),
    int(`audit-${name}-batch-throttle-burst`, defaults.burst, `Batches at once after a pause. ${only}`),
    boolean(
      `audit-${name}-truncate-enabled`,
      'false',
      'Whether request and response are left out of large events, and large batches are split.',
    ),
    int(`audit-${name}-truncate-max-event-size`, '102400', 'Bytes of an event.'),
    int(`audit-${name}-truncate-max-batch-size`, '10485760', 'Bytes of a batch.'),
    text(`audit-${name}-version`, 'audit.k8s.io/v1', 'Only audit.k8s.io/v1.'),
  ];
}

/** The flags of auditing. */
export const auditFlags: readonly ComponentFlag[] = [
  text('audit-policy-file', '', 'What is recorded: a Policy of audit.k8s.io/v1. Default: nothing.'),
  text('audit-log-path', '', 'File for events, one a line; - is standard output.'),
  text('audit-log-format', 'json', 'json, or legacy: one line of text.'),
  int('audit-log-maxage', '366', 'Days that old files are kept; 0: for ever.'),
  int('audit-log-maxbackup', '100', 'Old files that are kept; 0: all.'),
  int('audit-log-maxsize', '100', 'Megabytes of a file before it is put aside; 0: no limit.'),
  boolean('audit-log-compress', 'false', 'Whether old files are compressed.'),
  ...backendFlags('log', {
    mode: 'blocking',
    maxSize: '1',
    maxWait: '0s',
    throttle: false,
    burst: '0',
    qps: '0',
  }),
  text('audit-webhook-config-file', '', 'Kubeconfig of a webhook that takes events.'),
  duration('audit-webhook-initial-backoff', '10s', 'How long the first failed call is waited after.'),
  ...backendFlags('webhook', {
    mode: 'batch',
    maxSize: '400',
    maxWait: '30s',
    throttle: true,
    burst: '15',
    qps: '10',
  }),
];
